package io.dure.broker;

import io.dure.base.Rng;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.Protocol;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;

/**
 * JoinGroup (API key 11): brings a member into its group's next generation; answered when the
 * others are in, too.
 */
public final class JoinGroupHandler
    implements Handler<JoinGroupRequestData, JoinGroupResponseData> {
  private static final short FIRST_WITH_REBALANCE_TIMEOUT = 1;
  private static final short FIRST_THAT_NEEDS_A_MEMBER_ID = 4;
  private static final short FIRST_WITH_PROTOCOL_TYPE = 7;
  private static final short FIRST_THAT_MAY_SKIP_ASSIGNMENT = 9;

  private final GroupShards groups;
  private final Rng rng;

  public JoinGroupHandler(GroupShards groups, Rng rng) {
    this.groups = groups;
    this.rng = rng;
  }

  @Override
  public void handle(
      JoinGroupRequestData request, RequestContext context, Reply<JoinGroupResponseData> reply) {
    groups.ask(
        request.groupId(),
        command(request, context),
        context.loop(),
        asked ->
            reply.send(
                GroupWords.either(
                    asked,
                    joined -> response(joined, context.version()),
                    error -> refused(error, request.memberId(), context.version()))));
  }

  private GroupCommand.Join command(JoinGroupRequestData request, RequestContext context) {
    List<Protocol> protocols = new ArrayList<>();
    request.protocols().forEach(p -> protocols.add(new Protocol(p.name(), Blob.of(p.metadata()))));
    boolean tellsRebalanceTimeout = context.version() >= FIRST_WITH_REBALANCE_TIMEOUT;
    return new GroupCommand.Join(
        request.groupId(),
        GroupWords.member(request.memberId(), request.groupInstanceId()),
        new UUID(rng.nextLong(), rng.nextLong()).toString(),
        context.clientId(),
        "/" + context.clientHost(),
        request.sessionTimeoutMs(),
        tellsRebalanceTimeout ? request.rebalanceTimeoutMs() : request.sessionTimeoutMs(),
        request.protocolType(),
        protocols,
        context.version() >= FIRST_THAT_NEEDS_A_MEMBER_ID,
        context.version() >= FIRST_THAT_MAY_SKIP_ASSIGNMENT);
  }

  private static JoinGroupResponseData response(GroupAnswer.Joined joined, short version) {
    if (joined.error() != WireError.NONE) {
      return refused(joined.error(), joined.memberId(), version);
    }
    var response =
        new JoinGroupResponseData()
            .setGenerationId(joined.generation())
            .setProtocolType(joined.protocolType().orElse(null))
            .setProtocolName(
                joined.protocol().orElse(version >= FIRST_WITH_PROTOCOL_TYPE ? null : ""))
            .setLeader(joined.leader())
            .setSkipAssignment(joined.skipAssignment())
            .setMemberId(joined.memberId());
    joined
        .members()
        .forEach(m ->
            response
                .members()
                .add(
                    new JoinGroupResponseMember()
                        .setMemberId(m.memberId())
                        .setGroupInstanceId(m.instanceId().orElse(null))
                        .setMetadata(m.metadata().toArray())));
    return response;
  }

  private static JoinGroupResponseData refused(WireError error, String memberId, short version) {
    return new JoinGroupResponseData()
        .setErrorCode(error.code())
        .setGenerationId(-1)
        .setProtocolName(version >= FIRST_WITH_PROTOCOL_TYPE ? null : "")
        .setLeader("")
        .setMemberId(memberId);
  }
}
