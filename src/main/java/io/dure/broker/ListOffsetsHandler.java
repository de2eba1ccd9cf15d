package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.wire.WireError;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;

/**
 * ListOffsets (API key 2): where a partition starts, where it ends, and which record first has a
 * timestamp.
 *
 * <p>"Latest" is the high watermark, and for a reader of committed transactions the last stable
 * offset; what lies past that has no timestamp for such a reader. A replica has no need of this
 * API.
 */
public final class ListOffsetsHandler
    implements Handler<ListOffsetsRequestData, ListOffsetsResponseData> {
  static final long LATEST = -1;
  static final long EARLIEST = -2;
  static final long MAX_TIMESTAMP = -3;
  static final long EARLIEST_LOCAL = -4;
  static final long LATEST_TIERED = -5;
  static final long EARLIEST_PENDING_UPLOAD = -6;

  /** The version in which each special timestamp came. */
  private static final Map<Long, Integer> SINCE =
      Map.of(
          LATEST, 0,
          EARLIEST, 0,
          MAX_TIMESTAMP, 7,
          EARLIEST_LOCAL, 8,
          LATEST_TIERED, 9,
          EARLIEST_PENDING_UPLOAD, 11);

  private final Cluster cluster;
  private final Partitions partitions;

  public ListOffsetsHandler(Cluster cluster, Partitions partitions) {
    this.cluster = cluster;
    this.partitions = partitions;
  }

  @Override
  public void handle(
      ListOffsetsRequestData request,
      RequestContext context,
      Reply<ListOffsetsResponseData> reply) {
    ClusterImage image = cluster.image();
    Isolation isolation = FetchHandler.isolation(request.isolationLevel());
    var response = new ListOffsetsResponseData();
    var pending = new Pending(() -> reply.send(response));
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    for (ListOffsetsTopic topic : request.topics()) {
      for (ListOffsetsPartition partition : topic.partitions()) {
        String name = topic.name() + "-" + partition.partitionIndex();
        if (!seen.add(name)) {
          twice.add(name);
        }
      }
    }
    for (ListOffsetsTopic topic : request.topics()) {
      var of = new ListOffsetsTopicResponse().setName(topic.name());
      response.topics().add(of);
      Optional<TopicImage> found = image.topic(topic.name());
      for (ListOffsetsPartition partition : topic.partitions()) {
        String name = topic.name() + "-" + partition.partitionIndex();
        if (twice.contains(name) && !seen.remove(name)) {
          continue; // told once
        }
        var into = new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
        of.partitions().add(into);
        if (twice.contains(name)) {
          into.setErrorCode(WireError.INVALID_REQUEST.code());
        } else {
          locate(found, partition, isolation, context, into, pending);
        }
      }
    }
    pending.close();
  }

  private void locate(
      Optional<TopicImage> topic,
      ListOffsetsPartition asked,
      Isolation isolation,
      RequestContext context,
      ListOffsetsPartitionResponse into,
      Pending pending) {
    int index = asked.partitionIndex();
    if (topic.isEmpty() || index < 0 || index >= topic.get().partitions().size()) {
      into.setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
      return;
    }
    long timestamp = asked.timestamp();
    if (timestamp < 0 && SINCE.getOrDefault(timestamp, Integer.MAX_VALUE) > context.version()) {
      into.setErrorCode(WireError.UNSUPPORTED_VERSION.code());
      return;
    }
    if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
      return; // nothing is tiered: no offset, no error
    }
    pending.open();
    partitions.locate(
        new PartitionId(topic.get().id(), index),
        what(timestamp, isolation),
        asked.currentLeaderEpoch(),
        context.loop(),
        outcome -> {
          fill(into, outcome, timestamp, context.version());
          pending.close();
        });
  }

  private static Locate what(long timestamp, Isolation isolation) {
    if (timestamp == LATEST) {
      return new Locate.Latest(isolation);
    }
    if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
      return new Locate.Earliest();
    }
    return timestamp == MAX_TIMESTAMP
        ? new Locate.MaxTimestamp(isolation)
        : new Locate.AtTime(timestamp, isolation);
  }

  private static void fill(
      ListOffsetsPartitionResponse into, LocateOutcome outcome, long asked, short version) {
    switch (outcome) {
      case LocateOutcome.Found f -> {
        boolean ofRecord = asked >= 0 || asked == MAX_TIMESTAMP;
        into.setOffset(f.offset()).setTimestamp(ofRecord ? f.timestampMs() : -1);
        if (version >= 4) {
          into.setLeaderEpoch(f.epoch());
        }
      }
      case LocateOutcome.Refused r -> {
        boolean unknownToClient = r.error() == WireError.OFFSET_NOT_AVAILABLE && version < 5;
        into.setErrorCode((unknownToClient ? WireError.LEADER_NOT_AVAILABLE : r.error()).code());
      }
    }
  }
}
