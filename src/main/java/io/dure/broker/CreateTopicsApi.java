package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.base.Rng;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Answer.TopicCreation;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;

/** CreateTopics (API key 19), as the controller hears it and the client reads it. */
final class CreateTopicsApi
    implements ControllerApi<CreateTopicsRequestData, CreateTopicsResponseData> {
  private final Rng rng;

  CreateTopicsApi(Rng rng) {
    this.rng = rng;
  }

  @Override
  public ApiKeys key() {
    return ApiKeys.CREATE_TOPICS;
  }

  @Override
  public Command command(CreateTopicsRequestData request) {
    List<Command.NewTopic> topics = new ArrayList<>();
    Set<String> repeated = repeated(request);
    for (CreatableTopic topic : request.topics()) {
      if (!repeated.contains(topic.name())) {
        topics.add(newTopic(topic));
      }
    }
    return new Command.CreateTopics(topics, request.validateOnly());
  }

  private Command.NewTopic newTopic(CreatableTopic topic) {
    List<Command.Assignment> assignments = new ArrayList<>();
    topic
        .assignments()
        .forEach(assignment ->
            assignments.add(
                new Command.Assignment(
                    assignment.partitionIndex(), nodes(assignment.brokerIds()))));
    Map<String, Optional<String>> configs = new HashMap<>();
    topic
        .configs()
        .forEach(config -> configs.put(config.name(), Optional.ofNullable(config.value())));
    return new Command.NewTopic(
        new TopicId(new UUID(rng.nextLong(), rng.nextLong())),
        topic.name(),
        topic.numPartitions(),
        topic.replicationFactor(),
        assignments,
        configs,
        TopicNames.internal(topic.name()));
  }

  /**
   * A negative id cannot be a broker's; the largest stands for "no such broker" so that the
   * controller refuses it.
   */
  static List<NodeId> nodes(List<Integer> ids) {
    return ids.stream().map(id -> new NodeId(id < 0 ? Integer.MAX_VALUE : id)).toList();
  }

  private static Set<String> repeated(CreateTopicsRequestData request) {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (CreatableTopic topic : request.topics()) {
      if (!seen.add(topic.name())) {
        repeated.add(topic.name());
      }
    }
    return repeated;
  }

  @Override
  public CreateTopicsResponseData response(
      CreateTopicsRequestData request, Answer answer, short version) {
    Map<String, TopicCreation> byName = new HashMap<>();
    if (answer instanceof Answer.TopicsCreated created) {
      created.topics().forEach(topic -> byName.put(topic.name(), topic));
    }
    Set<String> repeated = repeated(request);
    var response = new CreateTopicsResponseData();
    for (CreatableTopic topic : request.topics()) {
      if (response.topics().find(topic.name()) != null) {
        continue;
      }
      TopicCreation creation = byName.get(topic.name());
      if (repeated.contains(topic.name())) {
        response.topics().add(refused(topic, WireError.INVALID_REQUEST, "Duplicate topic name."));
      } else if (creation == null) {
        Answer.Result result = Refusals.of(answer);
        response.topics().add(refused(topic, result.error(), result.message().orElse("")));
      } else {
        response.topics().add(created(creation));
      }
    }
    return response;
  }

  private static CreatableTopicResult created(TopicCreation creation) {
    var result =
        new CreatableTopicResult()
            .setName(creation.name())
            .setErrorCode(creation.result().error().code())
            .setErrorMessage(creation.result().message().orElse(null));
    if (creation.result().isDone()) {
      result
          .setTopicId(Ids.wire(creation.id()))
          .setNumPartitions(creation.partitions())
          .setReplicationFactor((short) creation.replicationFactor())
          .setConfigs(TopicConfigs.echo(creation.configs()));
    }
    return result;
  }

  @Override
  public CreateTopicsResponseData refused(
      CreateTopicsRequestData request, WireError error, String reason) {
    var response = new CreateTopicsResponseData();
    for (CreatableTopic topic : request.topics()) {
      if (response.topics().find(topic.name()) == null) {
        response.topics().add(refused(topic, error, reason));
      }
    }
    return response;
  }

  private static CreatableTopicResult refused(
      CreatableTopic topic, WireError error, String reason) {
    return new CreatableTopicResult()
        .setName(topic.name())
        .setErrorCode(error.code())
        .setErrorMessage(reason.isEmpty() ? null : reason);
  }

  @Override
  public int timeoutMs(CreateTopicsRequestData request) {
    return request.timeoutMs();
  }

  @Override
  public boolean isVisible(
      CreateTopicsRequestData request, CreateTopicsResponseData response, ClusterImage image) {
    return request.validateOnly()
        || response.topics().stream()
            .filter(topic -> topic.errorCode() == WireError.NONE.code())
            .allMatch(topic -> isLed(image.topic(topic.name())));
  }

  static boolean isLed(Optional<TopicImage> topic) {
    return topic.isPresent()
        && topic.get().partitions().stream().allMatch(partition -> partition.leader().isPresent());
  }
}
