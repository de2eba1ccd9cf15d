package io.dure.wire;

import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/** What the bytes of one request frame (without its length) turn out to be. */
public sealed interface RequestFrame {
  /** Of an API and version that is served. The body's buffers are parts of the frame. */
  record Decoded(ApiKeys api, short version, int correlationId, String clientId, ApiMessage body)
      implements RequestFrame {}

  /** ApiVersions in a version we do not know: the one request that is answered all the same. */
  record FutureApiVersions(int correlationId) implements RequestFrame {}

  /** Another node wants to turn this connection into its stream to us. */
  record Hello(int correlationId, PeerHello hello) implements RequestFrame {}

  /** As {@link Hello}, but from a node whose messages we cannot read. */
  record HelloOfOther(int correlationId, short version) implements RequestFrame {}

  /** Not a request that we serve; the reason is for the log. */
  record Refused(String reason) implements RequestFrame {}

  /** Reads the frame from position to limit. */
  static RequestFrame decode(ByteBuffer frame, Set<ApiKeys> served) {
    if (frame.remaining() < 8) {
      return new Refused("truncated request: " + frame.remaining() + " bytes");
    }
    short key = frame.getShort(frame.position());
    short version = frame.getShort(frame.position() + 2);
    if (key == PeerHello.API_KEY) {
      return hello(frame);
    }
    if (!ApiKeys.hasId(key) || !served.contains(ApiKeys.forId(key))) {
      return new Refused("unknown or unserved API key " + key);
    }
    ApiKeys api = ApiKeys.forId(key);
    boolean known = Apis.range(api).map(range -> range.contains(version)).orElse(false);
    if (!known && api != ApiKeys.API_VERSIONS) {
      return new Refused("unsupported version " + version + " of " + api.name);
    }
    return known
        ? decode(frame, api, version)
        : new FutureApiVersions(frame.getInt(frame.position() + 4));
  }

  private static RequestFrame decode(ByteBuffer frame, ApiKeys api, short version) {
    try {
      var in = new ByteBufferAccessor(frame);
      var header = new RequestHeaderData(in, api.requestHeaderVersion(version));
      ApiMessage body = api.messageType.newRequest();
      body.read(in, version);
      String clientId = header.clientId() == null ? "" : header.clientId();
      return new Decoded(api, version, header.correlationId(), clientId, body);
    } catch (RuntimeException e) {
      return new Refused("malformed " + api.name + " request: " + e);
    }
  }

  private static RequestFrame hello(ByteBuffer frame) {
    int correlationId = frame.getInt(frame.position() + 4);
    short version = frame.getShort(frame.position() + 2);
    if (version != PeerHello.PROTOCOL_VERSION) {
      return new HelloOfOther(correlationId, version);
    }
    try {
      return new Hello(
          correlationId, PeerHello.read(frame.slice(frame.position() + 8, frame.remaining() - 8)));
    } catch (RuntimeException e) {
      return new Refused("malformed hello of a peer: " + e);
    }
  }

  /**
   * The bytes of a request, header included, length not; for passing requests on to another node.
   */
  static ByteBuffer encode(
      ApiKeys api, short version, int correlationId, String clientId, ApiMessage body) {
    var header = new RequestHeader(api, version, clientId, correlationId);
    var cache = new ObjectSerializationCache();
    int bodyBytes = body.size(cache, version);
    var headerCache = new ObjectSerializationCache();
    int headerBytes = header.data().size(headerCache, header.headerVersion());
    ByteBuffer bytes = ByteBuffer.allocate(headerBytes + bodyBytes);
    var out = new ByteBufferAccessor(bytes);
    header.data().write(out, headerCache, header.headerVersion());
    body.write(out, cache, version);
    return bytes.flip();
  }
}
