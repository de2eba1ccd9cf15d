package io.dure.broker;

import io.dure.metadata.ClusterImage;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;

/**
 * AddPartitionsToTxn (API key 24): makes partitions part of a transaction, or tells whether they
 * are. Up to version 3 clients ask before they write; from version 4 on the leaders of partitions
 * ask when something is written, for several transactions at a time.
 *
 * <p>Only partitions that this node sees are added, so that one that is not there when the markers
 * are written was deleted.
 */
public final class AddPartitionsToTxnHandler
    implements Handler<AddPartitionsToTxnRequestData, AddPartitionsToTxnResponseData> {
  private static final short LAST_OF_CLIENTS = 3;
  private static final short FIRST_THAT_KNOWS_ABORTABLE = 5;
  private static final short VERSION_2 = 2;

  private final Cluster cluster;
  private final TxnShards transactions;

  AddPartitionsToTxnHandler(Cluster cluster, TxnShards transactions) {
    this.cluster = cluster;
    this.transactions = transactions;
  }

  @Override
  public void handle(
      AddPartitionsToTxnRequestData request,
      RequestContext context,
      Reply<AddPartitionsToTxnResponseData> reply) {
    if (context.version() <= LAST_OF_CLIENTS) {
      decide(
          request.v3AndBelowTransactionalId(),
          new ProducerRef(request.v3AndBelowProducerId(), request.v3AndBelowProducerEpoch()),
          request.v3AndBelowTopics(),
          false,
          context,
          errors ->
              reply.send(
                  new AddPartitionsToTxnResponseData()
                      .setResultsByTopicV3AndBelow(
                          results(request.v3AndBelowTopics(), errors, context.version()))));
      return;
    }
    var response = new AddPartitionsToTxnResponseData();
    var pending = new Pending(() -> reply.send(response));
    for (AddPartitionsToTxnTransaction each : request.transactions()) {
      pending.open();
      decide(
          each.transactionalId(),
          new ProducerRef(each.producerId(), each.producerEpoch()),
          each.topics(),
          each.verifyOnly(),
          context,
          errors -> {
            response
                .resultsByTransaction()
                .add(
                    new AddPartitionsToTxnResult()
                        .setTransactionalId(each.transactionalId())
                        .setTopicResults(results(each.topics(), errors, context.version())));
            pending.close();
          });
    }
    pending.close();
  }

  private void decide(
      String transactionalId,
      ProducerRef producer,
      AddPartitionsToTxnTopicCollection topics,
      boolean verifyOnly,
      RequestContext context,
      Consumer<Map<TopicPart, WireError>> done) {
    Set<TopicPart> partitions = partitions(topics);
    Map<TopicPart, WireError> missing = missing(partitions);
    if (transactionalId.isEmpty()) {
      done.accept(all(partitions, WireError.INVALID_REQUEST));
    } else if (!missing.isEmpty()) {
      done.accept(missing);
    } else {
      boolean fromClient = context.version() <= LAST_OF_CLIENTS;
      TxnCommand command =
          verifyOnly
              ? new TxnCommand.Verify(transactionalId, producer, partitions)
              : new TxnCommand.Add(
                  transactionalId, producer, partitions, fromClient ? 0 : VERSION_2);
      transactions.ask(
          transactionalId,
          command,
          context.loop(),
          asked ->
              done.accept(
                  switch (asked) {
                    case Asked.Answered<TxnAnswer>(TxnAnswer.Partitions(var errors)) -> errors;
                    case Asked.Answered<TxnAnswer> _ ->
                        all(partitions, WireError.UNKNOWN_SERVER_ERROR);
                    case Asked.Unavailable<TxnAnswer>(WireError error) -> all(partitions, error);
                  }));
    }
  }

  private static Set<TopicPart> partitions(AddPartitionsToTxnTopicCollection topics) {
    Set<TopicPart> partitions = new HashSet<>();
    for (AddPartitionsToTxnTopic topic : topics) {
      topic.partitions().forEach(index -> partitions.add(new TopicPart(topic.name(), index)));
    }
    return partitions;
  }

  /** Empty if all are there; else what to say of each. */
  private Map<TopicPart, WireError> missing(Set<TopicPart> partitions) {
    ClusterImage image = cluster.image();
    Map<TopicPart, WireError> errors = new HashMap<>();
    boolean complete = true;
    for (TopicPart part : partitions) {
      boolean exists =
          part.partition() >= 0
              && image
                  .topic(part.topic())
                  .filter(topic -> part.partition() < topic.partitions().size())
                  .isPresent();
      complete &= exists;
      errors.put(
          part, exists ? WireError.OPERATION_NOT_ATTEMPTED : WireError.UNKNOWN_TOPIC_OR_PARTITION);
    }
    return complete ? Map.of() : errors;
  }

  private static Map<TopicPart, WireError> all(Set<TopicPart> partitions, WireError error) {
    Map<TopicPart, WireError> errors = new HashMap<>();
    partitions.forEach(part -> errors.put(part, error));
    return errors;
  }

  /**
   * One for each topic and partition. Partitions are told from the last to the first: collections
   * of Kafka's messages take time that grows with the square of the partitions when they come in
   * the other order, here and where the answer is read.
   */
  private static AddPartitionsToTxnTopicResultCollection results(
      AddPartitionsToTxnTopicCollection topics, Map<TopicPart, WireError> errors, short version) {
    var results = new AddPartitionsToTxnTopicResultCollection();
    for (AddPartitionsToTxnTopic topic : topics) {
      if (results.find(topic.name()) == null) {
        results.add(new AddPartitionsToTxnTopicResult().setName(topic.name()));
      }
    }
    errors.keySet().stream()
        .sorted(Comparator.reverseOrder())
        .forEach(part ->
            results
                .find(part.topic())
                .resultsByPartition()
                .add(
                    new AddPartitionsToTxnPartitionResult()
                        .setPartitionIndex(part.partition())
                        .setPartitionErrorCode(
                            told(errors.getOrDefault(part, WireError.UNKNOWN_SERVER_ERROR), version)
                                .code())));
    return results;
  }

  private static WireError told(WireError error, short version) {
    return error == WireError.TRANSACTION_ABORTABLE && version < FIRST_THAT_KNOWS_ABORTABLE
        ? WireError.INVALID_TXN_STATE
        : TxnWords.fencing(error, version);
  }
}
