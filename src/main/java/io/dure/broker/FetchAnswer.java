package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.log.LogSlice;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.wire.WireError;
import io.dure.wire.WireRecords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * Writes the response of one fetch in the words of its version, over one image of the cluster.
 * Confined to the connection's loop.
 */
final class FetchAnswer {
  private static final short FIRST_VERSION_WITH_CURRENT_LEADER = 12;
  private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

  private final short version;
  private final ClusterImage image;
  private final Isolation isolation;
  private final LeaderHints hints;

  FetchAnswer(short version, ClusterImage image, Isolation isolation) {
    this.version = version;
    this.image = image;
    this.isolation = isolation;
    this.hints = new LeaderHints(image);
  }

  /** The partition that a request means; empty if there is none. */
  Optional<PartitionId> partition(FetchItem.Key key) {
    Optional<TopicImage> topic = topic(key);
    return topic
        .filter(t -> key.partition() >= 0 && key.partition() < t.partitions().size())
        .map(t -> new PartitionId(t.id(), key.partition()));
  }

  PartitionData unknown(FetchItem.Key key) {
    boolean unknownId = version >= FIRST_VERSION_WITH_TOPIC_IDS && topic(key).isEmpty();
    return refused(
            key, unknownId ? WireError.UNKNOWN_TOPIC_ID : WireError.UNKNOWN_TOPIC_OR_PARTITION)
        .setAbortedTransactions(List.of());
  }

  PartitionData refused(FetchItem.Key key, WireError error) {
    return empty(key, FetchResponse.INVALID_HIGH_WATERMARK, FetchResponse.INVALID_LOG_START_OFFSET)
        .setErrorCode(error.code());
  }

  /**
   * @param withRecords whether the records found still fit
   */
  PartitionData of(FetchItem.Key key, ReadOutcome outcome, boolean withRecords) {
    return switch (outcome) {
      case ReadOutcome.Found f -> {
        PartitionData data =
            empty(key, f.highWatermark(), f.logStart()).setLastStableOffset(f.lastStable());
        LogSlice slice = f.slice();
        boolean records = withRecords && slice.sizeBytes() > 0;
        if (isolation == Isolation.READ_COMMITTED) {
          data.setAbortedTransactions(records ? aborted(f) : List.of());
        }
        if (records) {
          WireRecords.put(data, slice.file(), slice.position(), slice.sizeBytes());
        }
        yield data;
      }
      case ReadOutcome.Diverged d ->
          empty(key, d.highWatermark(), d.logStart())
              .setDivergingEpoch(
                  new EpochEndOffset()
                      .setEpoch(d.common().lastEpoch())
                      .setEndOffset(d.common().end()));
      case ReadOutcome.Refused r -> {
        PartitionData data = refused(key, r.error());
        if (version >= FIRST_VERSION_WITH_CURRENT_LEADER) {
          hints
              .beside(r.error(), r.where())
              .ifPresent(leader ->
                  data.setCurrentLeader(
                      new LeaderIdAndEpoch()
                          .setLeaderId(leader.leader().value())
                          .setLeaderEpoch(leader.epoch())));
        }
        yield data;
      }
    };
  }

  private static List<AbortedTransaction> aborted(ReadOutcome.Found found) {
    return found.aborted().stream()
        .map(each ->
            new AbortedTransaction()
                .setProducerId(each.producerId())
                .setFirstOffset(each.firstOffset()))
        .toList();
  }

  /** The whole response; partitions of a topic need not be neighbours in {@code partitions}. */
  FetchResponseData with(int sessionId, Map<FetchItem.Key, PartitionData> partitions) {
    Map<FetchItem.Key, FetchableTopicResponse> topics = new LinkedHashMap<>();
    partitions.forEach((key, data) ->
        topics
            .computeIfAbsent(
                new FetchItem.Key(key.topic(), key.topicId(), -1),
                _ -> new FetchableTopicResponse().setTopic(key.topic()).setTopicId(key.topicId()))
            .partitions()
            .add(data));
    var response =
        new FetchResponseData()
            .setSessionId(sessionId)
            .setResponses(new ArrayList<>(topics.values()));
    // Tagged from version 16 on and left out by the codec before it only when there are none.
    if (version >= 16) {
      hints.endpoints().forEach(broker -> response.nodeEndpoints().add(endpoint(broker)));
    }
    return response;
  }

  private static NodeEndpoint endpoint(BrokerImage broker) {
    return new NodeEndpoint()
        .setNodeId(broker.node().value())
        .setHost(broker.endpoint().host())
        .setPort(broker.endpoint().port())
        .setRack(broker.rack().orElse(null));
  }

  private Optional<TopicImage> topic(FetchItem.Key key) {
    if (version < FIRST_VERSION_WITH_TOPIC_IDS) {
      return image.topic(key.topic());
    }
    return key.topicId().equals(Uuid.ZERO_UUID)
        ? Optional.empty()
        : image.topic(Ids.topic(key.topicId()));
  }

  private PartitionData empty(FetchItem.Key key, long highWatermark, long logStart) {
    var data =
        new PartitionData()
            .setPartitionIndex(key.partition())
            .setHighWatermark(highWatermark)
            .setLogStartOffset(logStart)
            .setAbortedTransactions(null);
    WireRecords.putNone(data);
    return data;
  }
}
