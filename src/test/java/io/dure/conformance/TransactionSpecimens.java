package io.dure.conformance;

import static io.dure.conformance.Scene.transactionalRecords;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.conformance.Scene.Producer;
import io.dure.conformance.Scene.Topic;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequestCollection;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Transactions: of the first kind (3 and older of AddPartitionsToTxn) and of the second. */
final class TransactionSpecimens {
  private TransactionSpecimens() {}

  static void addTo(Map<ApiKeys, List<Specimen>> all) {
    all.put(ApiKeys.ADD_PARTITIONS_TO_TXN, addPartitions());
    all.put(ApiKeys.ADD_OFFSETS_TO_TXN, addOffsets());
    all.put(ApiKeys.END_TXN, endTxn());
    all.put(ApiKeys.TXN_OFFSET_COMMIT, txnOffsetCommit());
    all.put(ApiKeys.WRITE_TXN_MARKERS, writeTxnMarkers());
    all.put(ApiKeys.DESCRIBE_TRANSACTIONS, describeTransactions());
    all.put(ApiKeys.LIST_TRANSACTIONS, listTransactions());
    all.put(ApiKeys.DESCRIBE_PRODUCERS, describeProducers());
    all.put(ApiKeys.INIT_PRODUCER_ID, initProducerId());
  }

  private static List<Specimen> initProducerId() {
    return List.of(
        Specimen.of(
                "for an idempotent producer",
                (version, scene) -> new InitProducerIdRequestData().setTransactionalId(null))
            .answering(
                InitProducerIdResponseData.class,
                (version, answer) -> {
                  assertThat(answer.producerId()).isNotNegative();
                  assertThat(answer.producerEpoch()).isZero();
                }),
        Specimen.of(
                "for a transactional id",
                (version, scene) ->
                    new InitProducerIdRequestData()
                        .setTransactionalId(scene.fresh("txn"))
                        .setTransactionTimeoutMs(60_000))
            .needing(ApiKeys.END_TXN)
            .answering(
                InitProducerIdResponseData.class,
                (version, answer) -> assertThat(answer.producerEpoch()).isZero()),
        Specimen.of(
                "again, in the next epoch",
                (version, scene) -> {
                  Producer producer = scene.transactional();
                  var request =
                      new InitProducerIdRequestData()
                          .setTransactionalId(producer.transactionalId())
                          .setTransactionTimeoutMs(60_000);
                  return version >= 3
                      ? request.setProducerId(producer.id()).setProducerEpoch(producer.epoch())
                      : request;
                })
            .needing(ApiKeys.END_TXN)
            .answering(
                InitProducerIdResponseData.class,
                (version, answer) -> assertThat(answer.producerEpoch()).isEqualTo((short) 1)),
        Specimen.of(
                "with a timeout beyond all bounds",
                (version, scene) ->
                    new InitProducerIdRequestData()
                        .setTransactionalId(scene.fresh("txn"))
                        .setTransactionTimeoutMs(Integer.MAX_VALUE))
            .needing(ApiKeys.END_TXN)
            .refusedWith(Errors.INVALID_TRANSACTION_TIMEOUT),
        Specimen.of(
                "with an empty transactional id",
                (version, scene) ->
                    new InitProducerIdRequestData()
                        .setTransactionalId("")
                        .setTransactionTimeoutMs(60_000))
            .needing(ApiKeys.END_TXN)
            .refusedWith(Errors.INVALID_REQUEST));
  }

  private static AddPartitionsToTxnTopicCollection partitionsOf(Topic topic) {
    var topics = new AddPartitionsToTxnTopicCollection();
    topics.add(new AddPartitionsToTxnTopic().setName(topic.name()).setPartitions(List.of(0)));
    return topics;
  }

  static AddPartitionsToTxnRequestData add(int version, Producer producer, Topic topic) {
    if (version <= 3) {
      return new AddPartitionsToTxnRequestData()
          .setV3AndBelowTransactionalId(producer.transactionalId())
          .setV3AndBelowProducerId(producer.id())
          .setV3AndBelowProducerEpoch(producer.epoch())
          .setV3AndBelowTopics(partitionsOf(topic));
    }
    var transactions = new AddPartitionsToTxnTransactionCollection();
    transactions.add(
        new AddPartitionsToTxnTransaction()
            .setTransactionalId(producer.transactionalId())
            .setProducerId(producer.id())
            .setProducerEpoch(producer.epoch())
            .setTopics(partitionsOf(topic)));
    return new AddPartitionsToTxnRequestData().setTransactions(transactions);
  }

  private static List<Specimen> addPartitions() {
    return List.of(
        Specimen.of("one", (version, scene) -> add(version, scene.transactional(), scene.topic(1))),
        Specimen.of(
                "of a producer that is not known",
                (version, scene) ->
                    add(
                        version,
                        new Producer(scene.fresh("txn"), 4_711, (short) 0),
                        scene.topic(1)))
            .refusedWith(Errors.INVALID_PRODUCER_ID_MAPPING));
  }

  private static AddOffsetsToTxnRequestData addOffsets(Producer producer, String group) {
    return new AddOffsetsToTxnRequestData()
        .setTransactionalId(producer.transactionalId())
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch())
        .setGroupId(group);
  }

  private static List<Specimen> addOffsets() {
    return List.of(
        Specimen.of(
            "of a group",
            (version, scene) -> addOffsets(scene.transactional(), scene.fresh("group"))),
        Specimen.of(
                "of a producer that is not known",
                (version, scene) ->
                    addOffsets(
                        new Producer(scene.fresh("txn"), 4_711, (short) 0), scene.fresh("group")))
            .refusedWith(Errors.INVALID_PRODUCER_ID_MAPPING));
  }

  /** A transaction with a record in it. */
  static Producer begun(Scene scene, Topic topic) {
    Producer producer = scene.transactional();
    scene.settled(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, add(3, producer, topic)).orElseThrow();
    scene.produce(producer, topic, transactionalRecords(producer, 0, "v"));
    return producer;
  }

  static EndTxnRequestData end(Producer producer, boolean commit) {
    return new EndTxnRequestData()
        .setTransactionalId(producer.transactionalId())
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch())
        .setCommitted(commit);
  }

  private static List<Specimen> endTxn() {
    return List.of(
        Specimen.of("commit", (version, scene) -> end(begun(scene, scene.topic(1)), true))
            .answering(
                EndTxnResponseData.class,
                (version, answer) ->
                    assertThat(answer.producerEpoch()).isEqualTo((short) (version >= 5 ? 1 : -1))),
        Specimen.of("abort", (version, scene) -> end(begun(scene, scene.topic(1)), false)),
        Specimen.of(
                "of a producer that is not known",
                (version, scene) -> end(new Producer(scene.fresh("txn"), 4_711, (short) 0), true))
            .refusedWith(Errors.INVALID_PRODUCER_ID_MAPPING));
  }

  static TxnOffsetCommitRequestData offsets(
      int version, Producer producer, String group, Topic topic) {
    var committed =
        new TxnOffsetCommitRequestTopic()
            .setPartitions(
                List.of(
                    new TxnOffsetCommitRequestPartition()
                        .setPartitionIndex(0)
                        .setCommittedOffset(3)
                        .setCommittedMetadata("note")));
    return new TxnOffsetCommitRequestData()
        .setTransactionalId(producer.transactionalId())
        .setGroupId(group)
        .setProducerId(producer.id())
        .setProducerEpoch(producer.epoch())
        .setTopics(
            List.of(
                version >= 6 ? committed.setTopicId(topic.id()) : committed.setName(topic.name())));
  }

  private static List<Specimen> txnOffsetCommit() {
    return List.of(
        Specimen.of(
            "in a transaction",
            (version, scene) -> {
              Producer producer = scene.transactional();
              String group = scene.fresh("group");
              if (version < 5) {
                scene.ask(ApiKeys.ADD_OFFSETS_TO_TXN, addOffsets(producer, group));
              }
              return offsets(version, producer, group, scene.topic(1));
            }),
        Specimen.of(
                "of a member that is not one",
                (version, scene) -> {
                  Producer producer = scene.transactional();
                  String group = scene.member().group();
                  scene.ask(ApiKeys.ADD_OFFSETS_TO_TXN, addOffsets(producer, group));
                  TxnOffsetCommitRequestData request =
                      offsets(version, producer, group, scene.topic(1));
                  return version >= 3
                      ? request.setMemberId("who").setGenerationIdOrMemberEpoch(1)
                      : request;
                })
            .refusedWith(version ->
                version >= 3
                    ? java.util.Set.of(Errors.UNKNOWN_MEMBER_ID)
                    : java.util.Set.<Errors>of()));
  }

  private static List<Specimen> writeTxnMarkers() {
    return List.of(
        Specimen.of("nothing", (version, scene) -> new WriteTxnMarkersRequestData()),
        Specimen.of(
                "an abort, as kafka-transactions --abort sends it",
                (version, scene) -> {
                  Topic topic = scene.topic(1);
                  Producer producer = begun(scene, topic);
                  return new WriteTxnMarkersRequestData()
                      .setMarkers(
                          List.of(
                              new WritableTxnMarker()
                                  .setProducerId(producer.id())
                                  .setProducerEpoch(producer.epoch())
                                  .setCoordinatorEpoch(0)
                                  .setTransactionResult(false)
                                  .setTopics(
                                      List.of(
                                          new WritableTxnMarkerTopic()
                                              .setName(topic.name())
                                              .setPartitionIndexes(List.of(0))))));
                })
            .needing(ApiKeys.END_TXN));
  }

  private static List<Specimen> describeTransactions() {
    return List.of(
        Specimen.of(
                "one that is under way",
                (version, scene) ->
                    new DescribeTransactionsRequestData()
                        .setTransactionalIds(
                            List.of(begun(scene, scene.topic(1)).transactionalId())))
            .answering(
                DescribeTransactionsResponseData.class,
                (version, answer) -> {
                  var state = answer.transactionStates().getFirst();
                  assertThat(state.transactionState()).isEqualTo("Ongoing");
                  assertThat(state.topics()).hasSize(1);
                }),
        Specimen.of(
                "one that does not exist",
                (version, scene) ->
                    new DescribeTransactionsRequestData()
                        .setTransactionalIds(List.of(scene.fresh("txn"))))
            .refusedWith(Errors.TRANSACTIONAL_ID_NOT_FOUND));
  }

  private static List<Specimen> listTransactions() {
    return List.of(
        Specimen.of("all", (version, scene) -> new ListTransactionsRequestData()),
        Specimen.of(
                "with all filters",
                (version, scene) -> {
                  Producer producer = begun(scene, scene.topic(1));
                  var request =
                      new ListTransactionsRequestData()
                          .setStateFilters(List.of("Ongoing"))
                          .setProducerIdFilters(List.of(producer.id()));
                  if (version >= 1) {
                    request.setDurationFilter(0);
                  }
                  return version >= 2
                      ? request.setTransactionalIdPattern(".*" + producer.transactionalId())
                      : request;
                })
            .answering(
                ListTransactionsResponseData.class,
                (version, answer) -> assertThat(answer.transactionStates()).hasSize(1)));
  }

  private static List<Specimen> describeProducers() {
    return List.of(
        Specimen.of(
                "of a partition with a transaction under way",
                (version, scene) -> {
                  Topic topic = scene.topic(1);
                  begun(scene, topic);
                  var topics = new TopicRequestCollection();
                  topics.add(
                      new TopicRequest().setName(topic.name()).setPartitionIndexes(List.of(0)));
                  return new DescribeProducersRequestData().setTopics(topics);
                })
            .needing(ApiKeys.END_TXN)
            .answering(
                DescribeProducersResponseData.class,
                (version, answer) -> {
                  var producer =
                      answer
                          .topics()
                          .getFirst()
                          .partitions()
                          .getFirst()
                          .activeProducers()
                          .getFirst();
                  assertThat(producer.currentTxnStartOffset()).isZero();
                  assertThat(producer.lastSequence()).isZero();
                }));
  }
}
