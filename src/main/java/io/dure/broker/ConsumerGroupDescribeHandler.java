package io.dure.broker;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.MemberTerms;
import io.dure.group.consumer.PartitionSet;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.TopicPartitions;

/**
 * ConsumerGroupDescribe (API key 69): epochs, members, and what they have and are to have, of
 * consumer groups of the new protocol.
 */
public final class ConsumerGroupDescribeHandler
    implements Handler<ConsumerGroupDescribeRequestData, ConsumerGroupDescribeResponseData> {
  private static final short FIRST_WITH_MEMBER_TYPE = 1;
  private static final byte CLASSIC = 0;
  private static final byte CONSUMER = 1;

  private final GroupShards groups;

  public ConsumerGroupDescribeHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      ConsumerGroupDescribeRequestData request,
      RequestContext context,
      Reply<ConsumerGroupDescribeResponseData> reply) {
    List<String> asked = request.groupIds();
    var answers = new DescribedGroup[asked.size()];
    var pending =
        new Pending(
            () -> reply.send(new ConsumerGroupDescribeResponseData().setGroups(List.of(answers))));
    int operations =
        request.includeAuthorizedOperations()
            ? AuthorizedOperations.GROUP
            : AuthorizedOperations.OMITTED;
    for (int i = 0; i < asked.size(); i++) {
      int at = i;
      String groupId = asked.get(i);
      if (groupId.isEmpty()) {
        answers[i] =
            new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(WireError.INVALID_GROUP_ID.code());
        continue;
      }
      pending.open();
      groups.ask(
          groupId,
          new GroupCommand.ConsumerDescribe(groupId),
          context.loop(),
          outcome -> {
            answers[at] =
                GroupWords.either(
                        outcome,
                        described -> described(described, context.version(), operations),
                        error -> new DescribedGroup().setErrorCode(error.code()))
                    .setGroupId(groupId);
            pending.close();
          });
    }
    pending.close();
  }

  private static DescribedGroup described(
      GroupAnswer.ConsumerDescribed described, short version, int operations) {
    if (described.error() != WireError.NONE) {
      return new DescribedGroup()
          .setErrorCode(described.error().code())
          .setErrorMessage(described.reason());
    }
    var members = new ArrayList<Member>();
    for (ConsumerMember member : described.members()) {
      members.add(member(member, described, version));
    }
    return new DescribedGroup()
        .setGroupState(described.state())
        .setGroupEpoch(described.epoch())
        .setAssignmentEpoch(described.targetEpoch())
        .setAssignorName(described.assignor())
        .setAuthorizedOperations(operations)
        .setMembers(members);
  }

  private static Member member(
      ConsumerMember member, GroupAnswer.ConsumerDescribed described, short version) {
    MemberTerms terms = member.terms();
    PartitionSet target = described.targets().getOrDefault(member.id(), PartitionSet.NONE);
    var wire =
        new Member()
            .setMemberId(member.id())
            .setInstanceId(terms.instanceId().orElse(null))
            .setRackId(terms.rackId().orElse(null))
            .setMemberEpoch(member.epoch())
            .setClientId(terms.clientId())
            .setClientHost(terms.clientHost())
            .setSubscribedTopicNames(List.copyOf(terms.topics()))
            .setSubscribedTopicRegex(terms.regex().orElse(""))
            .setAssignment(assignment(member.holding().assigned(), described.topicNames()))
            .setTargetAssignment(assignment(target, described.topicNames()));
    return version >= FIRST_WITH_MEMBER_TYPE
        ? wire.setMemberType(member.isClassic() ? CLASSIC : CONSUMER)
        : wire;
  }

  /** Topics that were deleted have no name any more and are left out. */
  private static Assignment assignment(PartitionSet partitions, Map<TopicId, String> names) {
    var topics = new ArrayList<TopicPartitions>();
    for (TopicId topic : partitions.topics()) {
      if (names.containsKey(topic)) {
        topics.add(
            new TopicPartitions()
                .setTopicId(Ids.wire(topic))
                .setTopicName(names.get(topic))
                .setPartitions(partitions.partitionsOf(topic)));
      }
    }
    return new Assignment().setTopicPartitions(topics);
  }
}
