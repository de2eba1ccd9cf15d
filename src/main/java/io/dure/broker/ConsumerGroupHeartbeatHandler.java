package io.dure.broker;

import io.dure.base.Rng;
import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.consumer.Beat;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.PartitionSet;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;

/**
 * ConsumerGroupHeartbeat (API key 68): a member of a consumer group of the new protocol (KIP-848)
 * comes, lives, reports what it owns, is told what to read, and goes.
 */
public final class ConsumerGroupHeartbeatHandler
    implements Handler<ConsumerGroupHeartbeatRequestData, ConsumerGroupHeartbeatResponseData> {
  private static final short FIRST_WITH_IDS_OF_THEIR_OWN = 1;

  private final Cluster cluster;
  private final GroupShards groups;
  private final Rng rng;

  public ConsumerGroupHeartbeatHandler(Cluster cluster, GroupShards groups, Rng rng) {
    this.cluster = cluster;
    this.groups = groups;
    this.rng = rng;
  }

  @Override
  public void handle(
      ConsumerGroupHeartbeatRequestData request,
      RequestContext context,
      Reply<ConsumerGroupHeartbeatResponseData> reply) {
    Beat beat = beat(request, context);
    groups.ask(
        request.groupId(),
        new GroupCommand.ConsumerHeartbeat(beat),
        context.loop(),
        asked -> {
          BeatAnswer answer =
              GroupWords.either(
                  asked, GroupAnswer.ConsumerHeard::answer, error -> BeatAnswer.refused(error, ""));
          if (answer.error() == WireError.NONE && answer.memberEpoch() >= 0) {
            hintAtItsEnd(beat, answer.memberId(), context);
          }
          reply.send(response(answer));
        });
  }

  /** The member may be gone when the connection is over by which it was heard of last. */
  private void hintAtItsEnd(Beat beat, String memberId, RequestContext context) {
    var hint = new GroupCommand.ConnectionLost(beat.groupId(), memberId, beat.freshId());
    context
        .end()
        .whenEnded(
            beat.groupId() + "/" + memberId,
            () -> groups.ask(beat.groupId(), hint, context.loop(), _ -> {}));
  }

  private Beat beat(ConsumerGroupHeartbeatRequestData request, RequestContext context) {
    return new Beat(
        request.groupId(),
        request.memberId(),
        request.memberEpoch(),
        Ids.wire(new UUID(rng.nextLong(), rng.nextLong())).toString(),
        context.version() >= FIRST_WITH_IDS_OF_THEIR_OWN,
        Optional.ofNullable(request.instanceId()),
        Optional.ofNullable(request.rackId()),
        context.clientId(),
        "/" + context.clientHost(),
        request.rebalanceTimeoutMs(),
        Optional.ofNullable(request.subscribedTopicNames()).map(TreeSet::new),
        Optional.ofNullable(request.subscribedTopicRegex()),
        Optional.ofNullable(request.serverAssignor()),
        Optional.ofNullable(request.topicPartitions())
            .map(topics -> existing(topics, cluster.image())));
  }

  /** Nobody owns what there is not. */
  private static PartitionSet existing(List<TopicPartitions> topics, ClusterImage image) {
    var draft = new PartitionSet.Draft();
    for (TopicPartitions topic : topics) {
      TopicId id = Ids.topic(topic.topicId());
      int end = image.topic(id).map(t -> t.partitions().size()).orElse(0);
      for (int partition : topic.partitions()) {
        if (partition >= 0 && partition < end) {
          draft.add(id, partition);
        }
      }
    }
    return draft.done();
  }

  private static ConsumerGroupHeartbeatResponseData response(BeatAnswer answer) {
    var response = new ConsumerGroupHeartbeatResponseData();
    if (answer.error() != WireError.NONE) {
      return response
          .setErrorCode(answer.error().code())
          .setErrorMessage(answer.reason().isEmpty() ? null : answer.reason());
    }
    return response
        .setMemberId(answer.memberId())
        .setMemberEpoch(answer.memberEpoch())
        .setHeartbeatIntervalMs(answer.heartbeatIntervalMs())
        .setAssignment(answer.assignment().map(ConsumerGroupHeartbeatHandler::wire).orElse(null));
  }

  private static ConsumerGroupHeartbeatResponseData.Assignment wire(PartitionSet assigned) {
    var topics = new ArrayList<ConsumerGroupHeartbeatResponseData.TopicPartitions>();
    assigned
        .topics()
        .forEach(topic ->
            topics.add(
                new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                    .setTopicId(Ids.wire(topic))
                    .setPartitions(assigned.partitionsOf(topic))));
    return new ConsumerGroupHeartbeatResponseData.Assignment().setTopicPartitions(topics);
  }
}
