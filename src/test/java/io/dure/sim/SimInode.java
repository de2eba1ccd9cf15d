package io.dure.sim;

import io.dure.base.Rng;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** The bytes of one simulated file: as written, as flushed, and which sectors differ. */
final class SimInode {
  private static final int SECTOR = SimDisk.SECTOR_BYTES;

  private byte[] written = new byte[0];
  private int size;
  private byte[] flushed = new byte[0];
  private int flushedSize;
  private final BitSet dirty = new BitSet();

  /** What a flush failed to write and will not be tried again: read as if all were well. */
  private final BitSet failed = new BitSet();

  long size() {
    return size;
  }

  byte[] contents() {
    return Arrays.copyOf(written, size);
  }

  /** What a power cut would certainly leave, read-only. */
  ByteBuffer durable() {
    int there = Math.min(flushedSize, flushed.length);
    return ByteBuffer.wrap(flushed, 0, there).slice().asReadOnlyBuffer();
  }

  void write(long position, ByteBuffer source) {
    int at = Math.toIntExact(position);
    int count = source.remaining();
    if (count == 0) {
      return;
    }
    int end = at + count;
    written = grown(written, end);
    source.get(written, at, count);
    size = Math.max(size, end);
    markDirty(at / SECTOR, (end - 1) / SECTOR + 1);
  }

  private void markDirty(int from, int to) {
    dirty.set(from, to);
    failed.clear(from, to);
  }

  int read(long position, ByteBuffer target) {
    int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
    if (count > 0) {
      target.put(written, (int) position, count);
    }
    return count;
  }

  void resize(long newSize) {
    int to = Math.toIntExact(newSize);
    if (to < size) {
      Arrays.fill(written, to, size, (byte) 0);
      markDirty(to / SECTOR, (size - 1) / SECTOR + 1);
    } else {
      written = grown(written, to);
    }
    size = to;
  }

  void flush() {
    flushed = grown(flushed, written.length);
    dirty.stream().forEach(sector -> copySector(sector, SECTOR));
    dirty.clear();
    flushedSize = size;
  }

  /**
   * As Linux does it: what could not be written counts as clean from now on, and no later flush
   * looks at it unless it is written once more.
   */
  void flushFailed() {
    failed.or(dirty);
    dirty.clear();
  }

  private void copySector(int sector, int bytes) {
    int from = sector * SECTOR;
    int count = Math.min(bytes, written.length - from);
    if (count > 0) {
      System.arraycopy(written, from, flushed, from, count);
    }
  }

  void flip(long position, int bit) {
    int at = Math.toIntExact(position);
    written[at] ^= (byte) (1 << bit);
    if (at < flushed.length) {
      flushed[at] ^= (byte) (1 << bit);
    }
  }

  /**
   * Each unflushed sector is kept, lost or torn; the size is the old one, the new one or one
   * between.
   */
  void losePower(Rng rng) {
    dirty.or(failed);
    failed.clear();
    if (!dirty.isEmpty() || size != flushedSize) {
      flushed = grown(flushed, Math.max(written.length, flushedSize));
      int mood = rng.below(4);
      dirty.stream()
          .forEach(sector -> {
            int kept =
                switch (mood) {
                  case 0 -> 0;
                  case 1 -> SECTOR;
                  default ->
                      switch (rng.below(5)) {
                        case 0, 1 -> 0;
                        case 2, 3 -> SECTOR;
                        default -> rng.below(SECTOR);
                      };
                };
            copySector(sector, kept);
          });
      int least = Math.min(size, flushedSize);
      int most = Math.max(size, flushedSize);
      flushedSize =
          switch (rng.below(3)) {
            case 0 -> flushedSize;
            case 1 -> size;
            default -> least + rng.below(most - least + 1);
          };
      Arrays.fill(flushed, Math.min(flushedSize, flushed.length), flushed.length, (byte) 0);
    }
    flushed = grown(flushed, flushedSize);
    written = flushed.clone();
    size = flushedSize;
    dirty.clear();
  }

  private static byte[] grown(byte[] bytes, int least) {
    return bytes.length >= least ? bytes : Arrays.copyOf(bytes, Math.max(least, bytes.length * 2));
  }
}
