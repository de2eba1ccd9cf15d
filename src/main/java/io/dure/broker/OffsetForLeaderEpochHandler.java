package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.wire.WireError;
import java.util.Optional;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;

/**
 * OffsetForLeaderEpoch (API key 23): where an epoch ends, by which a consumer finds out that
 * records it read were cut.
 */
public final class OffsetForLeaderEpochHandler
    implements Handler<OffsetForLeaderEpochRequestData, OffsetForLeaderEpochResponseData> {
  private final Cluster cluster;
  private final Partitions partitions;

  public OffsetForLeaderEpochHandler(Cluster cluster, Partitions partitions) {
    this.cluster = cluster;
    this.partitions = partitions;
  }

  @Override
  public void handle(
      OffsetForLeaderEpochRequestData request,
      RequestContext context,
      Reply<OffsetForLeaderEpochResponseData> reply) {
    ClusterImage image = cluster.image();
    var response = new OffsetForLeaderEpochResponseData();
    var pending = new Pending(() -> reply.send(response));
    for (OffsetForLeaderTopic topic : request.topics()) {
      var of = new OffsetForLeaderTopicResult().setTopic(topic.topic());
      response.topics().add(of);
      Optional<TopicImage> found = image.topic(topic.topic());
      for (OffsetForLeaderPartition asked : topic.partitions()) {
        var into = new EpochEndOffset().setPartition(asked.partition());
        of.partitions().add(into);
        if (found.isEmpty()
            || asked.partition() < 0
            || asked.partition() >= found.get().partitions().size()) {
          into.setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
          continue;
        }
        pending.open();
        partitions.locate(
            new PartitionId(found.get().id(), asked.partition()),
            new Locate.EndOfEpoch(asked.leaderEpoch()),
            asked.currentLeaderEpoch(),
            context.loop(),
            outcome -> {
              fill(into, outcome);
              pending.close();
            });
      }
    }
    pending.close();
  }

  private static void fill(EpochEndOffset into, LocateOutcome outcome) {
    switch (outcome) {
      case LocateOutcome.Found f -> into.setLeaderEpoch(f.epoch()).setEndOffset(f.offset());
      case LocateOutcome.Refused r -> into.setErrorCode(r.error().code());
    }
  }
}
