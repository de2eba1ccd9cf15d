package io.dure.net;

import io.dure.wire.ResponseFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.common.network.TransferableChannel;

/**
 * What waits to be written to one socket, in order. Bytes go through the loop's one direct buffer,
 * many frames in one write; stretches of files go by themselves. Belongs to a loop.
 */
final class SendQueue {
  private final ArrayDeque<ResponseFrame> frames = new ArrayDeque<>();
  private long heapBytes;

  void add(ResponseFrame frame) {
    frames.add(frame);
    heapBytes += heapBytes(frame);
  }

  void add(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      add(new ResponseFrame.Bytes(buffer));
    }
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  /** Drops everything. */
  void clear() {
    frames.clear();
    heapBytes = 0;
  }

  /** Frames not yet taken whole by the socket. */
  int frames() {
    return frames.size();
  }

  /** Held on the heap and not yet taken by the socket. */
  long heapBytes() {
    return heapBytes;
  }

  /** Writes what the socket takes; returns the bytes it took. */
  long writeTo(TransferableChannel channel, ByteBuffer through) throws IOException {
    long total = 0;
    while (!frames.isEmpty()) {
      boolean mayGoOn;
      if (frames.peek() instanceof ResponseFrame.Mixed(var send)) {
        total += send.writeTo(channel);
        mayGoOn = send.completed();
        if (mayGoOn) {
          frames.remove();
        }
      } else {
        int filled = fill(through);
        int written = channel.write(through);
        total += written;
        consume(written);
        mayGoOn = written == filled;
      }
      if (!mayGoOn) {
        break;
      }
    }
    return total;
  }

  private int fill(ByteBuffer through) {
    through.clear();
    for (ResponseFrame frame : frames) {
      if (!(frame instanceof ResponseFrame.Bytes(var bytes)) || !through.hasRemaining()) {
        break;
      }
      int n = Math.min(through.remaining(), bytes.remaining());
      through.put(through.position(), bytes, bytes.position(), n);
      through.position(through.position() + n);
    }
    through.flip();
    return through.remaining();
  }

  private void consume(int written) {
    heapBytes -= written;
    int left = written;
    while (frames.peek() instanceof ResponseFrame.Bytes(var bytes) && left >= bytes.remaining()) {
      left -= bytes.remaining();
      frames.remove();
    }
    if (left > 0 && frames.peek() instanceof ResponseFrame.Bytes(var bytes)) {
      bytes.position(bytes.position() + left);
    }
  }

  private static long heapBytes(ResponseFrame frame) {
    return frame instanceof ResponseFrame.Bytes(var bytes) ? bytes.remaining() : 0;
  }
}
