package io.dure.log;

import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;

/**
 * Walks the batch headers (and whole markers) of a segment file between two positions that lie on
 * batch boundaries. What is there was written whole and is below the log's end, so anything out of
 * shape is corruption and is reported.
 */
final class BatchCursor {
  private static final int CHUNK_BYTES = 4096;

  private final DiskFile file;
  private final long limit;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private long chunkStart;
  private long position;
  private long next;
  private int at;

  BatchCursor(DiskFile file, long start, long limit) {
    this.file = file;
    this.limit = limit;
    this.next = start;
    this.chunkStart = start;
    chunk.limit(0);
  }

  /** Moves to the next batch; false when there is none before the limit. */
  boolean next() {
    if (next >= limit) {
      return false;
    }
    position = next;
    if (position < chunkStart || position + BatchFormat.HEADER_BYTES > chunkStart + chunk.limit()) {
      fill();
    }
    at = (int) (position - chunkStart);
    if (BatchFormat.isControl(chunk, at)
        && position + BatchFormat.sizeBytes(chunk, at) > chunkStart + chunk.limit()) {
      fill(); // what a marker says stands behind its header; it is far smaller than a chunk
      at = 0;
    }
    String flaw = BatchFormat.flaw(chunk, at, limit - position);
    if (!flaw.isEmpty()) {
      throw corrupt(file, position, flaw);
    }
    next = position + BatchFormat.sizeBytes(chunk, at);
    return true;
  }

  private void fill() {
    chunk.clear();
    chunk.limit((int) Math.min(CHUNK_BYTES, limit - position));
    file.read(position, chunk);
    chunk.flip();
    chunkStart = position;
    if (chunk.limit() < BatchFormat.HEADER_BYTES) {
      throw corrupt(file, position, "a batch header is cut off");
    }
  }

  static DiskException corrupt(DiskFile file, long position, String flaw) {
    return new DiskException(
        file.name()
            + " is corrupt at byte "
            + position
            + ": "
            + flaw
            + "; it was written and flushed whole, so the device or somebody changed it since");
  }

  long position() {
    return position;
  }

  /** Where the batch after this one starts. */
  long nextPosition() {
    return next;
  }

  long baseOffset() {
    return BatchFormat.baseOffset(chunk, at);
  }

  long endOffset() {
    return BatchFormat.endOffset(chunk, at);
  }

  int leaderEpoch() {
    return BatchFormat.leaderEpoch(chunk, at);
  }

  long maxTimestamp() {
    return BatchFormat.maxTimestamp(chunk, at);
  }

  /**
   * The bytes of the header, or of a whole marker; index {@link #headerAt} is its first. Changes
   * with {@link #next}.
   */
  ByteBuffer header() {
    return chunk;
  }

  int headerAt() {
    return at;
  }
}
