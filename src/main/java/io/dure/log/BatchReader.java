package io.dure.log;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;

/** Reads whole batches of a segment file one after the other, and verifies them. */
final class BatchReader {
  private static final int CHUNK_BYTES = 256 << 10;

  private final DiskFile file;
  private final int limit;
  private ByteBuffer chunk = ByteBuffer.allocate(0);
  private int position;

  BatchReader(DiskFile file, int limit) {
    this.file = file;
    this.limit = limit;
  }

  boolean hasMore() {
    return position < limit;
  }

  /**
   * The next batch as a buffer of its own part of memory, valid until the next call.
   *
   * @throws io.dure.base.DiskException when it is corrupt
   */
  ByteBuffer next() {
    if (chunk.remaining() < BatchFormat.HEADER_BYTES) {
      fill(BatchFormat.HEADER_BYTES);
    }
    demand(BatchFormat.flaw(chunk, chunk.position(), (long) limit - position));
    int size = (int) BatchFormat.sizeBytes(chunk, chunk.position());
    if (chunk.remaining() < size) {
      fill(size);
    }
    int at = chunk.position();
    if (!BatchFormat.crcMatches(chunk, at, size)) {
      demand("the checksum does not match");
    }
    chunk.position(at + size);
    position += size;
    return chunk.slice(at, size);
  }

  private void fill(int least) {
    chunk = ByteBuffer.allocate(Math.min(Math.max(least, CHUNK_BYTES), limit - position));
    file.read(position, chunk);
    chunk.flip();
    if (chunk.remaining() < least) {
      demand("a batch is cut off");
    }
  }

  private void demand(String flaw) {
    if (!flaw.isEmpty()) {
      throw BatchCursor.corrupt(file, position, flaw);
    }
  }
}
