package io.dure.base;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** An open file of a {@link Disk}. Positions and sizes are bytes from the start. */
public interface DiskFile extends AutoCloseable {
  String name();

  long size();

  /**
   * Writes all remaining bytes of {@code source} at {@code position}, growing the file where
   * needed.
   */
  void write(long position, ByteBuffer source);

  /**
   * Reads at {@code position} until {@code target} is full or the file ends; returns the bytes
   * read, 0 at the end.
   */
  int read(long position, ByteBuffer target);

  /**
   * Sends up to {@code count} bytes to a channel without copying them through the heap; returns how
   * many went.
   *
   * @throws java.io.UncheckedIOException when the file or, far more often, the channel fails: which
   *     one cannot be told
   */
  long transferTo(long position, long count, WritableByteChannel target);

  /** Cuts the file to {@code size} bytes, or extends it with zeros. */
  void resize(long size);

  /**
   * Returns when all bytes written before the call are durable. Never retried after a {@link
   * DiskException}.
   */
  void flush();

  @Override
  void close();
}
