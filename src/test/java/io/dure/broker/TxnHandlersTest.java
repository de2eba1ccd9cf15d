package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.PartitionId;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.txn.TxnSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** AddOffsetsToTxn, DescribeTransactions and ListTransactions over a real coordinator. */
class TxnHandlersTest {
  private static final long PRODUCER = 7;

  private final FakeCluster cluster = new FakeCluster();
  private final FakeLoop loop = cluster.loop;
  private final TxnShards transactions =
      new TxnShards(cluster, TxnSettings.DEFAULTS, new ProducerIds(cluster, loop), clock());

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return loop.nowMs();
      }

      @Override
      public long wallMs() {
        return FakeCluster.WALL_MS;
      }
    };
  }

  @BeforeEach
  void coordinateHere() {
    var partition = new PartitionId(cluster.topic(InternalTopics.TRANSACTIONS, 1), 0);
    transactions.opened(partition, 5, new FakeOffsetsLog(loop));
    loop.turn();
  }

  private ProducerRef begin(String transactionalId, long producerId) {
    List<ProducerRef> given = new ArrayList<>();
    transactions.ask(
        transactionalId,
        new TxnCommand.Init(transactionalId, 60_000, Optional.empty(), OptionalLong.of(producerId)),
        loop,
        asked -> {
          if (asked instanceof Asked.Answered<TxnAnswer>(TxnAnswer.Given answer)) {
            given.add(answer.producer());
          }
        });
    loop.turn();
    return given.getFirst();
  }

  private void write(String transactionalId, ProducerRef producer, TopicPart... parts) {
    transactions.ask(
        transactionalId,
        new TxnCommand.Add(transactionalId, producer, Set.of(parts), (short) 2),
        loop,
        _ -> {});
    loop.turn();
  }

  private <Q extends ApiMessage, R extends ApiMessage> R ask(
      ApiKeys api, Handler<Q, R> handler, Q request, int version) {
    var reply = new FakeReply<R>(api, version);
    handler.handle(request, cluster.request(version), reply);
    loop.turn();
    return reply.get();
  }

  // ---- AddOffsetsToTxn

  private WireError addOffsets(String transactionalId, ProducerRef producer, int version) {
    var handler =
        new AddOffsetsToTxnHandler(
            cluster,
            transactions,
            new TopicCreation(cluster, BrokerSettings.DEFAULT, new FakeRng()));
    AddOffsetsToTxnResponseData response =
        ask(
            ApiKeys.ADD_OFFSETS_TO_TXN,
            handler,
            new AddOffsetsToTxnRequestData()
                .setTransactionalId(transactionalId)
                .setGroupId("readers")
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch()),
            version);
    return WireError.of(response.errorCode());
  }

  @Test
  void theGroupsPartitionBecomesPartOfTheTransaction() {
    cluster.topic(InternalTopics.OFFSETS, 1);
    ProducerRef producer = begin("pay", PRODUCER);

    assertThat(addOffsets("pay", producer, 3)).isEqualTo(WireError.NONE);

    TransactionState state = describe("pay");
    assertThat(state.transactionState()).isEqualTo("Ongoing");
    assertThat(state.topics().find(InternalTopics.OFFSETS).partitions()).containsExactly(0);
  }

  @Test
  void aZombieAddsNothingAndIsToldByItsVersion() {
    cluster.topic(InternalTopics.OFFSETS, 1);
    ProducerRef old = begin("pay", PRODUCER);
    begin("pay", PRODUCER);

    assertThat(addOffsets("pay", old, 1)).isEqualTo(WireError.INVALID_PRODUCER_EPOCH);
    assertThat(addOffsets("pay", old, 3)).isEqualTo(WireError.PRODUCER_FENCED);
    assertThat(describe("pay").topics()).isEmpty();
  }

  @Test
  void withoutATransactionalIdNothingIsAdded() {
    cluster.topic(InternalTopics.OFFSETS, 1);

    assertThat(addOffsets("", new ProducerRef(PRODUCER, (short) 0), 3))
        .isEqualTo(WireError.INVALID_REQUEST);
  }

  // ---- DescribeTransactions

  private TransactionState describe(String... ids) {
    DescribeTransactionsResponseData response =
        ask(
            ApiKeys.DESCRIBE_TRANSACTIONS,
            new DescribeTransactionsHandler(transactions),
            new DescribeTransactionsRequestData().setTransactionalIds(List.of(ids)),
            0);
    return response.transactionStates().getFirst();
  }

  @Test
  void aTransactionIsDescribedWithItsPartitionsInOrder() {
    ProducerRef producer = begin("pay", PRODUCER);
    write("pay", producer, new TopicPart("b", 1), new TopicPart("a", 3), new TopicPart("a", 0));

    TransactionState state = describe("pay");

    assertThat(state.transactionState()).isEqualTo("Ongoing");
    assertThat(state.producerId()).isEqualTo(PRODUCER);
    assertThat(state.producerEpoch()).isEqualTo(producer.epoch());
    assertThat(state.transactionTimeoutMs()).isEqualTo(60_000);
    assertThat(state.transactionStartTimeMs()).isEqualTo(FakeCluster.WALL_MS);
    assertThat(state.topics())
        .extracting(topic -> topic.topic() + topic.partitions())
        .containsExactly("a[0, 3]", "b[1]");
  }

  @Test
  void idsThatAreNoneAreToldOneByOne() {
    begin("pay", PRODUCER);

    assertThat(describe("", "pay").errorCode()).isEqualTo(WireError.INVALID_REQUEST.code());
    assertThat(describe("nobody", "pay").errorCode())
        .isEqualTo(WireError.TRANSACTIONAL_ID_NOT_FOUND.code());
    assertThat(describe("pay").errorCode()).isEqualTo(WireError.NONE.code());
  }

  // ---- ListTransactions

  private ListTransactionsResponseData list(ListTransactionsRequestData request, int version) {
    return ask(
        ApiKeys.LIST_TRANSACTIONS,
        new ListTransactionsHandler(transactions, cluster),
        request,
        version);
  }

  private static List<String> ids(ListTransactionsResponseData response) {
    return response.transactionStates().stream()
        .map(ListTransactionsResponseData.TransactionState::transactionalId)
        .sorted()
        .toList();
  }

  @Test
  void everyFilterHasToBePassed() {
    write("pay-1", begin("pay-1", 1), new TopicPart("t", 0));
    begin("pay-2", 2);
    write("ship-1", begin("ship-1", 3), new TopicPart("t", 0));

    assertThat(ids(list(new ListTransactionsRequestData(), 2)))
        .containsExactly("pay-1", "pay-2", "ship-1");
    assertThat(ids(list(ongoing(), 2))).containsExactly("pay-1", "ship-1");
    assertThat(ids(list(ongoing().setTransactionalIdPattern("pay-.*"), 2)))
        .containsExactly("pay-1");
    assertThat(ids(list(ongoing().setProducerIdFilters(List.of(3L)), 2))).containsExactly("ship-1");
    assertThat(ids(list(ongoing().setDurationFilter(60_000), 2))).isEmpty();
  }

  private static ListTransactionsRequestData ongoing() {
    return new ListTransactionsRequestData().setStateFilters(List.of("Ongoing"));
  }

  @Test
  void aStateThatIsNoneIsNamedAndFiltersAll() {
    begin("pay", PRODUCER);

    ListTransactionsResponseData answer =
        list(new ListTransactionsRequestData().setStateFilters(List.of("Sleeping")), 2);

    assertThat(answer.unknownStateFilters()).containsExactly("Sleeping");
    assertThat(answer.transactionStates()).isEmpty();
  }

  @Test
  void aPatternThatIsNoneIsRefused() {
    assertThat(
            list(new ListTransactionsRequestData().setTransactionalIdPattern("("), 2).errorCode())
        .isEqualTo(WireError.INVALID_REGULAR_EXPRESSION.code());
  }

  /** Kafka's collections take seconds for as many when they are told in ascending order. */
  @Test
  @Timeout(10)
  void addPartitionsAnswersForTensOfThousands() {
    int count = 40_000;
    var topics = new AddPartitionsToTxnTopicCollection();
    topics.add(
        new AddPartitionsToTxnTopic()
            .setName("nosuch")
            .setPartitions(IntStream.range(0, count).boxed().toList()));
    topics.add(new AddPartitionsToTxnTopic().setName("none"));

    AddPartitionsToTxnResponseData answer =
        ask(
            ApiKeys.ADD_PARTITIONS_TO_TXN,
            new AddPartitionsToTxnHandler(cluster, transactions),
            new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("wide")
                .setV3AndBelowTopics(topics),
            3);

    var results = answer.resultsByTopicV3AndBelow();
    assertThat(results.find("none").resultsByPartition()).isEmpty();
    assertThat(results.find("nosuch").resultsByPartition())
        .hasSize(count)
        .allMatch(each -> each.partitionErrorCode() == WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
  }
}
