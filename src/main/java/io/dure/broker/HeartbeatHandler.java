package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.wire.WireError;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;

/** Heartbeat (API key 12): a member lives; the answer tells it when it is to join again. */
public final class HeartbeatHandler
    implements Handler<HeartbeatRequestData, HeartbeatResponseData> {
  private final GroupShards groups;

  public HeartbeatHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      HeartbeatRequestData request, RequestContext context, Reply<HeartbeatResponseData> reply) {
    var command =
        new GroupCommand.Heartbeat(
            request.groupId(),
            GroupWords.member(request.memberId(), request.groupInstanceId()),
            request.generationId());
    groups.ask(
        request.groupId(),
        command,
        context.loop(),
        asked -> {
          WireError error = GroupWords.either(asked, GroupAnswer.Heard::error, e -> e);
          reply.send(new HeartbeatResponseData().setErrorCode(error.code()));
        });
  }
}
