package io.dure.log;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A segment's sparse index from offsets to file positions, in Kafka's format: entries of 8 bytes,
 * the offset of a batch's last record relative to the segment's base, and the position of that
 * batch. Held in memory while in use; entries reach the file late and without a flush, since they
 * can be found again from the segment.
 */
final class OffsetIndex {
  static final int ENTRY_BYTES = 8;

  private final long base;
  private int[] offsets = new int[0];
  private int[] positions = new int[0];
  private int count;
  private int written;
  private boolean cut;

  OffsetIndex(long base) {
    this.base = base;
  }

  int count() {
    return count;
  }

  void add(long lastOffset, int position) {
    if (count == offsets.length) {
      int room = Math.max(8, count * 2);
      offsets = Arrays.copyOf(offsets, room);
      positions = Arrays.copyOf(positions, room);
    }
    offsets[count] = (int) (lastOffset - base);
    positions[count++] = position;
  }

  /** Position of a batch at or before the one with {@code offset}: where to start walking. */
  int positionBefore(long offset) {
    int i = lastAtOrBelow(offsets, offset - base);
    return i < 0 ? 0 : positions[i];
  }

  /** The last indexed batch that starts at or before {@code position}. */
  int batchAtOrBefore(long position) {
    int i = lastAtOrBelow(positions, position);
    return i < 0 ? 0 : positions[i];
  }

  private int lastAtOrBelow(int[] keys, long wanted) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] <= wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Position of the last entry, or 0: from here on the segment may be without entries. */
  int lastPosition() {
    return count == 0 ? 0 : positions[count - 1];
  }

  void cut(long endOffset) {
    int kept = lastAtOrBelow(offsets, endOffset - 1 - base) + 1;
    count = kept;
    cut = true;
    written = Math.min(written, kept);
  }

  /**
   * Takes over the first entries of a file.
   *
   * @return false, taking nothing, when there are fewer than {@code least} or they make no sense
   */
  boolean load(DiskFile file, int least, int most, long segmentBytes) {
    int entries = (int) Math.min(file.size() / ENTRY_BYTES, most);
    if (entries < least) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.allocate(entries * ENTRY_BYTES);
    if (file.read(0, bytes) < bytes.capacity()) {
      return false;
    }
    int[] o = new int[entries];
    int[] p = new int[entries];
    for (int i = 0; i < entries; i++) {
      o[i] = bytes.getInt(i * ENTRY_BYTES);
      p[i] = bytes.getInt(i * ENTRY_BYTES + 4);
      boolean grows = i == 0 ? o[i] >= 0 && p[i] >= 0 : o[i] > o[i - 1] && p[i] > p[i - 1];
      if (!grows || p[i] >= segmentBytes) {
        return false;
      }
    }
    offsets = o;
    positions = p;
    count = entries;
    written = entries;
    return true;
  }

  /** Whether the file has to be written again. */
  boolean isStale() {
    return written < count || cut;
  }

  /** Brings the file up to what is in memory; not flushed. */
  void write(DiskFile file) {
    ByteBuffer bytes = ByteBuffer.allocate((count - written) * ENTRY_BYTES);
    for (int i = written; i < count; i++) {
      bytes.putInt(offsets[i]).putInt(positions[i]);
    }
    file.write((long) written * ENTRY_BYTES, bytes.flip());
    if (file.size() > (long) count * ENTRY_BYTES) {
      file.resize((long) count * ENTRY_BYTES);
    }
    written = count;
    cut = false;
  }
}
