package io.dure.broker;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupAnswer.FetchedOffset;
import io.dure.group.GroupCommand;
import io.dure.group.OffsetKey;
import io.dure.group.OffsetReader;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;

/**
 * OffsetFetch (API key 9): how far groups have read.
 *
 * <p>Works in the words of version 8 (several groups) and translates for older clients.
 */
public final class OffsetFetchHandler
    implements Handler<OffsetFetchRequestData, OffsetFetchResponseData> {
  private static final short FIRST_WITH_AN_ERROR_OF_ITS_OWN = 2;
  private static final short FIRST_WITH_SEVERAL_GROUPS = 8;
  private static final short FIRST_WITH_TOPIC_IDS = 10;
  private static final long NO_OFFSET = -1;

  private final Cluster cluster;
  private final GroupShards groups;

  public OffsetFetchHandler(Cluster cluster, GroupShards groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(
      OffsetFetchRequestData request,
      RequestContext context,
      Reply<OffsetFetchResponseData> reply) {
    List<OffsetFetchRequestGroup> asked =
        context.version() >= FIRST_WITH_SEVERAL_GROUPS ? request.groups() : List.of(only(request));
    var answers = new OffsetFetchResponseGroup[asked.size()];
    var pending = new Pending(() -> reply.send(response(List.of(answers), context.version())));
    ClusterImage image = cluster.image();
    for (int i = 0; i < asked.size(); i++) {
      int at = i;
      OffsetFetchRequestGroup group = asked.get(i);
      pending.open();
      groups.ask(
          group.groupId(),
          command(group, request.requireStable(), image, context.version()),
          context.loop(),
          outcome -> {
            answers[at] =
                GroupWords.either(
                    outcome,
                    fetched ->
                        fetched.error() == WireError.NONE
                            ? answer(group, fetched, image, context.version())
                            : refused(group, fetched.error()),
                    error -> refused(group, error));
            pending.close();
          });
    }
    pending.close();
  }

  private static OffsetFetchRequestGroup only(OffsetFetchRequestData request) {
    var group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
    if (request.topics() == null) {
      return group.setTopics(null);
    }
    List<OffsetFetchRequestTopics> topics = new ArrayList<>();
    request
        .topics()
        .forEach(t ->
            topics.add(
                new OffsetFetchRequestTopics()
                    .setName(t.name())
                    .setPartitionIndexes(t.partitionIndexes())));
    return group.setTopics(topics);
  }

  private static GroupCommand<GroupAnswer.Fetched> command(
      OffsetFetchRequestGroup group, boolean requireStable, ClusterImage image, short version) {
    var reader =
        new OffsetReader(Optional.ofNullable(group.memberId()), group.memberEpoch(), requireStable);
    if (group.topics() == null) {
      return new GroupCommand.FetchAllOffsets(group.groupId(), reader);
    }
    List<OffsetKey> keys = new ArrayList<>();
    for (OffsetFetchRequestTopics topic : group.topics()) {
      Optional<TopicImage> known = topic(topic, image, version);
      if (known.isPresent() || version < FIRST_WITH_TOPIC_IDS) {
        String name = known.map(TopicImage::name).orElse(topic.name());
        TopicId id = known.map(TopicImage::id).orElse(TopicId.ZERO);
        topic.partitionIndexes().forEach(p -> keys.add(new OffsetKey(name, id, p)));
      }
    }
    return new GroupCommand.FetchOffsets(group.groupId(), reader, keys);
  }

  private static Optional<TopicImage> topic(
      OffsetFetchRequestTopics topic, ClusterImage image, short version) {
    return version >= FIRST_WITH_TOPIC_IDS
        ? image.topic(Ids.topic(topic.topicId()))
        : image.topic(topic.name());
  }

  private static OffsetFetchResponseGroup answer(
      OffsetFetchRequestGroup group,
      GroupAnswer.Fetched fetched,
      ClusterImage image,
      short version) {
    Map<String, OffsetFetchResponseTopics> topics = new LinkedHashMap<>();
    for (FetchedOffset offset : fetched.offsets()) {
      OffsetKey key = offset.key();
      Optional<TopicImage> existing = image.topic(key.topic());
      boolean gone = existing.map(t -> !t.id().equals(key.topicId())).orElse(true);
      if (group.topics() == null && gone && !key.topicId().equals(TopicId.ZERO)) {
        continue; // of a topic that was deleted since
      }
      Uuid id = existing.map(t -> Ids.wire(t.id())).orElse(Uuid.ZERO_UUID);
      topics
          .computeIfAbsent(
              key.topic(), name -> new OffsetFetchResponseTopics().setName(name).setTopicId(id))
          .partitions()
          .add(partition(key.partition(), offset));
    }
    var answer =
        new OffsetFetchResponseGroup()
            .setGroupId(group.groupId())
            .setTopics(new ArrayList<>(topics.values()));
    if (version >= FIRST_WITH_TOPIC_IDS && group.topics() != null) {
      group.topics().stream()
          .filter(t -> topic(t, image, version).isEmpty())
          .forEach(t -> answer.topics().add(unknown(t)));
    }
    return answer;
  }

  private static OffsetFetchResponsePartitions partition(int index, FetchedOffset fetched) {
    var partition = none(index, fetched.error());
    fetched
        .offset()
        .ifPresent(o ->
            partition
                .setCommittedOffset(o.offset())
                .setCommittedLeaderEpoch(o.leaderEpoch())
                .setMetadata(o.metadata()));
    return partition;
  }

  private static OffsetFetchResponsePartitions none(int index, WireError error) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(index)
        .setCommittedOffset(NO_OFFSET)
        .setCommittedLeaderEpoch(-1)
        .setMetadata("")
        .setErrorCode(error.code());
  }

  private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics topic) {
    return refusedTopic(topic, WireError.UNKNOWN_TOPIC_ID);
  }

  private static OffsetFetchResponseTopics refusedTopic(
      OffsetFetchRequestTopics topic, WireError error) {
    return new OffsetFetchResponseTopics()
        .setName(topic.name())
        .setTopicId(topic.topicId())
        .setPartitions(topic.partitionIndexes().stream().map(p -> none(p, error)).toList());
  }

  /**
   * The error stands at the group, and at its partitions for version 1, which has no other place
   * for it.
   */
  private static OffsetFetchResponseGroup refused(OffsetFetchRequestGroup group, WireError error) {
    var answer =
        new OffsetFetchResponseGroup().setGroupId(group.groupId()).setErrorCode(error.code());
    if (group.topics() != null) {
      group.topics().forEach(t -> answer.topics().add(refusedTopic(t, error)));
    }
    return answer;
  }

  private static OffsetFetchResponseData response(
      List<OffsetFetchResponseGroup> groups, short version) {
    if (version >= FIRST_WITH_SEVERAL_GROUPS) {
      groups.stream().filter(g -> g.errorCode() != 0).forEach(g -> g.setTopics(List.of()));
      return new OffsetFetchResponseData().setGroups(groups);
    }
    OffsetFetchResponseGroup only = groups.getFirst();
    var response = new OffsetFetchResponseData();
    if (version >= FIRST_WITH_AN_ERROR_OF_ITS_OWN) {
      response.setErrorCode(only.errorCode());
      if (only.errorCode() != 0) {
        return response;
      }
    }
    only.topics()
        .forEach(t ->
            response
                .topics()
                .add(
                    new OffsetFetchResponseTopic()
                        .setName(t.name())
                        .setPartitions(
                            t.partitions().stream().map(OffsetFetchHandler::old).toList())));
    return response;
  }

  private static OffsetFetchResponsePartition old(OffsetFetchResponsePartitions partition) {
    return new OffsetFetchResponsePartition()
        .setPartitionIndex(partition.partitionIndex())
        .setCommittedOffset(partition.committedOffset())
        .setCommittedLeaderEpoch(partition.committedLeaderEpoch())
        .setMetadata(partition.metadata())
        .setErrorCode(partition.errorCode());
  }
}
