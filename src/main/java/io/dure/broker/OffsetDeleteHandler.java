package io.dure.broker;

import io.dure.base.TopicId;
import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.OffsetKey;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;

/**
 * OffsetDelete (API key 47): forgets how far a group has read topics that it does not read any
 * more.
 */
public final class OffsetDeleteHandler
    implements Handler<OffsetDeleteRequestData, OffsetDeleteResponseData> {
  private final Cluster cluster;
  private final GroupShards groups;

  public OffsetDeleteHandler(Cluster cluster, GroupShards groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(
      OffsetDeleteRequestData request,
      RequestContext context,
      Reply<OffsetDeleteResponseData> reply) {
    if (request.groupId().isEmpty()) {
      reply.send(new OffsetDeleteResponseData().setErrorCode(WireError.INVALID_GROUP_ID.code()));
      return;
    }
    var response = new OffsetDeleteResponseData();
    List<OffsetKey> keys = new ArrayList<>();
    List<OffsetDeleteResponsePartition> undecided = new ArrayList<>();
    for (OffsetDeleteRequestTopic topic : request.topics()) {
      var answers = new OffsetDeleteResponseTopic().setName(topic.name());
      response.topics().add(answers);
      Optional<TopicImage> known = cluster.image().topic(topic.name());
      topic
          .partitions()
          .forEach(p -> {
            var answer = new OffsetDeleteResponsePartition().setPartitionIndex(p.partitionIndex());
            answers.partitions().add(answer);
            boolean exists =
                known
                    .map(t -> p.partitionIndex() >= 0 && p.partitionIndex() < t.partitions().size())
                    .orElse(false);
            if (exists) {
              keys.add(new OffsetKey(topic.name(), TopicId.ZERO, p.partitionIndex()));
              undecided.add(answer);
            } else {
              answer.setErrorCode(WireError.UNKNOWN_TOPIC_OR_PARTITION.code());
            }
          });
    }
    groups.ask(
        request.groupId(),
        new GroupCommand.DeleteOffsets(request.groupId(), keys),
        context.loop(),
        asked ->
            reply.send(
                GroupWords.either(
                    asked,
                    deleted -> told(response, deleted, undecided),
                    error -> new OffsetDeleteResponseData().setErrorCode(error.code()))));
  }

  private static OffsetDeleteResponseData told(
      OffsetDeleteResponseData response,
      GroupAnswer.OffsetsDeleted deleted,
      List<OffsetDeleteResponsePartition> undecided) {
    if (deleted.error() != WireError.NONE) {
      return new OffsetDeleteResponseData().setErrorCode(deleted.error().code());
    }
    for (int i = 0; i < undecided.size(); i++) {
      undecided.get(i).setErrorCode(deleted.errors().get(i).code());
    }
    return response;
  }
}
