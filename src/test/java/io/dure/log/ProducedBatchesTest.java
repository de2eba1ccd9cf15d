package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What producers may not send is told apart by its kind. */
class ProducedBatchesTest {
  @Test
  void whatKafkasOwnProducerWritesPasses() {
    for (Compression codec :
        new Compression[] {
          Compression.NONE,
          Compression.gzip().build(),
          Compression.snappy().build(),
          Compression.lz4().build(),
          Compression.zstd().build()
        }) {
      ByteBuffer batch =
          MemoryRecords.withRecords(
                  codec,
                  new SimpleRecord(5, "k".getBytes(), new byte[300]),
                  new SimpleRecord(7, new byte[0], new byte[3]))
              .buffer();

      assertThat(ProducedBatches.check(batch)).isEmpty();
    }
  }

  @Test
  void flippedBitsAreFound() {
    ByteBuffer whole = LogFixture.batch(3, 40, 1_000);
    for (int at = 16; at < whole.limit(); at++) {
      ByteBuffer batch = copy(whole);
      batch.put(at, (byte) (batch.get(at) ^ 4));

      assertThat(ProducedBatches.check(batch)).isPresent();
    }
  }

  @Test
  void cutOffBatchesAreCorrupt() {
    ByteBuffer whole = LogFixture.batch(3, 40, 1_000);
    for (int size = 1; size < whole.limit(); size++) {
      assertKind(copy(whole).limit(size), ProducedBatches.Kind.CORRUPT);
    }
  }

  @Test
  void noBatchIsInvalid() {
    assertKind(ByteBuffer.allocate(0), ProducedBatches.Kind.INVALID);
  }

  @Test
  void countMustMatchTheOffsets() {
    assertKind(changed(b -> b.putInt(57, 2)), ProducedBatches.Kind.INVALID);
    assertKind(changed(b -> b.putInt(23, 5)), ProducedBatches.Kind.INVALID);
    assertKind(
        changed(b -> {
          b.putInt(57, 4);
          b.putInt(23, 3);
        }),
        ProducedBatches.Kind.INVALID);
  }

  @Test
  void recordsMustFillTheBatch() {
    assertKind(changed(b -> b.put(61, (byte) (b.get(61) + 2))), ProducedBatches.Kind.INVALID);
    assertKind(changed(b -> b.put(61, (byte) 0x80)), ProducedBatches.Kind.INVALID);
  }

  @Test
  void unknownCodecIsToldApart() {
    assertKind(changed(b -> b.putShort(21, (short) 5)), ProducedBatches.Kind.UNKNOWN_COMPRESSION);
  }

  @Test
  void idempotentProducerNeedsASequence() {
    assertKind(changed(b -> b.putLong(43, 9)), ProducedBatches.Kind.INVALID);
  }

  @Test
  void newBatchHasBaseOffsetZero() {
    assertKind(changed(b -> b.putLong(0, 9)), ProducedBatches.Kind.INVALID);
  }

  private static ByteBuffer changed(Consumer<ByteBuffer> change) {
    ByteBuffer batch = LogFixture.batch(3, 40, 1_000);
    change.accept(batch);
    BatchFormat.writeCrc(batch, 0);
    return batch;
  }

  private static ByteBuffer copy(ByteBuffer whole) {
    return ByteBuffer.wrap(whole.array().clone(), 0, whole.limit());
  }

  private static void assertKind(ByteBuffer batch, ProducedBatches.Kind kind) {
    assertThat(ProducedBatches.check(batch))
        .hasValueSatisfying(f -> assertThat(f.kind()).isEqualTo(kind));
  }
}
