package io.dure.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * One blocking connection that sends frames made beforehand: a client that costs next to nothing,
 * so that what is measured is the broker. Confined to one thread.
 */
final class Wire implements AutoCloseable {
  private static final int CORRELATION_AT = 8;
  private static final int SIZE_BYTES = 4;

  private final SocketChannel channel;
  private final ByteBuffer size = ByteBuffer.allocate(SIZE_BYTES);
  private ByteBuffer answer = ByteBuffer.allocate(64 << 10);
  private int nextCorrelation;

  Wire(String host, int port) throws IOException {
    channel = SocketChannel.open(new InetSocketAddress(host, port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /** A request with its header and length, as it goes over the wire. */
  static ByteBuffer frame(ApiKeys api, AbstractRequest request) {
    ByteBuffer body =
        request.serializeWithHeader(new RequestHeader(api, request.version(), "dure-bench", 0));
    return ByteBuffer.allocateDirect(SIZE_BYTES + body.remaining())
        .putInt(body.remaining())
        .put(body)
        .flip();
  }

  void send(ByteBuffer frame) throws IOException {
    frame.putInt(CORRELATION_AT, nextCorrelation++);
    ByteBuffer left = frame.duplicate();
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  /** The next answer, after its length; good until the one after it. */
  ByteBuffer receive() throws IOException {
    read(size.clear());
    int length = size.getInt(0);
    if (answer.capacity() < length) {
      answer = ByteBuffer.allocate(length);
    }
    read(answer.clear().limit(length));
    return answer.flip();
  }

  private void read(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the broker closed the connection");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
