package io.dure.broker;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/** SyncGroup (API key 14): gives a member its assignment, as soon as the leader has brought it. */
public final class SyncGroupHandler
    implements Handler<SyncGroupRequestData, SyncGroupResponseData> {
  private static final short FIRST_WITH_PROTOCOL_TYPE = 5;

  private final GroupShards groups;

  public SyncGroupHandler(GroupShards groups) {
    this.groups = groups;
  }

  @Override
  public void handle(
      SyncGroupRequestData request, RequestContext context, Reply<SyncGroupResponseData> reply) {
    if (context.version() >= FIRST_WITH_PROTOCOL_TYPE
        && (request.protocolType() == null || request.protocolName() == null)) {
      reply.send(refused(WireError.INCONSISTENT_GROUP_PROTOCOL));
      return;
    }
    Map<String, Blob> assignments = new HashMap<>();
    request.assignments().forEach(a -> assignments.put(a.memberId(), Blob.of(a.assignment())));
    var command =
        new GroupCommand.Sync(
            request.groupId(),
            GroupWords.member(request.memberId(), request.groupInstanceId()),
            request.generationId(),
            Optional.ofNullable(request.protocolType()),
            Optional.ofNullable(request.protocolName()),
            assignments);
    groups.ask(
        request.groupId(),
        command,
        context.loop(),
        asked ->
            reply.send(
                GroupWords.either(asked, SyncGroupHandler::response, SyncGroupHandler::refused)));
  }

  private static SyncGroupResponseData response(GroupAnswer.Synced synced) {
    return new SyncGroupResponseData()
        .setErrorCode(synced.error().code())
        .setProtocolType(synced.protocolType().orElse(null))
        .setProtocolName(synced.protocol().orElse(null))
        .setAssignment(synced.assignment().toArray());
  }

  private static SyncGroupResponseData refused(WireError error) {
    return new SyncGroupResponseData().setErrorCode(error.code());
  }
}
