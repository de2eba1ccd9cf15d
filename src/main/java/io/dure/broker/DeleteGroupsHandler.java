package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.wire.WireError;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;

/** DeleteGroups (API key 42): forgets groups that nobody is in, and their offsets. */
public final class DeleteGroupsHandler
    implements Handler<DeleteGroupsRequestData, DeleteGroupsResponseData> {
  private static final short FIRST_WITH_A_MESSAGE = 3;

  private final GroupShards groups;

  public DeleteGroupsHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      DeleteGroupsRequestData request,
      RequestContext context,
      Reply<DeleteGroupsResponseData> reply) {
    var response = new DeleteGroupsResponseData();
    var pending = new Pending(() -> reply.send(response));
    // The response is keyed by group, so each is told once.
    for (String groupId : List.copyOf(new LinkedHashSet<>(request.groupsNames()))) {
      pending.open();
      groups.ask(
          groupId,
          new GroupCommand.DeleteGroup(groupId),
          context.loop(),
          asked -> {
            WireError error = GroupWords.either(asked, GroupAnswer.Deleted::error, e -> e);
            response.results().add(result(groupId, error, context.version()));
            pending.close();
          });
    }
    pending.close();
  }

  private static DeletableGroupResult result(String groupId, WireError error, short version) {
    var result = new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code());
    if (error != WireError.NONE && version >= FIRST_WITH_A_MESSAGE) {
      result.setErrorMessage(
          switch (error) {
            case NON_EMPTY_GROUP -> "group " + groupId + " has members; stop them first";
            case GROUP_ID_NOT_FOUND -> "there is no group " + groupId;
            default -> "the coordinator of group " + groupId + " is not available; try again";
          });
    }
    return result;
  }
}
