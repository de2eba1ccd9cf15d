package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.log.ProducerState;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.ProducersOutcome;
import io.dure.wire.WireError;
import java.util.Optional;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;

/**
 * DescribeProducers (API key 61): which producers a partition led here knows of, and which of them
 * have a transaction open: what people need who look for one that hangs.
 */
public final class DescribeProducersHandler
    implements Handler<DescribeProducersRequestData, DescribeProducersResponseData> {
  private final Cluster cluster;
  private final Partitions partitions;

  public DescribeProducersHandler(Cluster cluster, Partitions partitions) {
    this.cluster = cluster;
    this.partitions = partitions;
  }

  @Override
  public void handle(
      DescribeProducersRequestData request,
      RequestContext context,
      Reply<DescribeProducersResponseData> reply) {
    ClusterImage image = cluster.image();
    var response = new DescribeProducersResponseData();
    var pending = new Pending(() -> reply.send(response));
    for (TopicRequest asked : request.topics()) {
      Optional<TopicImage> topic = image.topic(asked.name());
      var of = new TopicResponse().setName(asked.name());
      response.topics().add(of);
      for (int index : asked.partitionIndexes()) {
        var into = new PartitionResponse().setPartitionIndex(index);
        of.partitions().add(into);
        if (topic.isEmpty() || index < 0 || index >= topic.get().partitions().size()) {
          into.setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
          continue;
        }
        pending.open();
        partitions.describeProducers(
            new PartitionId(topic.get().id(), index),
            context.loop(),
            outcome -> {
              fill(into, outcome);
              pending.close();
            });
      }
    }
    pending.close();
  }

  private static void fill(PartitionResponse into, ProducersOutcome outcome) {
    switch (outcome) {
      case ProducersOutcome.Found found ->
          found.producers().stream()
              .map(DescribeProducersHandler::wire)
              .forEach(into.activeProducers()::add);
      case ProducersOutcome.Refused refused -> into.setErrorCode(refused.error().code());
    }
  }

  private static DescribeProducersResponseData.ProducerState wire(ProducerState state) {
    return new DescribeProducersResponseData.ProducerState()
        .setProducerId(state.producerId())
        .setProducerEpoch(state.epoch())
        .setLastSequence(state.lastSequence())
        .setLastTimestamp(state.lastTimestampMs())
        .setCoordinatorEpoch(state.coordinatorEpoch())
        .setCurrentTxnStartOffset(state.txnFirstOffset());
  }
}
