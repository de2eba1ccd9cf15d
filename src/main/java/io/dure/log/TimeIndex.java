package io.dure.log;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A segment's sparse index of timestamps, in Kafka's format: entries of 12 bytes, the largest
 * timestamp so far and, relative to the segment's base, the last offset of the batch that has it.
 * Both only grow. Kept like {@link OffsetIndex}.
 */
final class TimeIndex {
  static final int ENTRY_BYTES = 12;

  private final long base;
  private long[] timestamps = new long[0];
  private int[] offsets = new int[0];
  private int count;
  private int written;
  private boolean cut;

  TimeIndex(long base) {
    this.base = base;
  }

  int count() {
    return count;
  }

  /** Adds an entry unless its timestamp is not past the last entry's. */
  void add(TimedOffset largest) {
    if (largest.timestampMs() < 0
        || (count > 0 && largest.timestampMs() <= timestamps[count - 1])) {
      return;
    }
    if (count == offsets.length) {
      int room = Math.max(8, count * 2);
      timestamps = Arrays.copyOf(timestamps, room);
      offsets = Arrays.copyOf(offsets, room);
    }
    timestamps[count] = largest.timestampMs();
    offsets[count++] = (int) (largest.offset() - base);
  }

  /** An offset before which no record has a timestamp at or after {@code timestampMs}. */
  long offsetBefore(long timestampMs) {
    int i = Arrays.binarySearch(timestamps, 0, count, timestampMs);
    int below = i >= 0 ? i - 1 : -i - 2;
    return below < 0 ? base : base + offsets[below];
  }

  /**
   * The last entry whose batch ends at or before {@code endOffset}; timestamp -1 when there is
   * none.
   */
  TimedOffset lastBelow(long endOffset) {
    int i =
        Arrays.binarySearch(
            offsets, 0, count, (int) Math.min(Integer.MAX_VALUE, endOffset - 1 - base));
    int last = i >= 0 ? i : -i - 2;
    return last < 0 ? Segment.NO_TIME : new TimedOffset(base + offsets[last], timestamps[last]);
  }

  void cut(long endOffset) {
    int i =
        Arrays.binarySearch(
            offsets, 0, count, (int) Math.min(Integer.MAX_VALUE, endOffset - 1 - base));
    count = i >= 0 ? i + 1 : -i - 1;
    cut = true;
    written = Math.min(written, count);
  }

  /** As {@link OffsetIndex#load}. */
  boolean load(DiskFile file, int least, int most) {
    int entries = (int) Math.min(file.size() / ENTRY_BYTES, most);
    if (entries < least) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.allocate(entries * ENTRY_BYTES);
    if (file.read(0, bytes) < bytes.capacity()) {
      return false;
    }
    long[] t = new long[entries];
    int[] o = new int[entries];
    for (int i = 0; i < entries; i++) {
      t[i] = bytes.getLong(i * ENTRY_BYTES);
      o[i] = bytes.getInt(i * ENTRY_BYTES + 8);
      if (i == 0 ? t[i] < 0 || o[i] < 0 : t[i] <= t[i - 1] || o[i] <= o[i - 1]) {
        return false;
      }
    }
    timestamps = t;
    offsets = o;
    count = entries;
    written = entries;
    return true;
  }

  /** Whether the file has to be written again. */
  boolean isStale() {
    return written < count || cut;
  }

  /** As {@link OffsetIndex#write}. */
  void write(DiskFile file) {
    ByteBuffer bytes = ByteBuffer.allocate((count - written) * ENTRY_BYTES);
    for (int i = written; i < count; i++) {
      bytes.putLong(timestamps[i]).putInt(offsets[i]);
    }
    file.write((long) written * ENTRY_BYTES, bytes.flip());
    if (file.size() > (long) count * ENTRY_BYTES) {
      file.resize((long) count * ENTRY_BYTES);
    }
    written = count;
    cut = false;
  }
}
