package io.dure.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.network.TransferableChannel;
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
  static ByteBuffer frame(ApiKeys api, AbstractRequest request) throws IOException {
    var bytes = new ByteArrayOutputStream();
    Send send = request.toSend(new RequestHeader(api, request.version(), "dure-bench", 0));
    try (var into = new Capture(Channels.newChannel(bytes))) {
      while (!send.completed()) {
        send.writeTo(into);
      }
    }
    byte[] frame = bytes.toByteArray();
    return ByteBuffer.allocateDirect(frame.length).put(frame).flip();
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

  private record Capture(WritableByteChannel to) implements TransferableChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return to.write(bytes);
    }

    @Override
    public long write(ByteBuffer[] buffers) throws IOException {
      return write(buffers, 0, buffers.length);
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
      long written = 0;
      for (int i = offset; i < offset + length; i++) {
        written += to.write(buffers[i]);
      }
      return written;
    }

    @Override
    public long transferFrom(FileChannel file, long position, long count) {
      throw new UnsupportedOperationException("requests hold no files");
    }

    @Override
    public boolean hasPendingWrites() {
      return false;
    }

    @Override
    public boolean isOpen() {
      return to.isOpen();
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }
}
