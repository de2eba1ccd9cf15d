package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
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

  // ---- transactions

  private static ByteBuffer transactional(int records, int epoch, int sequence) {
    ByteBuffer batch = LogFixture.batch(records, ID, epoch, sequence);
    batch.putShort(21, (short) BatchFormat.TRANSACTIONAL);
    return batch;
  }

  private Optional<AbortedTxn> append(ByteBuffer batch) {
    batch.putLong(0, nextOffset);
    nextOffset = BatchFormat.endOffset(batch, 0);
    return table.apply(batch, 0);
  }

  private Optional<AbortedTxn> end(int epoch, int coordinatorEpoch, boolean commit) {
    return append(ControlBatch.of(marker(epoch, coordinatorEpoch, commit, 1), 2_000));
  }

  private static TxnMarker marker(int epoch, int coordinatorEpoch, boolean commit, int version) {
    return new TxnMarker(ID, (short) epoch, coordinatorEpoch, commit, (short) version);
  }

  private TxnGuard guardNow() {
    return new TxnGuard(3, nextOffset);
  }

  private void assertVerdict(ProducerVerdict verdict, ProducerVerdict.Reason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            ProducerVerdict.Refused.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }

  private static void assertAccepted(ProducerVerdict verdict) {
    assertThat(verdict).isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void aTransactionBeginsOnlyWithItsCoordinatorsWord() {
    assertVerdict(
        table.check(transactional(2, 0, 0), TxnGuard.NONE),
        ProducerVerdict.Reason.INVALID_TXN_STATE);
    assertAccepted(table.check(transactional(2, 0, 0), guardNow()));

    append(transactional(2, 0, 0));

    assertThat(table.inTransaction(ID, (short) 0)).isTrue();
    assertAccepted(table.check(transactional(2, 0, 2), TxnGuard.NONE));
  }

  @Test
  void aMarkerMakesTheWordOfBeforeVoid() {
    append(transactional(1, 0, 0));
    TxnGuard taken = guardNow();
    end(0, 1, false);

    assertVerdict(
        table.check(transactional(1, 0, 1), taken), ProducerVerdict.Reason.INVALID_TXN_STATE);
    assertVerdict(
        table.checkCoordinated(ID, (short) 0, taken), ProducerVerdict.Reason.INVALID_TXN_STATE);
    assertAccepted(table.check(transactional(1, 0, 1), guardNow()));
  }

  @Test
  void aMarkerMakesTheWordVoidAlsoWhenItsProducerWasForgottenSince() {
    TxnGuard taken = guardNow();
    end(0, 1, false);
    table.expire(1_000_000, 1_000);

    assertThat(table.size()).isZero();
    assertVerdict(
        table.check(transactional(1, 0, 0), taken), ProducerVerdict.Reason.INVALID_TXN_STATE);
  }

  @Test
  void insideATransactionNothingElseOfItsProducerIsTaken() {
    append(transactional(1, 4, 0));

    assertVerdict(
        table.check(LogFixture.batch(1, ID, 4, 1)), ProducerVerdict.Reason.INVALID_TXN_STATE);
    assertVerdict(
        table.check(transactional(1, 5, 0), guardNow()), ProducerVerdict.Reason.INVALID_TXN_STATE);
    assertVerdict(
        table.check(transactional(1, 3, 0), guardNow()),
        ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
    assertThat(table.check(transactional(1, 4, 0))).isInstanceOf(ProducerVerdict.Duplicate.class);
  }

  @Test
  void theBatchThatWasAnnouncedFirstComesFirst() {
    table.announce(ID, (short) 0, 7, false);
    table.announce(ID, (short) 0, 5, false);

    assertVerdict(
        table.check(transactional(2, 0, 7), guardNow()),
        ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertAccepted(table.check(transactional(2, 0, 5), guardNow()));
    append(transactional(2, 0, 5));
    assertAccepted(table.check(transactional(2, 0, 7), TxnGuard.NONE));
  }

  @Test
  void aProducerWithAnEpochPerTransactionBeginsAtZero() {
    table.announce(ID, (short) 0, 3, true);

    assertVerdict(
        table.check(transactional(2, 0, 3), guardNow()),
        ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertAccepted(table.check(transactional(2, 0, 0), guardNow()));
  }

  @Test
  void aMarkerOfAnEpochOfItsOwnOpensTheNextTransactionAtSequenceZero() {
    append(transactional(2, 0, 0));
    append(ControlBatch.of(marker(1, 1, true, 2), 2_000));

    assertAccepted(table.check(transactional(1, 1, 0), guardNow()));
    assertVerdict(
        table.check(transactional(1, 1, 2), guardNow()),
        ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertVerdict(
        table.check(transactional(1, 0, 2), guardNow()),
        ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
  }

  @Test
  void markersOfAnOlderEpochAreRefused() {
    append(transactional(1, 4, 0));

    assertVerdict(
        table.check(marker(3, 1, false, 1)), ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
    assertAccepted(table.check(marker(4, 1, false, 1)));
    assertVerdict(
        table.check(marker(4, 1, false, 2)), ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
    assertAccepted(table.check(marker(5, 1, false, 2)));
  }

  @Test
  void aMarkerOfAnEpochOfItsOwnMayComeAgainWhileNothingIsOpen() {
    append(transactional(1, 4, 0));
    append(ControlBatch.of(marker(5, 1, true, 2), 2_000));

    assertAccepted(table.check(marker(5, 1, true, 2)));
    append(transactional(1, 5, 0));
    assertVerdict(
        table.check(marker(5, 1, true, 2)), ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH);
  }

  @Test
  void aCoordinatorThatWasReplacedEndsNothing() {
    append(transactional(1, 0, 0));
    end(0, 7, true);

    assertVerdict(
        table.check(marker(0, 6, true, 1)), ProducerVerdict.Reason.TRANSACTION_COORDINATOR_FENCED);
    assertAccepted(table.check(marker(0, 7, true, 1)));
  }

  @Test
  void whatIsAbortedIsToldWithItsExtent() {
    append(transactional(3, 0, 0));
    append(LogFixture.batch(2, 43, 0, 0));

    assertThat(end(0, 1, false)).contains(new AbortedTxn(ID, 0, 5, 6));
    assertThat(end(0, 1, false)).as("again").isEmpty();
    append(transactional(1, 0, 3));
    assertThat(end(0, 1, true)).as("committed").isEmpty();
  }

  @Test
  void aTransactionIsUnstableUntilItsMarkerIsCommitted() {
    append(2, 0, 0);
    append(transactional(3, 0, 2));
    assertThat(table.firstUnstable()).isEqualTo(2);

    end(0, 1, true);
    assertThat(table.firstUnstable()).as("the marker stands at 5").isEqualTo(2);
    table.committedTo(5);
    assertThat(table.firstUnstable()).isEqualTo(2);
    table.committedTo(6);
    assertThat(table.firstUnstable()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theOldestOfSeveralTransactionsDecides() {
    var open = new OpenTransactions();
    open.began(10, 1);
    open.began(20, 2);
    open.began(30, 3);

    assertThat(open.ended(20, 40)).isEqualTo(10);
    assertThat(open.ended(10, 50)).isEqualTo(30);
    assertThat(open.firstUnstable()).isEqualTo(10);
    open.committedTo(45);
    assertThat(open.firstUnstable()).isEqualTo(10);
    open.committedTo(51);
    assertThat(open.firstUnstable()).isEqualTo(30);
    assertThat(open.ended(30, 60)).isEqualTo(61);
    open.committedTo(61);
    assertThat(open.firstUnstable()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void snapshotKeepsTransactionsThatAreOpenOrNotCommitted() {
    append(transactional(3, 2, 0));
    end(2, 9, true);
    append(transactional(1, 2, 3));

    var read = new ProducerTable();
    assertThat(read.decode(table.encode())).isTrue();

    assertThat(read.encode()).isEqualTo(table.encode());
    assertThat(read.firstUnstable()).isZero();
    read.committedTo(5);
    assertThat(read.firstUnstable()).isEqualTo(4);
    assertThat(read.states()).containsExactly(new ProducerState(ID, (short) 2, 3, 1_000, 9, 4));
  }

  @Test
  void producersInATransactionAreNeitherForgottenNorCrowdedOut() {
    append(transactional(1, 0, 0));
    for (int id = 100; id < ProducerTable.MOST + 200; id++) {
      ByteBuffer batch = ByteBuffer.allocate(BatchFormat.HEADER_BYTES);
      batch.putLong(43, id);
      table.apply(batch, 0);
    }
    table.expire(Long.MAX_VALUE, 1);

    assertThat(table.inTransaction(ID, (short) 0)).isTrue();
    assertThat(table.size()).isEqualTo(1);
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
