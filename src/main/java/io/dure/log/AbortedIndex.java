package io.dure.log;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The transactions whose abort marker stands in one segment, in Kafka's format: entries of a
 * version, the producer, its first offset, the marker's offset and the last stable offset then,
 * ordered by marker. Unlike the other indexes it is not a hint: without an entry a reader would see
 * what was aborted. So the recovery point tells how many entries there are and their checksum, and
 * where the file does not have them they are found again from the batches ({@link AbortedReplay}).
 */
final class AbortedIndex {
  static final int ENTRY_BYTES = 34;
  private static final short VERSION = 0;

  /** How many entries there are, and the CRC-32C of their bytes. */
  record Sum(int count, int crc) {
    static final Sum NONE = new Sum(0, 0);
  }

  private List<AbortedTxn> entries = new ArrayList<>(0);
  private int crc;
  private int written;
  private boolean rewrite;

  static AbortedIndex of(List<AbortedTxn> entries) {
    var index = new AbortedIndex();
    entries.forEach(index::add);
    index.rewrite = true;
    return index;
  }

  List<AbortedTxn> entries() {
    return List.copyOf(entries);
  }

  Sum sum() {
    return entries.isEmpty() ? Sum.NONE : new Sum(entries.size(), crc);
  }

  void add(AbortedTxn aborted) {
    entries.add(aborted);
    crc = crcOf(entries.subList(entries.size() - 1, entries.size()), crc);
  }

  /** Forgets what was aborted at or past {@code endOffset}. */
  void cut(long endOffset) {
    int kept = entries.size();
    while (kept > 0 && entries.get(kept - 1).lastOffset() >= endOffset) {
      kept--;
    }
    if (kept < entries.size()) {
      entries = new ArrayList<>(entries.subList(0, kept));
      crc = 0;
      for (int i = 0; i < kept; i++) {
        crc = crcOf(entries.subList(i, i + 1), crc);
      }
      written = Math.min(written, kept);
      rewrite = true;
    }
  }

  /**
   * Adds to {@code found} what a reader of {@code from} (inclusive) to {@code end} (exclusive) has
   * to pass over; returns whether no later segment can hold more of it.
   */
  boolean collect(long from, long end, List<AbortedTxn> found) {
    for (AbortedTxn each : entries) {
      if (each.lastOffset() >= from && each.firstOffset() < end) {
        found.add(each);
      }
      if (each.lastStable() >= end) {
        return true;
      }
    }
    return false;
  }

  /** Empty when the file does not begin with exactly those entries. */
  static Optional<AbortedIndex> load(DiskFile file, Sum expected) {
    ByteBuffer bytes = ByteBuffer.allocate(expected.count() * ENTRY_BYTES);
    if (file.size() < bytes.capacity() || file.read(0, bytes) < bytes.capacity()) {
      return Optional.empty();
    }
    bytes.flip();
    var index = new AbortedIndex();
    while (bytes.hasRemaining()) {
      bytes.getShort();
      index.add(new AbortedTxn(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()));
    }
    index.written = expected.count();
    index.rewrite = file.size() > bytes.capacity();
    return index.sum().equals(expected) ? Optional.of(index) : Optional.empty();
  }

  /** Whether the file has to be written again. */
  boolean isStale() {
    return written < entries.size() || rewrite;
  }

  /** Brings the file up to what is in memory; not flushed. */
  void write(DiskFile file) {
    file.write((long) written * ENTRY_BYTES, encoded(entries.subList(written, entries.size())));
    if (file.size() > (long) entries.size() * ENTRY_BYTES) {
      file.resize((long) entries.size() * ENTRY_BYTES);
    }
    written = entries.size();
    rewrite = false;
  }

  private static ByteBuffer encoded(List<AbortedTxn> some) {
    ByteBuffer bytes = ByteBuffer.allocate(some.size() * ENTRY_BYTES);
    for (AbortedTxn each : some) {
      bytes.putShort(VERSION).putLong(each.producerId());
      bytes.putLong(each.firstOffset()).putLong(each.lastOffset()).putLong(each.lastStable());
    }
    return bytes.flip();
  }

  /** Chained: of these entries' bytes with the checksum of all before them. */
  private static int crcOf(List<AbortedTxn> some, int before) {
    var sum = new CRC32C();
    sum.update(ByteBuffer.allocate(4).putInt(before).flip());
    sum.update(encoded(some));
    return (int) sum.getValue();
  }
}
