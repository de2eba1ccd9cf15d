package io.dure.exchanges;

import io.dure.exchanges.Batch.Writer;
import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Transactions: their coordinators, their producers, each step of theirs in right and wrong. */
final class TransactionExchanges {
  private static final String TOPIC = "transacted";

  private final Exchange exchange;

  private TransactionExchanges(Exchange exchange) {
    this.exchange = exchange;
  }

  static void ask(Exchange exchange) {
    Coordinators.prepare(exchange);
    exchange.topic(TOPIC, 3, "retention.ms=-1"); // records of long ago
    var all = new TransactionExchanges(exchange);
    all.coordinators();
    all.producers();
    for (int v = 0; v <= 3; v++) {
      exchange.scene();
      all.before(v);
    }
    exchange.scene();
    all.life();
    all.listed();
  }

  private void coordinators() {
    for (int v = 0; v <= 6; v++) {
      for (int kind = 0; kind <= (v == 0 ? 0 : 3); kind++) {
        for (String key : List.of("key", "")) {
          var request = new FindCoordinatorRequestData();
          if (v >= 1) {
            request.setKeyType((byte) kind);
          }
          if (v >= 4) {
            request.setCoordinatorKeys(List.of(key));
          } else {
            request.setKey(key);
          }
          String what = "of kind " + kind + (key.isEmpty() ? " of no name" : "");
          exchange.tell(what, ApiKeys.FIND_COORDINATOR, v, request);
        }
      }
      if (v >= 4) {
        exchange.tell("none", ApiKeys.FIND_COORDINATOR, v, new FindCoordinatorRequestData());
        exchange.tell(
            "one twice",
            ApiKeys.FIND_COORDINATOR,
            v,
            new FindCoordinatorRequestData().setCoordinatorKeys(List.of("a", "a")));
      }
    }
  }

  private void producers() {
    for (int v = 0; v <= 5; v++) {
      exchange.scene();
      init("without an id", v, new InitProducerIdRequestData().setTransactionalId(null));
      init("of an empty id", v, new InitProducerIdRequestData().setTransactionalId(""));
      String id = "init" + v;
      Producer first = Producer.begin(exchange, id);
      init("again", v, named(id));
      init("no timeout", v, named(id).setTransactionTimeoutMs(0));
      init("a timeout below 0", v, named(id).setTransactionTimeoutMs(-1));
      init("a timeout too long", v, named(id).setTransactionTimeoutMs(900_001));
      if (v >= 3) {
        init("with an old epoch", v, known(first));
        init("with an epoch to come", v, known(first.epoch(99)));
        init("with its epoch", v, known(first.epoch(1)));
        init("with an epoch and no id", v, named(id).setProducerEpoch((short) 1));
        init("with an id and no epoch", v, named(id).setProducerId(first.id()));
        init("with another's id", v, known(first).setProducerId(first.id() + 100_000));
        init("known, of no transaction", v, known(first).setTransactionalId(null));
      }
    }
  }

  private void init(String what, int v, InitProducerIdRequestData request) {
    exchange.tell(what, ApiKeys.INIT_PRODUCER_ID, v, request);
  }

  private static InitProducerIdRequestData named(String id) {
    return new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(60_000);
  }

  private static InitProducerIdRequestData known(Producer producer) {
    return named(producer.transactionalId())
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch());
  }

  /** As producers did before transactions of version 2, from the first partition to the end. */
  private void before(int v) {
    Producer one = Producer.begin(exchange, "before" + v);
    end("of nothing", v, one, true);
    add("to a topic that is not", v, one, "nosuch", 0);
    add("to a partition that is not", v, one, TOPIC, 0, 7);
    add("of a stranger", v, one.named("stranger"), TOPIC, 0);
    add("of no name", v, one.named(""), TOPIC, 0);
    add("of an old epoch", v, one.epoch(-1), TOPIC, 0);
    add("of an epoch to come", v, one.epoch(9), TOPIC, 0);
    add("to none", v, one, TOPIC);
    add("to two", v, one, TOPIC, 0, 1);
    add("to two again", v, one, TOPIC, 0, 1);
    describe("under way " + v, one.transactionalId());
    offsets("of a stranger", v, one.named("stranger"), "g");
    offsets("of an epoch to come", v, one.epoch(9), "g");
    offsets("of no group", v, one, "");
    offsets("of a group", v, one, "g");
    write("in it " + v, one, 0, 0, one.transactionalId());
    write("to one that was not added " + v, one, 2, 0, one.transactionalId());
    producersOf("under way " + v, 0);
    end("of a stranger", v, one.named("stranger"), true);
    end("of an epoch to come", v, one.epoch(9), true);
    end("good", v, one, true);
    awaitState(one, "CompleteCommit");
    end("good again", v, one, true);
    end("otherwise than before", v, one, false);
    describe("committed " + v, one.transactionalId());
    producersOf("committed " + v, 0);
    add("the next", v, one, TOPIC, 1);
    end("abort", v, one, false);
    awaitState(one, "CompleteAbort");
    end("abort again", v, one, false);
    describe("aborted " + v, one.transactionalId());
    Producer two = Producer.begin(exchange, "before" + v);
    add("of a former life", v, one, TOPIC, 0);
    end("of a former life", v, one, true);
    write("of a former life " + v, one, 0, 1, one.transactionalId());
    write("without adding " + v, two, 0, 0, one.transactionalId());
  }

  /** Version 2: a first batch makes its partition part of the transaction, each end a new epoch. */
  private void life() {
    Producer one = Producer.begin(exchange, "second");
    endNew("of nothing", one, true);
    Producer next = Producer.begin(exchange, "second");
    produceNew("in it", next, 0, 0);
    produceNew("more of it", next, 0, 1);
    describe("of version 2", next.transactionalId());
    endNew("commit", next, true);
    awaitState(next, "CompleteCommit");
    endNew("commit again", next, true);
    produceNew("in the old epoch", next, 0, 2);
    produceNew("in the new epoch", next.epoch(next.epoch() + 1), 0, 0);
    endNew("abort", next.epoch(next.epoch() + 1), false);
    awaitState(next, "CompleteAbort");
    endNew("of an old epoch", next, true);
    describe("of version 2, aborted", next.transactionalId());
    producersOf("of version 2", 0);
  }

  private void listed() {
    for (int v = 0; v <= 1; v++) {
      list(
          "none of a state",
          v,
          new ListTransactionsRequestData().setStateFilters(List.of("Ongoing")));
      list(
          "an unknown state", v, new ListTransactionsRequestData().setStateFilters(List.of("Odd")));
      list("all", v, new ListTransactionsRequestData());
    }
    describe("one that is not", "unheard");
    describe("of no name", "");
    describe("two", "second", "unheard");
    producersOf("of a partition that is not", 7);
  }

  private void list(String what, int v, ListTransactionsRequestData request) {
    if (v >= 1) {
      request.setDurationFilter(-1);
    }
    ListTransactionsResponseData answer = exchange.ask(ApiKeys.LIST_TRANSACTIONS, v, request);
    answer.transactionStates().removeIf(each -> !each.transactionalId().matches("before.|second"));
    exchange.note(what, ApiKeys.LIST_TRANSACTIONS, v, answer);
  }

  private void add(String what, int v, Producer producer, String topic, Integer... partitions) {
    var topics = new AddPartitionsToTxnTopicCollection();
    topics.add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(List.of(partitions)));
    exchange.tell(
        what,
        ApiKeys.ADD_PARTITIONS_TO_TXN,
        v,
        new AddPartitionsToTxnRequestData()
            .setV3AndBelowTransactionalId(producer.transactionalId())
            .setV3AndBelowProducerId(producer.id())
            .setV3AndBelowProducerEpoch(producer.epoch())
            .setV3AndBelowTopics(topics));
  }

  private void offsets(String what, int v, Producer producer, String group) {
    exchange.tell(
        what,
        ApiKeys.ADD_OFFSETS_TO_TXN,
        v,
        new AddOffsetsToTxnRequestData()
            .setTransactionalId(producer.transactionalId())
            .setProducerId(producer.id())
            .setProducerEpoch(producer.epoch())
            .setGroupId(group));
  }

  private void end(String what, int v, Producer producer, boolean commits) {
    exchange.tell(what, ApiKeys.END_TXN, v, end(producer, commits));
  }

  private void endNew(String what, Producer producer, boolean commits) {
    exchange.tell(what, ApiKeys.END_TXN, 5, end(producer, commits));
  }

  private static EndTxnRequestData end(Producer producer, boolean commits) {
    return new EndTxnRequestData()
        .setTransactionalId(producer.transactionalId())
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch())
        .setCommitted(commits);
  }

  private void write(String what, Producer producer, int partition, int sequence, String id) {
    exchange.tell(what, ApiKeys.PRODUCE, 11, batch(producer, partition, sequence, id));
  }

  private void produceNew(String what, Producer producer, int partition, int sequence) {
    ProduceRequestData request = batch(producer, partition, sequence, producer.transactionalId());
    exchange.tell("of version 2 " + what, ApiKeys.PRODUCE, 12, request);
  }

  private static ProduceRequestData batch(
      Producer producer, int partition, int sequence, String transactionalId) {
    var writer = new Writer(producer.id(), producer.epoch(), sequence, true);
    var request =
        new ProduceRequestData()
            .setAcks((short) -1)
            .setTimeoutMs(10_000)
            .setTransactionalId(transactionalId);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setName(TOPIC)
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(Batch.of(1).by(writer).records()))));
    return request;
  }

  private void describe(String what, String... ids) {
    DescribeTransactionsResponseData answer = described(ids);
    answer
        .transactionStates()
        .forEach(
            each -> each.setTransactionStartTimeMs(Long.signum(each.transactionStartTimeMs())));
    exchange.note(what, ApiKeys.DESCRIBE_TRANSACTIONS, 0, answer);
  }

  private DescribeTransactionsResponseData described(String... ids) {
    return exchange.ask(
        ApiKeys.DESCRIBE_TRANSACTIONS,
        0,
        new DescribeTransactionsRequestData().setTransactionalIds(List.of(ids)));
  }

  private void awaitState(Producer producer, String state) {
    Exchange.until(
        producer.transactionalId() + " to be " + state,
        () ->
            described(producer.transactionalId())
                .transactionStates()
                .getFirst()
                .transactionState()
                .equals(state));
  }

  private void producersOf(String what, int partition) {
    var request = new DescribeProducersRequestData();
    request
        .topics()
        .add(
            new DescribeProducersRequestData.TopicRequest()
                .setName(TOPIC)
                .setPartitionIndexes(List.of(partition)));
    exchange.tell(what, ApiKeys.DESCRIBE_PRODUCERS, 0, request);
  }
}
