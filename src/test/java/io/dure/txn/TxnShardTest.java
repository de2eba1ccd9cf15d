package io.dure.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Moment;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A transactional id from its first producer to its last; every step survives a replay. */
class TxnShardTest {
  private static final String ID = "tx";
  private static final TopicPart A = new TopicPart("a", 0);
  private static final TopicPart B = new TopicPart("b", 3);
  private static final long START_MS = 1_700_000_000_000L;

  private final List<TxnRecord> log = new ArrayList<>();
  private final Map<Long, TxnAnswer> replies = new HashMap<>();
  private final List<MarkerOrder> orders = new ArrayList<>();
  private TxnShard shard = new TxnShard(TxnSettings.DEFAULTS);
  private long nowMs = 1_000;
  private long nextTicket;
  private long nextId = 500;

  // ---- a coordinator to talk to

  private Moment now() {
    return new Moment(nowMs, START_MS + nowMs);
  }

  private void take(TxnDecision decision) {
    log.addAll(decision.records());
    decision.replies().forEach(r -> replies.put(r.ticket(), r.answer()));
    orders.addAll(decision.orders());
  }

  private long tell(TxnCommand command) {
    long ticket = nextTicket++;
    take(shard.decide(ticket, command, now()));
    return ticket;
  }

  private Optional<TxnAnswer> answer(long ticket) {
    return Optional.ofNullable(replies.get(ticket));
  }

  private TxnAnswer ask(TxnCommand command) {
    return answer(tell(command)).orElseThrow();
  }

  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += 50) {
      nowMs += 50;
      take(shard.tick(now()));
    }
  }

  /** The coordinator moves: its successor knows what is in the log, as bytes. */
  private void failOver() {
    shard = new TxnShard(TxnSettings.DEFAULTS);
    for (TxnRecord each : log) {
      shard.apply(
          TxnRecordCodec.decode(TxnRecordCodec.key(each), TxnRecordCodec.value(each))
              .orElseThrow());
    }
    orders.clear();
    take(shard.resume(now()));
  }

  private TxnAnswer.Given given(TxnAnswer answer) {
    return (TxnAnswer.Given) answer;
  }

  private TxnCommand.Init init(Optional<ProducerRef> expected) {
    return new TxnCommand.Init(ID, 60_000, expected, OptionalLong.of(nextId++));
  }

  private ProducerRef begin() {
    return given(ask(init(Optional.empty()))).producer();
  }

  private WireError add(ProducerRef producer, int clientVersion, TopicPart... parts) {
    var answer =
        (TxnAnswer.Partitions)
            ask(new TxnCommand.Add(ID, producer, Set.of(parts), (short) clientVersion));
    return answer.errors().values().iterator().next();
  }

  private TxnAnswer.Given end(ProducerRef producer, boolean commit, boolean version2) {
    return given(ask(endOf(producer, commit, version2)));
  }

  private TxnCommand.End endOf(ProducerRef producer, boolean commit, boolean version2) {
    return new TxnCommand.End(ID, producer, commit, version2, OptionalLong.of(nextId++));
  }

  private void markersWritten() {
    for (MarkerOrder order : List.copyOf(orders)) {
      orders.remove(order);
      tell(new TxnCommand.MarkersWritten(order.transactionalId(), order.producer()));
    }
  }

  private Transaction described() {
    return ((TxnAnswer.Described) ask(new TxnCommand.Describe(ID))).transaction().orElseThrow();
  }

  private static ProducerRef after(ProducerRef producer, int epochs) {
    return new ProducerRef(producer.id(), (short) (producer.epoch() + epochs));
  }

  // ---- its life

  @Test
  void aProducerGetsAnIdOnlyWhenOneIsAtHand() {
    assertThat(ask(new TxnCommand.Init(ID, 60_000, Optional.empty(), OptionalLong.empty())))
        .isEqualTo(new TxnAnswer.NeedsId());
    assertThat(begin()).isEqualTo(new ProducerRef(500, (short) 0));
    assertThat(begin()).isEqualTo(new ProducerRef(500, (short) 1));
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "900001"})
  void aTimeoutOutOfBoundsIsRefused(int timeoutMs) {
    assertThat(ask(new TxnCommand.Init(ID, timeoutMs, Optional.empty(), OptionalLong.of(1))))
        .isEqualTo(new TxnAnswer.Given(WireError.INVALID_TRANSACTION_TIMEOUT, ProducerRef.NONE));
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void anEndedTransactionIsMarkedEverywhereBeforeItIsComplete(boolean commit, boolean version2) {
    ProducerRef producer = begin();
    assertThat(add(producer, version2 ? 2 : 0, A)).isEqualTo(WireError.NONE);
    assertThat(add(producer, version2 ? 2 : 0, B)).isEqualTo(WireError.NONE);

    assertThat(end(producer, commit, version2).error()).isEqualTo(WireError.NONE);
    assertThat(orders).hasSize(1);
    MarkerOrder order = orders.getFirst();
    assertThat(order.partitions()).containsExactly(A, B);
    assertThat(order.commit()).isEqualTo(commit);
    assertThat(order.producer()).isEqualTo(after(producer, version2 ? 1 : 0));
    assertThat(described().state().isEnding()).isTrue();
    markersWritten();

    assertThat(described().state())
        .isEqualTo(commit ? TransactionState.COMPLETE_COMMIT : TransactionState.COMPLETE_ABORT);
    assertThat(described().partitions()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void theSuccessorOfACoordinatorGoesOnWhereItStood(boolean commit, boolean version2) {
    ProducerRef producer = begin();
    failOver();
    add(producer, version2 ? 2 : 0, A, B);
    failOver();
    assertThat(orders).isEmpty();
    ProducerRef next = end(producer, commit, version2).producer();
    List<MarkerOrder> ordered = List.copyOf(orders);
    failOver();

    assertThat(orders).isEqualTo(ordered);
    markersWritten();
    failOver();
    assertThat(orders).isEmpty();
    assertThat(described().producer()).isEqualTo(next);
    assertThat(add(next, version2 ? 2 : 0, A)).isEqualTo(WireError.NONE);
  }

  @Test
  void aRepeatedEndOfVersion2IsToldTheSameAlsoByTheSuccessor() {
    ProducerRef producer = begin();
    add(producer, 2, A);
    TxnAnswer.Given first = end(producer, true, true);
    failOver();
    long repeated = tell(endOf(producer, true, true));
    assertThat(answer(repeated)).isEmpty();
    markersWritten();

    assertThat(answer(repeated)).contains(first);
    assertThat(end(producer, true, true)).isEqualTo(first);
    assertThat(end(producer, false, true).error()).isEqualTo(WireError.INVALID_TXN_STATE);
  }

  @Test
  void ofVersion2AnythingMayBeAbortedButOnlyAnOngoingTransactionCommitted() {
    ProducerRef producer = begin();
    assertThat(end(producer, true, true).error()).isEqualTo(WireError.INVALID_TXN_STATE);
    ProducerRef second = end(producer, false, true).producer();
    assertThat(second).isEqualTo(after(producer, 1));
    assertThat(described().state()).isEqualTo(TransactionState.COMPLETE_ABORT);
    assertThat(end(second, true, true).error()).isEqualTo(WireError.INVALID_TXN_STATE);
    assertThat(end(second, false, true).producer()).isEqualTo(after(second, 1));
  }

  @Test
  void olderClientsEndOnlyWhatWasBegunAndMayRepeatIt() {
    ProducerRef producer = begin();
    assertThat(end(producer, true, false).error()).isEqualTo(WireError.INVALID_TXN_STATE);
    add(producer, 0, A);
    end(producer, true, false);
    assertThat(end(producer, false, false).error()).isEqualTo(WireError.INVALID_TXN_STATE);
    markersWritten();
    assertThat(end(producer, true, false).error()).isEqualTo(WireError.NONE);
    assertThat(end(producer, false, false).error()).isEqualTo(WireError.INVALID_TXN_STATE);
  }

  @Test
  void strangersAreTurnedAway() {
    ProducerRef producer = begin();
    var stranger = new ProducerRef(9, producer.epoch());
    assertThat(add(stranger, 2, A)).isEqualTo(WireError.INVALID_PRODUCER_ID_MAPPING);
    assertThat(add(after(producer, 1), 2, A)).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(end(stranger, true, true).error()).isEqualTo(WireError.INVALID_PRODUCER_ID_MAPPING);
    assertThat(end(stranger, true, false).error()).isEqualTo(WireError.INVALID_PRODUCER_ID_MAPPING);
    assertThat(end(after(producer, 1), true, false).error()).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(end(after(producer, 1), true, true).error()).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(
            given(ask(new TxnCommand.End("unknown", producer, true, true, OptionalLong.empty())))
                .error())
        .isEqualTo(WireError.INVALID_PRODUCER_ID_MAPPING);
  }

  @Test
  void aNewProducerAbortsWhatIsGoingOnAndWaitsForIt() {
    ProducerRef zombie = begin();
    add(zombie, 2, A);
    long next = tell(init(Optional.empty()));
    assertThat(answer(next)).isEmpty();
    assertThat(orders.getFirst().commit()).isFalse();
    assertThat(end(zombie, true, true).error()).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(add(zombie, 2, B)).isEqualTo(WireError.PRODUCER_FENCED);
    markersWritten();

    ProducerRef successor = given(answer(next).orElseThrow()).producer();
    assertThat(successor).isEqualTo(after(zombie, 3));
    assertThat(end(zombie, false, true).error()).isEqualTo(WireError.PRODUCER_FENCED);
  }

  @Test
  void whoWaitsTooLongForMarkersIsToldToComeAgain() {
    ProducerRef producer = begin();
    add(producer, 0, A);
    end(producer, true, false);
    long adding = tell(new TxnCommand.Add(ID, producer, Set.of(B), (short) 0));
    assertThat(answer(adding)).isEmpty();
    pass(200);

    assertThat(answer(adding))
        .contains(TxnAnswer.Partitions.all(Set.of(B), WireError.CONCURRENT_TRANSACTIONS));
    markersWritten();
    assertThat(add(producer, 0, B)).isEqualTo(WireError.NONE);
  }

  @Test
  void aLeaderOfAPartitionIsToldAtOnceThatMarkersAreOnTheirWay() {
    ProducerRef producer = begin();
    add(producer, 2, A);
    ProducerRef next = end(producer, true, true).producer();

    assertThat(add(next, 2, B)).isEqualTo(WireError.CONCURRENT_TRANSACTIONS);
  }

  @Test
  void anOverdueTransactionIsAbortedByItselfAlsoByASuccessor() {
    ProducerRef producer = begin();
    add(producer, 2, A);
    pass(59_000);
    failOver();
    assertThat(described().state()).isEqualTo(TransactionState.ONGOING);
    pass(1_100);

    assertThat(described().state()).isEqualTo(TransactionState.PREPARE_ABORT);
    assertThat(orders.getFirst().producer().epoch()).isGreaterThan(producer.epoch());
    markersWritten();
    assertThat(end(producer, true, true).error()).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(begin()).isEqualTo(after(producer, 3));
  }

  @Test
  void aProducerGoesOnAsItselfAndMayAskAgainAlsoOfASuccessor() {
    ProducerRef producer = begin();
    ProducerRef higher = given(ask(init(Optional.of(producer)))).producer();
    failOver();

    assertThat(higher).isEqualTo(after(producer, 1));
    assertThat(given(ask(init(Optional.of(producer)))).producer()).isEqualTo(higher);
    begin();
    assertThat(given(ask(init(Optional.of(producer)))).error())
        .isEqualTo(WireError.PRODUCER_FENCED);
  }

  @Test
  void aProducerThatGoesOnAsItselfAbortsItsOwnTransaction() {
    ProducerRef producer = begin();
    add(producer, 2, A);
    long again = tell(init(Optional.of(producer)));
    assertThat(orders.getFirst().commit()).isFalse();
    markersWritten();

    assertThat(given(answer(again).orElseThrow()).producer()).isEqualTo(after(producer, 1));
  }

  @Test
  void aZombieThatSaysWhoItIsDoesNotAbortItsSuccessorsTransaction() {
    ProducerRef zombie = begin();
    ProducerRef next = begin();
    add(next, 2, A);

    assertThat(given(ask(init(Optional.of(zombie)))).error()).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(described().state()).isEqualTo(TransactionState.ONGOING);
  }

  @Test
  void whenTheEpochsAreUsedUpAnotherIdTakesOver() {
    ProducerRef producer = begin();
    while (producer.epoch() < Short.MAX_VALUE - 1) {
      producer = end(producer, false, true).producer();
    }
    add(producer, 2, A);
    assertThat(ask(new TxnCommand.End(ID, producer, true, true, OptionalLong.empty())))
        .isEqualTo(new TxnAnswer.NeedsId());
    ProducerRef next = end(producer, true, true).producer();
    assertThat(next.id()).isNotEqualTo(producer.id());
    assertThat(next.epoch()).isZero();
    assertThat(orders.getFirst().producer()).isEqualTo(after(producer, 1));
    failOver();
    markersWritten();

    assertThat(described().producer()).isEqualTo(next);
    assertThat(end(producer, true, true).producer()).isEqualTo(next);
    assertThat(add(next, 2, A)).isEqualTo(WireError.NONE);
    assertThat(end(producer, true, true).error()).isEqualTo(WireError.INVALID_PRODUCER_ID_MAPPING);
  }

  @Test
  void theLastEpochCanStillBeFenced() {
    ProducerRef producer = begin();
    while (producer.epoch() < Short.MAX_VALUE - 1) {
      producer = end(producer, false, true).producer();
    }
    add(producer, 2, A);
    long next = tell(init(Optional.empty()));
    assertThat(orders.getFirst().producer().epoch()).isEqualTo(Short.MAX_VALUE);
    markersWritten();

    ProducerRef successor = given(answer(next).orElseThrow()).producer();
    assertThat(successor.id()).isNotEqualTo(producer.id());
    assertThat(successor.epoch()).isZero();
  }

  @Test
  void oldTidingsOfMarkersCompleteNothing() {
    ProducerRef producer = begin();
    add(producer, 2, A);
    ProducerRef next = end(producer, true, true).producer();
    markersWritten();
    add(next, 2, A);
    end(next, true, true);
    tell(new TxnCommand.MarkersWritten(ID, next));

    assertThat(described().state()).isEqualTo(TransactionState.PREPARE_COMMIT);
  }

  @Test
  void whatIsVerifiedIsNotAdded() {
    ProducerRef producer = begin();
    add(producer, 0, A);
    var answer = (TxnAnswer.Partitions) ask(new TxnCommand.Verify(ID, producer, Set.of(A, B)));

    assertThat(answer.errors())
        .containsEntry(A, WireError.NONE)
        .containsEntry(B, WireError.TRANSACTION_ABORTABLE);
    assertThat(described().partitions()).containsExactly(A);
  }

  @Test
  void aTransactionHasABoundThatVersion2MayRecoverFrom() {
    ProducerRef producer = begin();
    Set<TopicPart> many = new HashSet<>();
    for (int i = 0; i <= TxnSettings.DEFAULTS.maxPartitions(); i++) {
      many.add(new TopicPart("many", i));
    }
    var answer = (TxnAnswer.Partitions) ask(new TxnCommand.Add(ID, producer, many, (short) 2));

    assertThat(answer.errors().values()).containsOnly(WireError.TRANSACTION_ABORTABLE);
    assertThat(described().state()).isEqualTo(TransactionState.EMPTY);
  }

  @Test
  void anIdThatIsNotUsedIsForgottenButNeverAnOngoingOne() {
    begin();
    nowMs += TxnSettings.DEFAULTS.expirationMs();
    failOver();
    nowMs += TxnSettings.DEFAULTS.expiryCheckMs();
    take(shard.tick(now()));

    assertThat(log.getLast()).isEqualTo(new TxnRecord.Forgotten(ID));
    failOver();
    assertThat(((TxnAnswer.Described) ask(new TxnCommand.Describe(ID))).transaction()).isEmpty();
  }
}
