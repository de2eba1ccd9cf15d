package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.MemberRef;
import io.dure.wire.WireError;
import java.util.List;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;

/**
 * LeaveGroup (API key 13): members go; up to version 2 one, later several, also static ones by an
 * administrator.
 */
public final class LeaveGroupHandler
    implements Handler<LeaveGroupRequestData, LeaveGroupResponseData> {
  private static final short FIRST_WITH_SEVERAL_MEMBERS = 3;

  private final GroupShards groups;

  public LeaveGroupHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      LeaveGroupRequestData request, RequestContext context, Reply<LeaveGroupResponseData> reply) {
    boolean several = context.version() >= FIRST_WITH_SEVERAL_MEMBERS;
    List<MemberRef> members =
        several
            ? request.members().stream()
                .map(m -> GroupWords.member(m.memberId(), m.groupInstanceId()))
                .toList()
            : List.of(MemberRef.dynamic(request.memberId()));
    groups.ask(
        request.groupId(),
        new GroupCommand.Leave(request.groupId(), members),
        context.loop(),
        asked ->
            reply.send(
                GroupWords.either(
                    asked,
                    left -> several ? response(left) : refused(onlyError(left)),
                    LeaveGroupHandler::refused)));
  }

  private static WireError onlyError(GroupAnswer.Left left) {
    return left.members().isEmpty() ? left.error() : left.members().getFirst().error();
  }

  private static LeaveGroupResponseData response(GroupAnswer.Left left) {
    LeaveGroupResponseData response = refused(left.error());
    left.members()
        .forEach(m ->
            response
                .members()
                .add(
                    new MemberResponse()
                        .setMemberId(m.member().memberId())
                        .setGroupInstanceId(m.member().instanceId().orElse(null))
                        .setErrorCode(m.error().code())));
    return response;
  }

  private static LeaveGroupResponseData refused(WireError error) {
    return new LeaveGroupResponseData().setErrorCode(error.code());
  }
}
