package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;

/**
 * Writes the compacted segment that is to take the place of a group of others, beside them: as
 * {@code .cleaned}, and once it is durable as {@code .swap}, with a number that tells which
 * recovery point takes it over. Runs of offsets without records become {@link EmptyBatch}es.
 */
final class SegmentWriter {
  static final String CLEANED = ".cleaned";
  static final String SWAP = ".swap";

  private static final int BUFFER_BYTES = 256 << 10;

  private final Disk disk;
  private final String folder;
  private final LogSettings settings;
  private final Segment segment;
  private final DiskFile file;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private int writtenBytes;
  private long emptyFrom = -1;
  private long emptyEnd;
  private int emptyEpoch;
  private String name;

  SegmentWriter(Disk disk, String folder, Compaction.Group group, LogSettings settings) {
    this.disk = disk;
    this.folder = folder;
    this.settings = settings;
    int version = 1;
    for (Compaction.Source source : group.sources()) {
      version = Math.max(version, source.segment().version() + 1);
    }
    this.segment = Segment.compacted(disk, folder, group.base(), version);
    this.name = folder + "/" + Segment.name(group.base()) + "." + version + CLEANED;
    disk.delete(name);
    this.file = disk.open(name);
  }

  /** The next batch of the sources, and what is left of it. */
  void take(ByteBuffer batch, ByteBuffer left) {
    if (left.hasRemaining()) {
      endRun();
      put(left);
      return;
    }
    int epoch = BatchFormat.leaderEpoch(batch, 0);
    long from = BatchFormat.baseOffset(batch, 0);
    long end = BatchFormat.endOffset(batch, 0);
    if (emptyFrom >= 0 && (epoch != emptyEpoch || end - emptyFrom > EmptyBatch.MOST_OFFSETS)) {
      endRun();
    }
    if (emptyFrom < 0) {
      emptyFrom = from;
      emptyEpoch = epoch;
    }
    emptyEnd = end;
  }

  private void endRun() {
    if (emptyFrom >= 0) {
      put(EmptyBatch.of(emptyFrom, emptyEnd, emptyEpoch));
      emptyFrom = -1;
    }
  }

  private void put(ByteBuffer batch) {
    segment.noteBatch(batch, batch.position(), settings);
    if (buffer.remaining() < batch.remaining()) {
      flushBuffer();
    }
    if (buffer.capacity() < batch.remaining()) {
      file.write(writtenBytes, batch.duplicate());
      writtenBytes += batch.remaining();
    } else {
      buffer.put(batch.duplicate());
    }
  }

  private void flushBuffer() {
    buffer.flip();
    int size = buffer.remaining();
    file.write(writtenBytes, buffer);
    writtenBytes += size;
    buffer.clear();
  }

  /** Blocks until the segment is durable under its name for the swap. */
  void finish() {
    endRun();
    flushBuffer();
    buffer = ByteBuffer.allocate(0);
    file.flush();
    String swap = name.substring(0, name.length() - CLEANED.length()) + SWAP;
    disk.rename(name, swap);
    name = swap;
    disk.flushFolder(folder);
  }

  /** The segment as the log will know it. */
  Segment segment() {
    return segment;
  }

  /**
   * A durable recovery point has taken the segment over: gives it its own name. What is left undone
   * by a crash from here on, recovery does.
   */
  void rename() {
    segment.takeOver(name, file);
  }

  void abandon() {
    file.close();
    disk.delete(name);
  }
}
