package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.txn.ProducerRef;
import io.dure.txn.TopicPart;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;

/**
 * AddOffsetsToTxn (API key 25): makes the partition that keeps a group's offsets part of a
 * transaction; older clients ask this before they commit offsets in it.
 */
public final class AddOffsetsToTxnHandler
    implements Handler<AddOffsetsToTxnRequestData, AddOffsetsToTxnResponseData> {
  private static final int CREATION_WAIT_MS = 1_500;

  private final Cluster cluster;
  private final TxnShards transactions;
  private final TopicCreation creation;

  AddOffsetsToTxnHandler(Cluster cluster, TxnShards transactions, TopicCreation creation) {
    this.cluster = cluster;
    this.transactions = transactions;
    this.creation = creation;
  }

  @Override
  public void handle(
      AddOffsetsToTxnRequestData request,
      RequestContext context,
      Reply<AddOffsetsToTxnResponseData> reply) {
    if (request.transactionalId().isEmpty()) {
      reply.send(response(WireError.INVALID_REQUEST, context));
    } else if (cluster.image().topic(InternalTopics.OFFSETS).isPresent()) {
      add(request, context, reply);
    } else {
      creation.create(
          List.of(InternalTopics.OFFSETS),
          cluster.nowMs() + CREATION_WAIT_MS,
          context,
          () -> add(request, context, reply));
    }
  }

  private void add(
      AddOffsetsToTxnRequestData request,
      RequestContext context,
      Reply<AddOffsetsToTxnResponseData> reply) {
    Optional<PartitionId> group =
        Coordinators.homeOf(cluster.image(), InternalTopics.OFFSETS, request.groupId());
    if (group.isEmpty()) {
      reply.send(response(WireError.COORDINATOR_NOT_AVAILABLE, context));
      return;
    }
    var part = new TopicPart(InternalTopics.OFFSETS, group.get().index());
    transactions.ask(
        request.transactionalId(),
        new TxnCommand.Add(
            request.transactionalId(),
            new ProducerRef(request.producerId(), request.producerEpoch()),
            Set.of(part),
            (short) 0),
        context.loop(),
        asked ->
            reply.send(
                response(
                    switch (asked) {
                      case Asked.Answered<TxnAnswer>(TxnAnswer.Partitions(var errors)) ->
                          errors.getOrDefault(part, WireError.UNKNOWN_SERVER_ERROR);
                      case Asked.Answered<TxnAnswer> _ -> WireError.UNKNOWN_SERVER_ERROR;
                      case Asked.Unavailable<TxnAnswer>(WireError error) -> error;
                    },
                    context)));
  }

  private static AddOffsetsToTxnResponseData response(WireError error, RequestContext context) {
    return new AddOffsetsToTxnResponseData()
        .setErrorCode(TxnWords.fencing(error, context.version()).code());
  }
}
