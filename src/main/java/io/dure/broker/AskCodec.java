package io.dure.broker;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Kafka requests and responses as bytes, for the way from this node to the active controller's and
 * back.
 */
final class AskCodec {
  /** A request that came over that way. */
  record Asked(ApiKeys api, short version, ApiMessage body) {}

  private AskCodec() {}

  /** A request with its header. */
  static ByteBuffer request(ApiKeys api, short version, String clientId, ApiMessage body) {
    RequestHeaderData header = new RequestHeader(api, version, clientId, 0).data();
    short headerVersion = api.requestHeaderVersion(version);
    var headerCache = new ObjectSerializationCache();
    var bodyCache = new ObjectSerializationCache();
    int headerBytes = header.size(headerCache, headerVersion);
    ByteBuffer bytes = ByteBuffer.allocate(headerBytes + body.size(bodyCache, version));
    var out = new ByteBufferAccessor(bytes);
    header.write(out, headerCache, headerVersion);
    body.write(out, bodyCache, version);
    return bytes.flip();
  }

  static Asked asked(ByteBuffer request) {
    short key = request.getShort(request.position());
    short version = request.getShort(request.position() + 2);
    ApiKeys api = ApiKeys.forId(key);
    var in = new ByteBufferAccessor(api == ApiKeys.PRODUCE ? own(request) : request);
    new RequestHeaderData(in, api.requestHeaderVersion(version));
    ApiMessage body = api.messageType.newRequest();
    body.read(in, version);
    return new Asked(api, version, body);
  }

  /**
   * The log writes offsets into a producer's batches where they lie; what came may be read only.
   */
  private static ByteBuffer own(ByteBuffer request) {
    return ByteBuffer.allocate(request.remaining()).put(request).flip();
  }

  /** A response without a header. */
  static ByteBuffer response(Message body, short version) {
    var cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(body.size(cache, version));
    body.write(new ByteBufferAccessor(bytes), cache, version);
    return bytes.flip();
  }

  static ApiMessage response(ApiKeys api, short version, ByteBuffer bytes) {
    ApiMessage body = api.messageType.newResponse();
    body.read(new ByteBufferAccessor(bytes), version);
    return body;
  }
}
