package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Repeated batches are recognized and missing ones noticed, as Kafka's leaders do it. */
class ProducerTableTest {
  private static final long ID = 42;

  private final ProducerTable table = new ProducerTable();
  private long nextOffset;

  @Test
  void unknownProducerMayStartAnywhere() {
    assertThat(table.check(LogFixture.batch(3, ID, 0, 17)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void batchesInOrderAreAccepted() {
    append(3, 0, 0);

    assertThat(table.check(LogFixture.batch(2, ID, 0, 3)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void anyOfTheLastFiveBatchesIsRecognizedWithItsOffsets() {
    for (int i = 0; i < 6; i++) {
      append(3, 0, 3 * i);
    }

    for (int i = 1; i < 6; i++) {
      assertThat(table.check(LogFixture.batch(3, ID, 0, 3 * i)))
          .isInstanceOfSatisfying(
              ProducerVerdict.Duplicate.class,
              d -> {
                assertThat(d.endOffset() - d.baseOffset()).isEqualTo(3);
              });
    }
    assertThat(
            ((ProducerVerdict.Duplicate) table.check(LogFixture.batch(3, ID, 0, 6))).baseOffset())
        .isEqualTo(6);
    assertRefused(
        LogFixture.batch(3, ID, 0, 0), ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  @Test
  void gapIsRefused() {
    append(3, 0, 0);

    assertRefused(
        LogFixture.batch(1, ID, 0, 4), ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  @Test
  void overlapThatIsNoRepetitionIsRefused() {
    append(3, 0, 0);

    assertRefused(
        LogFixture.batch(4, ID, 0, 0), ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  @Test
  void olderEpochIsRefused() {
    append(3, 5, 0);

    assertRefused(LogFixture.batch(1, ID, 4, 3), ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
  }

  @Test
  void newerEpochStartsAtZero() {
    append(3, 5, 0);

    assertThat(table.check(LogFixture.batch(1, ID, 6, 0)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
    assertRefused(
        LogFixture.batch(1, ID, 6, 3), ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  @Test
  void batchesOfAnOlderEpochAreForgotten() {
    append(3, 5, 0);
    append(1, 6, 0);

    assertThat(table.check(LogFixture.batch(3, ID, 6, 0)))
        .isInstanceOf(ProducerVerdict.Refused.class);
    assertThat(table.check(LogFixture.batch(1, ID, 6, 0)))
        .isInstanceOf(ProducerVerdict.Duplicate.class);
  }

  @Test
  void sequencesWrapAroundToZero() {
    append(2, 0, Integer.MAX_VALUE - 1);
    assertThat(table.check(LogFixture.batch(1, ID, 0, 0)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
    append(1, 0, 0);
    assertThat(table.check(LogFixture.batch(1, ID, 0, 1)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void batchAcrossTheWrapIsRecognized() {
    append(4, 0, Integer.MAX_VALUE - 1);

    assertThat(table.check(LogFixture.batch(4, ID, 0, Integer.MAX_VALUE - 1)))
        .isEqualTo(new ProducerVerdict.Duplicate(0, 4, 1_003));
    assertThat(table.check(LogFixture.batch(1, ID, 0, 2)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void snapshotKeepsAllOfIt() {
    for (int i = 0; i < 4; i++) {
      append(3, 7, 3 * i);
    }
    append(1, 8, 0);
    ByteBuffer other = LogFixture.batch(2, 43, 0, Integer.MAX_VALUE);
    other.putLong(0, nextOffset);
    table.apply(other, 0);

    var read = new ProducerTable();
    assertThat(read.decode(table.encode())).isTrue();

    assertThat(read.encode()).isEqualTo(table.encode());
    assertThat(read.check(LogFixture.batch(2, 43, 0, Integer.MAX_VALUE)))
        .isInstanceOf(ProducerVerdict.Duplicate.class);
  }

  @Test
  void tornSnapshotIsNotRead() {
    append(3, 0, 0);
    byte[] bytes = table.encode();
    bytes[bytes.length - 1] ^= 1;

    assertThat(new ProducerTable().decode(bytes)).isFalse();
    assertThat(new ProducerTable().decode(new byte[0])).isFalse();
    assertThat(new ProducerTable().decode(new byte[600])).isFalse();
  }

  @Test
  void silentProducersAreForgotten() {
    append(3, 0, 0);

    table.expire(1_002 + 999, 1_000);
    assertThat(table.size()).isEqualTo(1);
    table.expire(1_002 + 1_000, 1_000);
    assertThat(table.size()).isZero();
  }

  @Test
  void theNumberOfProducersIsBounded() {
    for (int id = 0; id < ProducerTable.MOST + 10; id++) {
      ByteBuffer batch = ByteBuffer.allocate(BatchFormat.HEADER_BYTES);
      batch.putLong(43, id);
      table.apply(batch, 0);
    }

    assertThat(table.size()).isEqualTo(ProducerTable.MOST);
  }

  private void append(int records, int epoch, int sequence) {
    ByteBuffer batch = LogFixture.batch(records, ID, epoch, sequence);
    batch.putLong(0, nextOffset);
    nextOffset += records;
    table.apply(batch, 0);
  }

  private void assertRefused(ByteBuffer batch, ProducerVerdict.Reason reason) {
    assertThat(table.check(batch))
        .isInstanceOfSatisfying(
            ProducerVerdict.Refused.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }
}
