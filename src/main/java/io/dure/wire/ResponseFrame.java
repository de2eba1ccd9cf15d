package io.dure.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.requests.ResponseHeader;

/** One response, length included, ready for a socket. */
public sealed interface ResponseFrame {
  /** All of it, from position to limit. */
  record Bytes(ByteBuffer bytes) implements ResponseFrame {}

  /** With parts that are not on the heap. */
  record Mixed(Send send) implements ResponseFrame {}

  static ResponseFrame encode(ApiKeys api, short version, int correlationId, ApiMessage body) {
    short headerVersion = api.responseHeaderVersion(version);
    var header = new ResponseHeaderData().setCorrelationId(correlationId);
    var cache = new ObjectSerializationCache();
    var size = new MessageSizeAccumulator();
    header.addSize(size, cache, headerVersion);
    body.addSize(size, cache, version);
    if (size.sizeExcludingZeroCopy() < size.totalSize()) {
      return new Mixed(
          SendBuilder.buildResponseSend(new ResponseHeader(header, headerVersion), body, version));
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 + size.totalSize());
    bytes.putInt(size.totalSize());
    var out = new ByteBufferAccessor(bytes);
    header.write(out, cache, headerVersion);
    body.write(out, cache, version);
    return new Bytes(bytes.flip());
  }
}
