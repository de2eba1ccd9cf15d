package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/**
 * ListGroups (API key 16): the groups whose coordinator is on this node, by state and type where
 * asked for.
 */
public final class ListGroupsHandler
    implements Handler<ListGroupsRequestData, ListGroupsResponseData> {
  private final GroupShards groups;

  public ListGroupsHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      ListGroupsRequestData request, RequestContext context, Reply<ListGroupsResponseData> reply) {
    var response = new ListGroupsResponseData();
    var command =
        new GroupCommand.ListGroups(
            Set.copyOf(request.statesFilter()), Set.copyOf(request.typesFilter()));
    List<ListedGroup> found = new ArrayList<>();
    var pending = new Pending(() -> reply.send(response.setGroups(found)));
    for (int partition : groups.here()) {
      pending.open();
      groups.ask(
          partition,
          command,
          context.loop(),
          asked -> {
            switch (asked) {
              case Asked.Answered<GroupAnswer.Listed>(GroupAnswer.Listed listed) ->
                  listed.groups().forEach(g -> found.add(wire(g)));
              case Asked.Unavailable<GroupAnswer.Listed>(WireError error) -> {
                // Who is coordinator no more has nothing to list; its successor has.
                if (error != WireError.NOT_COORDINATOR) {
                  response.setErrorCode(error.code());
                }
              }
            }
            pending.close();
          });
    }
    pending.close();
  }

  private static ListedGroup wire(GroupAnswer.ListedGroup group) {
    return new ListedGroup()
        .setGroupId(group.groupId())
        .setProtocolType(group.protocolType())
        .setGroupState(group.state())
        .setGroupType(group.type());
  }
}
