package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Answer.TopicDeletion;
import io.dure.controller.Command;
import io.dure.controller.Command.TopicRef;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * DeleteTopics (API key 20), as the controller hears it and the client reads it. Topics are named,
 * or from version 6 on known by id.
 */
final class DeleteTopicsApi
    implements ControllerApi<DeleteTopicsRequestData, DeleteTopicsResponseData> {
  private static final short FIRST_THAT_KNOWS_DISABLED = 3;

  @Override
  public ApiKeys key() {
    return ApiKeys.DELETE_TOPICS;
  }

  @Override
  public Command command(DeleteTopicsRequestData request) {
    Set<DeleteTopicState> repeated = repeated(request);
    List<TopicRef> topics = new ArrayList<>();
    for (DeleteTopicState topic : topics(request)) {
      if (isWellFormed(topic) && !repeated.contains(topic)) {
        topics.add(ref(topic));
      }
    }
    return new Command.DeleteTopics(topics);
  }

  /** Both shapes of the request as the newer one. */
  private static List<DeleteTopicState> topics(DeleteTopicsRequestData request) {
    List<DeleteTopicState> topics = new ArrayList<>(request.topics());
    request.topicNames().forEach(name -> topics.add(new DeleteTopicState().setName(name)));
    return topics;
  }

  private static boolean isWellFormed(DeleteTopicState topic) {
    return (topic.name() == null) != topic.topicId().equals(Uuid.ZERO_UUID);
  }

  private static Set<DeleteTopicState> repeated(DeleteTopicsRequestData request) {
    Set<DeleteTopicState> seen = new HashSet<>();
    Set<DeleteTopicState> repeated = new HashSet<>();
    for (DeleteTopicState topic : topics(request)) {
      if (!seen.add(topic)) {
        repeated.add(topic);
      }
    }
    return repeated;
  }

  private static TopicRef ref(DeleteTopicState topic) {
    return topic.name() == null
        ? new TopicRef.ById(Ids.topic(topic.topicId()))
        : new TopicRef.ByName(topic.name());
  }

  @Override
  public DeleteTopicsResponseData response(
      DeleteTopicsRequestData request, Answer answer, short version) {
    List<TopicDeletion> deletions =
        answer instanceof Answer.TopicsDeleted deleted ? deleted.topics() : List.of();
    Set<DeleteTopicState> repeated = repeated(request);
    int next = 0;
    var response = new DeleteTopicsResponseData();
    Set<DeleteTopicState> said = new HashSet<>();
    Set<TopicDeletion> told = new HashSet<>();
    for (DeleteTopicState topic : topics(request)) {
      if (!said.add(topic)) {
        continue;
      }
      if (!isWellFormed(topic)) {
        response
            .responses()
            .add(
                refused(
                    topic,
                    WireError.INVALID_REQUEST,
                    topic.name() == null
                        ? "Neither topic name nor id were specified."
                        : "You may not specify both topic name and topic id."));
      } else if (repeated.contains(topic)) {
        response
            .responses()
            .add(refused(topic, WireError.INVALID_REQUEST, "Duplicate topic name or id."));
      } else if (next < deletions.size()) {
        TopicDeletion deletion = deletions.get(next++);
        // Of a topic that was named in two ways the same is told once.
        if (told.add(deletion)) {
          response.responses().add(deleted(deletion));
        }
      } else {
        Answer.Result result = Refusals.of(answer);
        response.responses().add(refused(topic, result.error(), result.message().orElse("")));
      }
    }
    return response;
  }

  private static DeletableTopicResult deleted(TopicDeletion deletion) {
    return new DeletableTopicResult()
        .setName(deletion.name().orElse(null))
        .setTopicId(Ids.wire(deletion.id()))
        .setErrorCode(deletion.result().error().code())
        .setErrorMessage(deletion.result().message().orElse(null));
  }

  private static DeletableTopicResult refused(
      DeleteTopicState topic, WireError error, String reason) {
    return new DeletableTopicResult()
        .setName(topic.name())
        .setTopicId(topic.topicId())
        .setErrorCode(error.code())
        .setErrorMessage(reason.isEmpty() ? null : reason);
  }

  @Override
  public DeleteTopicsResponseData refused(
      DeleteTopicsRequestData request, WireError error, String reason) {
    return response(
        request, new Answer.Refused(new Answer.Result(error, Optional.of(reason))), (short) 0);
  }

  /** Of a node that deletes none; older clients do not know the error that says so. */
  static DeleteTopicsResponseData disabled(DeleteTopicsRequestData request, short version) {
    WireError error =
        version < FIRST_THAT_KNOWS_DISABLED
            ? WireError.INVALID_REQUEST
            : WireError.TOPIC_DELETION_DISABLED;
    var response = new DeleteTopicsResponseData();
    for (DeleteTopicState topic : topics(request)) {
      response.responses().add(refused(topic, error, "Topic deletion is disabled."));
    }
    return response;
  }

  @Override
  public int timeoutMs(DeleteTopicsRequestData request) {
    return request.timeoutMs();
  }

  @Override
  public boolean isVisible(
      DeleteTopicsRequestData request, DeleteTopicsResponseData response, ClusterImage image) {
    return response.responses().stream()
        .filter(topic -> topic.errorCode() == WireError.NONE.code())
        .noneMatch(topic -> exists(topic, image));
  }

  /** Versions before 6 have no id in the answer. */
  private static boolean exists(DeletableTopicResult topic, ClusterImage image) {
    return topic.topicId().equals(Uuid.ZERO_UUID)
        ? image.topic(topic.name()).isPresent()
        : image.topic(Ids.topic(topic.topicId())).isPresent();
  }
}
