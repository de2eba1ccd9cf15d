package io.dure.sim.node;

import io.dure.log.LogRecord;
import io.dure.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * One batch as it stands in a log.
 *
 * @param count how many records its header names
 * @param contentCrc the producer's checksum: the same wherever the batch is put
 * @param keys of its records, by their offsets
 * @param bytesCrc of every byte, the offset and epoch the leader gave it included
 */
record Batch(
    long base,
    long end,
    int epoch,
    long producer,
    int sequence,
    int count,
    int contentCrc,
    int bytesCrc,
    Map<Long, Integer> keys) {
  private static final int HEADER_BYTES = 61;
  private static final int READ_BYTES = 1 << 20;

  /** All batches from the buffer's position on, up to the first one that is not whole. */
  static List<Batch> in(ByteBuffer bytes) {
    var found = new ArrayList<Batch>();
    int at = bytes.position();
    while (isWhole(bytes, at)) {
      found.add(at(bytes, at));
      at += sizeAt(bytes, at);
    }
    return found;
  }

  /** The batches of a log within [from, end); both lie between batches. */
  static List<Batch> of(PartitionLog log, long from, long end) {
    var found = new ArrayList<Batch>();
    for (long offset = from; offset < end; ) {
      if (log.read(offset, READ_BYTES, end).sizeBytes() == 0) {
        break; // a run without records goes on past the end
      }
      var span = log.readSpan(offset, READ_BYTES, end);
      found.addAll(in(span.bytes()));
      offset = span.end();
    }
    return found;
  }

  static boolean isWhole(ByteBuffer bytes, int at) {
    return bytes.limit() - at >= HEADER_BYTES
        && bytes.get(at + 16) == 2
        && bytes.getInt(at + 8) >= HEADER_BYTES - 12
        && sizeAt(bytes, at) <= bytes.limit() - at;
  }

  static int sizeAt(ByteBuffer bytes, int at) {
    return 12 + bytes.getInt(at + 8);
  }

  static long baseAt(ByteBuffer bytes, int at) {
    return bytes.getLong(at);
  }

  static Batch at(ByteBuffer bytes, int at) {
    var crc = new CRC32C();
    crc.update(bytes.slice(at, sizeAt(bytes, at)));
    long base = baseAt(bytes, at);
    return new Batch(
        base,
        base + bytes.getInt(at + 23) + 1,
        bytes.getInt(at + 12),
        bytes.getLong(at + 43),
        bytes.getInt(at + 53),
        bytes.getInt(at + 57),
        bytes.getInt(at + 17),
        (int) crc.getValue(),
        keysIn(bytes.slice(at, sizeAt(bytes, at))));
  }

  private static Map<Long, Integer> keysIn(ByteBuffer batch) {
    var keys = new HashMap<Long, Integer>();
    if ((batch.getShort(21) & 0x07) == 0 && batch.getInt(57) > 0) {
      for (LogRecord record : LogRecord.in(batch)) {
        record.key().ifPresent(key -> keys.put(record.offset(), (int) key.get(key.position())));
      }
    }
    return keys;
  }

  /** Whether this may be what compaction left where {@code whole} was. */
  boolean isLeftOf(Batch whole) {
    return base == whole.base
        && end == whole.end
        && epoch == whole.epoch
        && producer == whole.producer
        && sequence == whole.sequence
        && whole.keys.entrySet().containsAll(keys.entrySet());
  }

  /** Whether it stands for offsets only. */
  boolean isEmptyRun() {
    return count == 0 && producer < 0;
  }

  @Override
  public String toString() {
    return "[%d,%d) epoch %d%s #%08x"
        .formatted(
            base,
            end,
            epoch,
            producer < 0 ? "" : " producer " + producer + " sequence " + sequence,
            contentCrc);
  }
}
