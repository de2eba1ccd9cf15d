package io.dure.broker;

import io.dure.base.TopicId;
import io.dure.group.GroupCommand;
import io.dure.group.GroupCommand.OffsetToCommit;
import io.dure.group.OffsetKey;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;

/**
 * OffsetCommit (API key 8): stores how far a group has read. What does not exist is refused here,
 * the rest decided by the group's coordinator, and stored with the id of the topic whatever the
 * version, so that the offset never counts for another topic of the same name.
 */
public final class OffsetCommitHandler
    implements Handler<OffsetCommitRequestData, OffsetCommitResponseData> {
  private static final short LAST_WITH_RETENTION = 4;
  private static final short FIRST_THAT_KNOWS_NOT_FOUND = 9;
  private static final short FIRST_WITH_TOPIC_IDS = 10;

  private final Cluster cluster;
  private final GroupShards groups;

  public OffsetCommitHandler(Cluster cluster, GroupShards groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(
      OffsetCommitRequestData request,
      RequestContext context,
      Reply<OffsetCommitResponseData> reply) {
    var response = new OffsetCommitResponseData();
    List<OffsetToCommit> offsets = new ArrayList<>();
    List<OffsetCommitResponsePartition> undecided = new ArrayList<>();
    ClusterImage image = cluster.image();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      var answers =
          new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
      response.topics().add(answers);
      Optional<TopicImage> known = topic(image, topic, context.version());
      for (OffsetCommitRequestPartition partition : topic.partitions()) {
        var answer =
            new OffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
        answers.partitions().add(answer);
        WireError refusal = refusal(known, partition.partitionIndex(), context.version());
        answer.setErrorCode(refusal.code());
        if (refusal == WireError.NONE) {
          offsets.add(offset(known.orElseThrow(), partition));
          undecided.add(answer);
        }
      }
    }
    if (offsets.isEmpty()) {
      reply.send(response);
      return;
    }
    groups.ask(
        request.groupId(),
        command(request, context, offsets),
        context.loop(),
        asked -> {
          List<WireError> errors =
              GroupWords.either(
                  asked, c -> c.errors(), error -> undecided.stream().map(_ -> error).toList());
          for (int i = 0; i < undecided.size(); i++) {
            undecided.get(i).setErrorCode(errors.get(i).code());
          }
          reply.send(response);
        });
  }

  private static Optional<TopicImage> topic(
      ClusterImage image, OffsetCommitRequestTopic topic, short version) {
    return version >= FIRST_WITH_TOPIC_IDS
        ? image.topic(Ids.topic(topic.topicId()))
        : image.topic(topic.name());
  }

  private static WireError refusal(Optional<TopicImage> topic, int partition, short version) {
    if (topic.isEmpty()) {
      return version >= FIRST_WITH_TOPIC_IDS
          ? WireError.UNKNOWN_TOPIC_ID
          : WireError.UNKNOWN_TOPIC_OR_PARTITION;
    }
    boolean exists = partition >= 0 && partition < topic.get().partitions().size();
    return exists ? WireError.NONE : WireError.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private static OffsetToCommit offset(TopicImage topic, OffsetCommitRequestPartition partition) {
    TopicId id = topic.id();
    return new OffsetToCommit(
        new OffsetKey(topic.name(), id, partition.partitionIndex()),
        partition.committedOffset(),
        partition.committedLeaderEpoch(),
        Objects.requireNonNullElse(partition.committedMetadata(), ""));
  }

  private static GroupCommand.CommitOffsets command(
      OffsetCommitRequestData request, RequestContext context, List<OffsetToCommit> offsets) {
    return new GroupCommand.CommitOffsets(
        request.groupId(),
        GroupWords.member(request.memberId(), request.groupInstanceId()),
        request.generationIdOrMemberEpoch(),
        context.version() <= LAST_WITH_RETENTION ? request.retentionTimeMs() : -1,
        context.version() >= FIRST_THAT_KNOWS_NOT_FOUND,
        offsets);
  }
}
