package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions.Leadership;
import io.dure.txn.TopicPart;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;

/** The gate that asks the coordinator's node with an AddPartitionsToTxn. Stateless. */
final class CoordinatorGate implements TransactionGate {
  private static final short VERSION = 5;

  private final Cluster cluster;

  CoordinatorGate(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void confirm(
      String transactionalId,
      long producerId,
      short producerEpoch,
      List<TopicPart> partitions,
      boolean add,
      long deadlineMs,
      Loop caller,
      Consumer<Map<TopicPart, WireError>> done) {
    Optional<NodeId> coordinator =
        Coordinators.homeOf(cluster.image(), InternalTopics.TRANSACTIONS, transactionalId)
            .flatMap(cluster::leaderForClients)
            .map(Leadership::leader);
    if (coordinator.isEmpty()) {
      caller.run(() -> done.accept(all(partitions, WireError.COORDINATOR_NOT_AVAILABLE)));
      return;
    }
    var transaction =
        new AddPartitionsToTxnTransaction()
            .setTransactionalId(transactionalId)
            .setProducerId(producerId)
            .setProducerEpoch(producerEpoch)
            .setVerifyOnly(!add)
            .setTopics(topics(partitions));
    var transactions = new AddPartitionsToTxnTransactionCollection();
    transactions.add(transaction);
    cluster.askNode(
        coordinator.get(),
        AskCodec.request(
            ApiKeys.ADD_PARTITIONS_TO_TXN,
            VERSION,
            "",
            new AddPartitionsToTxnRequestData().setTransactions(transactions)),
        deadlineMs,
        caller,
        response -> done.accept(errors(partitions, response)));
  }

  private static AddPartitionsToTxnTopicCollection topics(List<TopicPart> partitions) {
    var topics = new AddPartitionsToTxnTopicCollection();
    for (TopicPart part : partitions) {
      AddPartitionsToTxnTopic topic = topics.find(part.topic());
      if (topic == null) {
        topic = new AddPartitionsToTxnTopic().setName(part.topic());
        topics.add(topic);
      }
      topic.partitions().add(part.partition());
    }
    return topics;
  }

  /** What the answer leaves out is as good as not answered. */
  private static Map<TopicPart, WireError> errors(
      List<TopicPart> partitions, Optional<ByteBuffer> bytes) {
    Map<TopicPart, WireError> errors = all(partitions, WireError.COORDINATOR_NOT_AVAILABLE);
    if (bytes.isEmpty()) {
      return errors;
    }
    var response =
        (AddPartitionsToTxnResponseData)
            AskCodec.response(ApiKeys.ADD_PARTITIONS_TO_TXN, VERSION, bytes.get().duplicate());
    for (AddPartitionsToTxnResult transaction : response.resultsByTransaction()) {
      for (AddPartitionsToTxnTopicResult topic : transaction.topicResults()) {
        for (AddPartitionsToTxnPartitionResult each : topic.resultsByPartition()) {
          errors.put(
              new TopicPart(topic.name(), each.partitionIndex()),
              WireError.of(each.partitionErrorCode()));
        }
      }
    }
    return errors;
  }

  private static Map<TopicPart, WireError> all(List<TopicPart> partitions, WireError error) {
    Map<TopicPart, WireError> errors = new HashMap<>();
    partitions.forEach(part -> errors.put(part, error));
    return errors;
  }
}
