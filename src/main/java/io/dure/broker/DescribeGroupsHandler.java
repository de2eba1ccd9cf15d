package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.wire.WireError;
import java.util.List;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;

/** DescribeGroups (API key 15): the state and the members of groups. */
public final class DescribeGroupsHandler
    implements Handler<DescribeGroupsRequestData, DescribeGroupsResponseData> {
  private static final short FIRST_THAT_KNOWS_NOT_FOUND = 6;

  private final GroupShards groups;

  public DescribeGroupsHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      DescribeGroupsRequestData request,
      RequestContext context,
      Reply<DescribeGroupsResponseData> reply) {
    List<String> asked = request.groups();
    var answers = new DescribedGroup[asked.size()];
    var pending =
        new Pending(() -> reply.send(new DescribeGroupsResponseData().setGroups(List.of(answers))));
    int operations =
        request.includeAuthorizedOperations()
            ? AuthorizedOperations.GROUP
            : AuthorizedOperations.OMITTED;
    for (int i = 0; i < asked.size(); i++) {
      int at = i;
      String groupId = asked.get(i);
      pending.open();
      groups.ask(
          groupId,
          new GroupCommand.Describe(groupId),
          context.loop(),
          outcome -> {
            answers[at] =
                GroupWords.either(
                        outcome,
                        described -> described(described, context.version()),
                        error -> new DescribedGroup().setErrorCode(error.code()))
                    .setGroupId(groupId);
            if (answers[at].errorCode() == WireError.NONE.code()) {
              answers[at].setAuthorizedOperations(operations);
            }
            pending.close();
          });
    }
    pending.close();
  }

  private static DescribedGroup described(GroupAnswer.Described described, short version) {
    var group =
        new DescribedGroup()
            .setGroupState(described.state())
            .setProtocolType(described.protocolType())
            .setProtocolData(described.protocol());
    if (described.error() != WireError.NONE && version >= FIRST_THAT_KNOWS_NOT_FOUND) {
      group.setErrorCode(described.error().code()).setErrorMessage(described.reason());
    }
    described
        .members()
        .forEach(m ->
            group
                .members()
                .add(
                    new DescribedGroupMember()
                        .setMemberId(m.memberId())
                        .setGroupInstanceId(m.instanceId().orElse(null))
                        .setClientId(m.clientId())
                        .setClientHost(m.clientHost())
                        .setMemberMetadata(m.metadata().toArray())
                        .setMemberAssignment(m.assignment().toArray())));
    return group;
  }
}
