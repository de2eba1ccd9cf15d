package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.DeleteOutcome;
import io.dure.wire.WireError;
import java.util.Optional;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;

/**
 * DeleteRecords (API key 21): gives up the oldest records of partitions led here, and answers when
 * every replica in step has done so, durably.
 */
public final class DeleteRecordsHandler
    implements Handler<DeleteRecordsRequestData, DeleteRecordsResponseData> {
  private static final long NO_LOW_WATERMARK = -1;

  private final Cluster cluster;
  private final Partitions partitions;

  public DeleteRecordsHandler(Cluster cluster, Partitions partitions) {
    this.cluster = cluster;
    this.partitions = partitions;
  }

  @Override
  public void handle(
      DeleteRecordsRequestData request,
      RequestContext context,
      Reply<DeleteRecordsResponseData> reply) {
    ClusterImage image = cluster.image();
    var response = new DeleteRecordsResponseData();
    var pending = new Pending(() -> reply.send(response));
    long deadlineMs = cluster.nowMs() + Math.max(0, request.timeoutMs());
    for (DeleteRecordsTopic topic : request.topics()) {
      var of = new DeleteRecordsTopicResult().setName(topic.name());
      response.topics().add(of);
      Optional<TopicImage> found = image.topic(topic.name());
      for (DeleteRecordsPartition partition : topic.partitions()) {
        var into =
            new DeleteRecordsPartitionResult()
                .setPartitionIndex(partition.partitionIndex())
                .setLowWatermark(NO_LOW_WATERMARK);
        of.partitions().add(into);
        Optional<WireError> refusal = refusal(found, partition.partitionIndex());
        if (refusal.isPresent()) {
          into.setErrorCode(refusal.get().code());
        } else {
          pending.open();
          partitions.deleteRecords(
              new PartitionId(found.orElseThrow().id(), partition.partitionIndex()),
              partition.offset(),
              deadlineMs,
              context.loop(),
              outcome -> {
                fill(into, outcome);
                pending.close();
              });
        }
      }
    }
    pending.close();
  }

  private static Optional<WireError> refusal(Optional<TopicImage> topic, int index) {
    if (topic.isEmpty() || index < 0 || index >= topic.get().partitions().size()) {
      return Optional.of(WireError.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (topic.get().internal()) {
      return Optional.of(WireError.INVALID_TOPIC_EXCEPTION);
    }
    String policy = TopicSettings.of(topic.get()).text(TopicSettings.CLEANUP_POLICY);
    return ConfigKey.items(policy).contains("delete")
        ? Optional.empty()
        : Optional.of(WireError.POLICY_VIOLATION);
  }

  private static void fill(DeleteRecordsPartitionResult into, DeleteOutcome outcome) {
    switch (outcome) {
      case DeleteOutcome.Deleted done -> into.setLowWatermark(done.lowWatermark());
      case DeleteOutcome.Refused refused -> into.setErrorCode(refused.error().code());
    }
  }
}
