package io.dure.log;

import io.dure.base.Check;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes one uncompressed batch (magic 2) for the partitions a node writes itself. Add records,
 * then {@link #build}; {@link PartitionLog#appendAsLeader} gives the batch its offsets and epoch.
 */
public final class BatchBuilder {
  private static final int LEAST_ROOM = 256;

  private ByteBuffer bytes = ByteBuffer.allocate(LEAST_ROOM).position(BatchFormat.HEADER_BYTES);
  private int count;
  private long baseTimestamp;
  private long maxTimestamp = -1;

  /** Adds a record; an empty value is a tombstone. */
  public BatchBuilder add(Optional<byte[]> key, Optional<byte[]> value, long timestampMs) {
    if (count == 0) {
      baseTimestamp = timestampMs;
    }
    maxTimestamp = Math.max(maxTimestamp, timestampMs);
    long timestampDelta = timestampMs - baseTimestamp;
    int body =
        1
            + varintSize(timestampDelta)
            + varintSize(count)
            + sizeOf(key)
            + sizeOf(value)
            + varintSize(0);
    ensureRoom(varintSize(body) + body);
    putVarint(body);
    bytes.put((byte) 0);
    putVarint(timestampDelta);
    putVarint(count);
    put(key);
    put(value);
    putVarint(0);
    count++;
    return this;
  }

  /** Adds a record with a key; an empty value is a tombstone. */
  public BatchBuilder add(byte[] key, Optional<byte[]> value, long timestampMs) {
    return add(Optional.of(key), value, timestampMs);
  }

  public int count() {
    return count;
  }

  /** What {@link #build} would give now. */
  public int sizeBytes() {
    return bytes.position();
  }

  /** The batch, ready to be appended; the builder is spent. */
  public ByteBuffer build() {
    return build(0, BatchFormat.NO_PRODUCER, (short) -1, -1);
  }

  /** As {@link #build}, as a part of a producer's transaction. */
  public ByteBuffer buildTransactional(long producerId, short producerEpoch, int baseSequence) {
    return build(BatchFormat.TRANSACTIONAL, producerId, producerEpoch, baseSequence);
  }

  /** As {@link #build}, as the end of a producer's transaction. */
  ByteBuffer buildMarker(long producerId, short producerEpoch, int baseSequence) {
    return build(
        BatchFormat.TRANSACTIONAL | BatchFormat.CONTROL, producerId, producerEpoch, baseSequence);
  }

  /** As {@link #build}, from an idempotent producer. */
  public ByteBuffer buildIdempotent(long producerId, short producerEpoch, int baseSequence) {
    return build(0, producerId, producerEpoch, baseSequence);
  }

  private ByteBuffer build(int attributes, long producerId, short producerEpoch, int baseSequence) {
    Check.that(count > 0, "a batch needs a record");
    ByteBuffer batch = bytes.flip();
    batch.putLong(0, 0);
    batch.putInt(8, batch.limit() - 12);
    batch.putInt(12, -1);
    batch.put(16, (byte) 2);
    batch.putShort(21, (short) attributes);
    batch.putInt(23, count - 1);
    batch.putLong(27, baseTimestamp);
    batch.putLong(35, maxTimestamp);
    batch.putLong(43, producerId);
    batch.putShort(51, producerEpoch);
    batch.putInt(53, baseSequence);
    batch.putInt(57, count);
    BatchFormat.writeCrc(batch, 0);
    return batch;
  }

  private static int sizeOf(Optional<byte[]> field) {
    return field.map(f -> varintSize(f.length) + f.length).orElse(varintSize(-1));
  }

  private void put(Optional<byte[]> field) {
    putVarint(field.map(f -> f.length).orElse(-1));
    field.ifPresent(f -> bytes.put(f));
  }

  /** Zigzag, seven bits per byte, low ones first; the same bytes for 32 and 64 bit fields. */
  private void putVarint(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      bytes.put((byte) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    bytes.put((byte) rest);
  }

  private static int varintSize(long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    return Math.max(1, (70 - Long.numberOfLeadingZeros(zigzag)) / 7);
  }

  private void ensureRoom(int more) {
    if (bytes.remaining() < more) {
      int used = bytes.position();
      int room = Math.max(bytes.capacity() * 2, used + more);
      bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), room)).position(used);
    }
  }
}
