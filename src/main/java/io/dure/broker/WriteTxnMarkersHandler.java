package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.log.TxnMarker;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.wire.WireError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;

/**
 * WriteTxnMarkers (API key 27): ends transactions on partitions led here. Asked by transaction
 * coordinators, and by people who end what hangs (kafka-transactions --abort).
 *
 * <p>Answered when all markers are committed, and on a group coordinator's own partition when it
 * has taken the offsets of the transaction or dropped them.
 */
public final class WriteTxnMarkersHandler
    implements Handler<WriteTxnMarkersRequestData, WriteTxnMarkersResponseData> {
  /** How long a marker may wait to be committed; who asks will ask again. */
  static final long WAIT_MS = 30_000;

  private final Cluster cluster;
  private final Partitions partitions;

  public WriteTxnMarkersHandler(Cluster cluster, Partitions partitions) {
    this.cluster = cluster;
    this.partitions = partitions;
  }

  @Override
  public void handle(
      WriteTxnMarkersRequestData request,
      RequestContext context,
      Reply<WriteTxnMarkersResponseData> reply) {
    ClusterImage image = cluster.image();
    var response = new WriteTxnMarkersResponseData();
    var pending = new Pending(() -> reply.send(response));
    // Several markers of one producer come in one answer, as with Kafka.
    Map<Long, WritableTxnMarkerResult> byProducer = new LinkedHashMap<>();
    for (WritableTxnMarker asked : request.markers()) {
      WritableTxnMarkerResult of =
          byProducer.computeIfAbsent(
              asked.producerId(), id -> new WritableTxnMarkerResult().setProducerId(id));
      var marker =
          new TxnMarker(
              asked.producerId(),
              asked.producerEpoch(),
              asked.coordinatorEpoch(),
              asked.transactionResult(),
              asked.transactionVersion());
      for (WritableTxnMarkerTopic topic : asked.topics()) {
        write(marker, topic, image.topic(topic.name()), context, of, pending);
      }
    }
    response.setMarkers(byProducer.values().stream().toList());
    pending.close();
  }

  private void write(
      TxnMarker marker,
      WritableTxnMarkerTopic asked,
      Optional<TopicImage> topic,
      RequestContext context,
      WritableTxnMarkerResult into,
      Pending pending) {
    var of = new WritableTxnMarkerTopicResult().setName(asked.name());
    into.topics().add(of);
    for (int i = 0; i < asked.partitionIndexes().size(); i++) {
      int index = asked.partitionIndexes().get(i);
      var result = new WritableTxnMarkerPartitionResult().setPartitionIndex(index);
      of.partitions().add(result);
      if (topic.isEmpty() || index < 0 || index >= topic.get().partitions().size()) {
        result.setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
        continue;
      }
      pending.open();
      partitions.appendMarker(
          new PartitionId(topic.get().id(), index),
          marker,
          MarkerEpochs.of(asked, i),
          cluster.nowMs() + WAIT_MS,
          context.loop(),
          outcome -> {
            if (outcome instanceof AppendOutcome.Refused refused) {
              result.setErrorCode(inKafkasWords(refused.error()).code());
            }
            pending.close();
          });
    }
  }

  private static WireError inKafkasWords(WireError error) {
    return switch (error) {
      case FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH -> WireError.NOT_LEADER_OR_FOLLOWER;
      default -> error;
    };
  }
}
