package io.dure.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A channel that takes bytes straight from a file, without a copy through the heap, where the
 * system allows it. A real disk's {@link DiskFile#transferTo} hands its file to such a target
 * instead of writing to it.
 */
public interface FileSink extends WritableByteChannel {
  /**
   * Takes up to {@code count} bytes of {@code source}; returns how many went, 0 when the channel is
   * full.
   */
  long transferFrom(FileChannel source, long position, long count) throws IOException;
}
