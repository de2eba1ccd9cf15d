package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.TxnGuard;
import io.dure.runtime.Loop;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of transactions are appended once their coordinator knows of them. */
class TransactionalProduceTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakePartitions partitions = new FakePartitions();
  private final FakeGate gate = new FakeGate();
  private TopicId topic = TopicId.ZERO;

  /** A coordinator that answers when the test says so. */
  private static final class FakeGate implements TransactionGate {
    record Asked(
        String id,
        long producer,
        short epoch,
        List<TopicPart> parts,
        boolean add,
        Consumer<Map<TopicPart, WireError>> done) {}

    final List<Asked> asked = new ArrayList<>();
    Optional<WireError> answersAtOnce = Optional.of(WireError.NONE);

    @Override
    public void confirm(
        String transactionalId,
        long producerId,
        short producerEpoch,
        List<TopicPart> parts,
        boolean add,
        long deadlineMs,
        Loop caller,
        Consumer<Map<TopicPart, WireError>> done) {
      asked.add(new Asked(transactionalId, producerId, producerEpoch, parts, add, done));
      answersAtOnce.ifPresent(error -> answer(asked.size() - 1, error));
    }

    void answer(int index, WireError error) {
      Map<TopicPart, WireError> errors = new HashMap<>();
      asked.get(index).parts().forEach(part -> errors.put(part, error));
      asked.get(index).done().accept(errors);
    }
  }

  @BeforeEach
  void aTopicOfWhichTwoPartitionsAreLedHere() {
    topic = cluster.topic("t", 6);
    partitions.lead(new PartitionId(topic, 0), 7);
    partitions.lead(new PartitionId(topic, 3), 2);
  }

  private static MemoryRecords batch(long producer) {
    return MemoryRecords.withTransactionalRecords(
        Compression.NONE, producer, (short) 4, 0, new SimpleRecord("v".getBytes()));
  }

  private ProduceRequestData produce(int version, PartitionProduceData... data) {
    var of = new TopicProduceData().setPartitionData(List.of(data));
    if (version >= 13) {
      of.setTopicId(Ids.wire(topic));
    } else {
      of.setName("t");
    }
    var request =
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000).setTransactionalId("tx");
    request.topicData().add(of);
    return request;
  }

  private static PartitionProduceData in(int partition, MemoryRecords records) {
    return new PartitionProduceData().setIndex(partition).setRecords(records);
  }

  private FakeReply<ProduceResponseData> start(ProduceRequestData request, int version) {
    var reply = new FakeReply<ProduceResponseData>(ApiKeys.PRODUCE, version);
    new ProduceHandler(cluster, partitions, BrokerSettings.DEFAULT, gate)
        .handle(request, cluster.request(version), reply);
    cluster.loop.turn();
    return reply;
  }

  private List<PartitionProduceResponse> ask(ProduceRequestData request, int version) {
    FakeReply<ProduceResponseData> reply = start(request, version);
    for (int ms = 0; ms < 200 && reply.isOpen(); ms += 5) {
      cluster.loop.pass(5); // a transaction that is being finished is waited for a little
    }
    return reply.get().responses().iterator().next().partitionResponses();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void theCoordinatorIsAskedOnceForAllAndFromVersion12OnToAdd(int version) {
    var answers = ask(produce(version, in(0, batch(9)), in(3, batch(9))), version);

    assertThat(answers).allMatch(a -> a.errorCode() == 0);
    assertThat(answers).extracting(PartitionProduceResponse::baseOffset).containsExactly(7L, 2L);
    assertThat(gate.asked)
        .singleElement()
        .satisfies(asked -> {
          assertThat(asked.id()).isEqualTo("tx");
          assertThat(asked.producer()).isEqualTo(9);
          assertThat(asked.epoch()).isEqualTo((short) 4);
          assertThat(asked.parts()).containsExactly(new TopicPart("t", 0), new TopicPart("t", 3));
          assertThat(asked.add()).isEqualTo(version >= 12);
        });
    assertThat(partitions.guards).containsExactly(new TxnGuard(5, 7), new TxnGuard(5, 2));
  }

  @Test
  void aTransactionThatIsOpenHereNeedsNobodysWord() {
    partitions.inTransaction.add(9L);

    assertThat(ask(produce(9, in(0, batch(9))), 9)).allMatch(a -> a.errorCode() == 0);
    assertThat(gate.asked).isEmpty();
    assertThat(partitions.guards).containsExactly(TxnGuard.NONE);
  }

  @Test
  void nothingIsAppendedBeforeTheCoordinatorAnswers() {
    gate.answersAtOnce = Optional.empty();
    var reply = start(produce(12, in(0, batch(9))), 12);
    assertThat(partitions.appended).isEmpty();
    assertThat(reply.isOpen()).isTrue();

    gate.answer(0, WireError.NONE);
    cluster.loop.turn();

    assertThat(partitions.appended).hasSize(1);
    assertThat(reply.isOpen()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "10, TRANSACTION_ABORTABLE, INVALID_TXN_STATE",
    "11, TRANSACTION_ABORTABLE, TRANSACTION_ABORTABLE",
    "12, TRANSACTION_ABORTABLE, TRANSACTION_ABORTABLE",
    "9, PRODUCER_FENCED, INVALID_PRODUCER_EPOCH",
    "12, PRODUCER_FENCED, INVALID_PRODUCER_EPOCH",
    "11, CONCURRENT_TRANSACTIONS, NOT_ENOUGH_REPLICAS",
    "12, CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS",
    "12, COORDINATOR_LOAD_IN_PROGRESS, NOT_ENOUGH_REPLICAS",
    "9, NOT_COORDINATOR, NOT_ENOUGH_REPLICAS",
    "9, COORDINATOR_NOT_AVAILABLE, NOT_ENOUGH_REPLICAS",
    "9, INVALID_TXN_STATE, INVALID_TXN_STATE",
    "9, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_ID_MAPPING"
  })
  void aNoIsToldAsTheVersionUnderstandsIt(int version, WireError said, WireError told) {
    gate.answersAtOnce = Optional.of(said);

    assertThat(ask(produce(version, in(0, batch(9))), version))
        .singleElement()
        .satisfies(a -> assertThat(a.errorCode()).isEqualTo(told.code()));
    assertThat(partitions.appended).isEmpty();
  }

  @Test
  void theMarkerOfTheTransactionBeforeIsWaitedForBeforeTheCoordinatorIsAsked() {
    partitions.markersToCome.put(new PartitionId(topic, 0), 3);

    var answers = ask(produce(12, in(0, batch(9)), in(3, batch(9))), 12);

    assertThat(answers).allMatch(a -> a.errorCode() == 0);
    assertThat(gate.asked).hasSize(2);
    assertThat(gate.asked.get(0).parts()).containsExactly(new TopicPart("t", 3));
    assertThat(gate.asked.get(1).parts()).containsExactly(new TopicPart("t", 0));
  }

  @ParameterizedTest
  @CsvSource({"11, NOT_ENOUGH_REPLICAS", "12, CONCURRENT_TRANSACTIONS"})
  void whenThatMarkerDoesNotComeTheClientIsToComeAgain(int version, WireError told) {
    partitions.markersToCome.put(new PartitionId(topic, 0), 1_000);

    assertThat(ask(produce(version, in(0, batch(9))), version))
        .singleElement()
        .satisfies(a -> assertThat(a.errorCode()).isEqualTo(told.code()));
    assertThat(gate.asked).isEmpty();
  }

  @Test
  void whatIsNotLedHereIsNotAskedFor() {
    var answers = ask(produce(12, in(0, batch(9)), in(1, batch(9))), 12);

    assertThat(answers.get(0).errorCode()).isZero();
    assertThat(answers.get(1).errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
    assertThat(gate.asked.getFirst().parts()).containsExactly(new TopicPart("t", 0));
  }

  @Test
  void batchesOfTwoProducersAreNoTransaction() {
    assertThat(ask(produce(9, in(0, batch(9)), in(3, batch(10))), 9))
        .allMatch(a -> a.errorCode() == WireError.INVALID_PRODUCER_ID_MAPPING.code());
    assertThat(partitions.appended).isEmpty();
    assertThat(gate.asked).isEmpty();
  }

  @Test
  void aTransactionWithoutANameIsRefused() {
    assertThat(ask(produce(9, in(0, batch(9))).setTransactionalId(null), 9))
        .allMatch(a -> a.errorCode() == WireError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code());
    assertThat(partitions.appended).isEmpty();
  }

  @Test
  void aBatchOutsideOfTheTransactionIsAppendedAsAnyOther() {
    MemoryRecords plain =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes()));

    assertThat(ask(produce(9, in(0, plain)), 9)).allMatch(a -> a.errorCode() == 0);
    assertThat(gate.asked).isEmpty();
  }

  /** The answer would come after that of the batch which it overtook, and be fatal. */
  @Test
  void aLaterBatchDoesNotOvertakeOneThatIsBeingConfirmed() {
    gate.answersAtOnce = Optional.empty();
    var handler = new ProduceHandler(cluster, partitions, BrokerSettings.DEFAULT, gate);
    var first = new FakeReply<ProduceResponseData>(ApiKeys.PRODUCE, 12);
    var second = new FakeReply<ProduceResponseData>(ApiKeys.PRODUCE, 12);
    handler.handle(produce(12, in(0, batch(9))), cluster.request(12), first);
    handler.handle(produce(12, in(0, batch(9))), cluster.request(12), second);
    cluster.loop.turn();
    assertThat(gate.asked).as("of the first only").hasSize(1);

    gate.answer(0, WireError.CONCURRENT_TRANSACTIONS);
    cluster.loop.pass(5);
    assertThat(gate.asked).as("of the first again").hasSize(2);
    assertThat(partitions.guards).isEmpty();

    gate.answer(1, WireError.NONE);
    cluster.loop.turn();
    assertThat(partitions.guards).as("the first is appended").hasSize(1);
    assertThat(gate.asked).as("of the second at last").hasSize(3);
  }
}
