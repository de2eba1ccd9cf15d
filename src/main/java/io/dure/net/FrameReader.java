package io.dure.net;

import java.nio.ByteBuffer;

/**
 * Cuts a byte stream into frames: a length of four bytes, then as many bytes. Memory for a frame is
 * taken from the node's {@link RequestMemory} as its bytes arrive, so announcing a large frame
 * costs nobody anything. Belongs to a loop.
 */
final class FrameReader {
  /** Up to here a frame's memory is taken in one piece. */
  private static final int FIRST_BYTES = 1 << 20;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  enum Step {
    /** All bytes given are consumed, and more are needed. */
    NEED_MORE,
    /** A frame is whole: see {@link #takeFrame}. */
    FRAME,
    /**
     * The node has no room for {@link #wantedBytes} more; the bytes left are to be given again
     * later.
     */
    NO_ROOM,
    /** The length is negative or above the bound: this is no stream of requests. */
    BAD_LENGTH
  }

  private final int maxFrameBytes;
  private final RequestMemory memory;
  private int header;
  private int headerBytes;
  private int length = -1;
  private int wantedBytes;
  private ByteBuffer frame = NONE;

  FrameReader(int maxFrameBytes, RequestMemory memory) {
    this.maxFrameBytes = maxFrameBytes;
    this.memory = memory;
  }

  Step next(ByteBuffer in) {
    while (headerBytes < 4) {
      if (!in.hasRemaining()) {
        return Step.NEED_MORE;
      }
      header = header << 8 | in.get() & 0xff;
      headerBytes++;
    }
    length = header;
    if (length < 0 || length > maxFrameBytes) {
      return Step.BAD_LENGTH;
    }
    while (frame.position() < length) {
      if (!in.hasRemaining()) {
        return Step.NEED_MORE;
      }
      if (!frame.hasRemaining() && !grow()) {
        return Step.NO_ROOM;
      }
      int n = Math.min(frame.remaining(), in.remaining());
      frame.put(frame.position(), in, in.position(), n);
      frame.position(frame.position() + n);
      in.position(in.position() + n);
    }
    return Step.FRAME;
  }

  private boolean grow() {
    int capacity = (int) Math.min(length, Math.max(FIRST_BYTES, 2L * frame.capacity()));
    wantedBytes = capacity - frame.capacity();
    if (!memory.take(wantedBytes)) {
      return false;
    }
    ByteBuffer larger = ByteBuffer.allocate(capacity);
    frame = larger.put(frame.flip());
    return true;
  }

  /**
   * The frame that is whole. Its capacity is what {@link RequestMemory} counts for it until that is
   * given back.
   */
  ByteBuffer takeFrame() {
    ByteBuffer whole = frame.flip();
    frame = NONE;
    headerBytes = 0;
    header = 0;
    length = -1;
    return whole;
  }

  /** Whether a frame has begun and is not whole. */
  boolean midFrame() {
    return headerBytes > 0;
  }

  int wantedBytes() {
    return wantedBytes;
  }

  /** The length the frame under way has announced; -1 before that. */
  int announcedBytes() {
    return headerBytes < 4 ? -1 : header;
  }

  /** Gives back what an unfinished frame holds. */
  void close() {
    memory.give(frame.capacity());
    frame = NONE;
  }
}
