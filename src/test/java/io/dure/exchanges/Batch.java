package io.dure.exchanges;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * One batch of records to be, and how it is to be wrong.
 *
 * @param size of each value, in bytes
 */
record Batch(
    byte magic,
    Compression codec,
    long base,
    Writer writer,
    int count,
    boolean keyed,
    long timestamp,
    int size) {
  private static final long T0 = 1_700_000_000_000L;

  /** In a batch; the checksum itself is the first that it does not cover. */
  private static final int CHECKSUM_AT = 17;

  /**
   * @param id -1 for a producer without memory
   */
  record Writer(long id, short epoch, int sequence, boolean inTransaction) {
    static final Writer PLAIN = new Writer(-1, (short) -1, -1, false);
  }

  static Batch of(int count) {
    return new Batch((byte) 2, Compression.NONE, 0, Writer.PLAIN, count, true, T0, 1);
  }

  Batch by(Writer other) {
    return new Batch(magic, codec, base, other, count, keyed, timestamp, size);
  }

  Batch packed(Compression other) {
    return new Batch(magic, other, base, writer, count, keyed, timestamp, size);
  }

  Batch magic(int other) {
    return new Batch((byte) other, codec, base, writer, count, keyed, timestamp, size);
  }

  Batch from(long other) {
    return new Batch(magic, codec, other, writer, count, keyed, timestamp, size);
  }

  Batch withoutKeys() {
    return new Batch(magic, codec, base, writer, count, false, timestamp, size);
  }

  Batch at(long other) {
    return new Batch(magic, codec, base, writer, count, keyed, other, size);
  }

  Batch size(int other) {
    return new Batch(magic, codec, base, writer, count, keyed, timestamp, other);
  }

  MemoryRecords records() {
    try (MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(512 + 2 * size * count),
            magic,
            codec,
            TimestampType.CREATE_TIME,
            base,
            RecordBatch.NO_TIMESTAMP,
            writer.id(),
            writer.epoch(),
            writer.sequence(),
            writer.inTransaction(),
            false,
            RecordBatch.NO_PARTITION_LEADER_EPOCH)) {
      byte[] key = keyed ? "key".getBytes(StandardCharsets.UTF_8) : null;
      for (int i = 0; i < count; i++) {
        builder.append(new SimpleRecord(timestamp + i, key, new byte[size]));
      }
      return builder.build();
    }
  }

  MemoryRecords damaged() {
    ByteBuffer bytes = records().buffer().duplicate();
    bytes.put(CHECKSUM_AT, (byte) (bytes.get(CHECKSUM_AT) ^ 1));
    return MemoryRecords.readableRecords(bytes);
  }

  /** Its last bytes are missing. */
  MemoryRecords cut() {
    ByteBuffer bytes = records().buffer().duplicate();
    return MemoryRecords.readableRecords(bytes.limit(bytes.limit() - 3));
  }

  MemoryRecords followedBy(Batch other) {
    ByteBuffer one = records().buffer();
    ByteBuffer two = other.records().buffer();
    ByteBuffer both = ByteBuffer.allocate(one.remaining() + two.remaining());
    return MemoryRecords.readableRecords(both.put(one.duplicate()).put(two.duplicate()).flip());
  }
}
