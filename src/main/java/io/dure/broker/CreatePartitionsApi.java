package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Answer.TopicGrowth;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;

/** CreatePartitions (API key 37), as the controller hears it and the client reads it. */
final class CreatePartitionsApi
    implements ControllerApi<CreatePartitionsRequestData, CreatePartitionsResponseData> {
  @Override
  public ApiKeys key() {
    return ApiKeys.CREATE_PARTITIONS;
  }

  @Override
  public Command command(CreatePartitionsRequestData request) {
    List<Command.Growth> topics = new ArrayList<>();
    Set<String> repeated = repeated(request);
    for (CreatePartitionsTopic topic : request.topics()) {
      if (!repeated.contains(topic.name())) {
        topics.add(new Command.Growth(topic.name(), topic.count(), assignments(topic)));
      }
    }
    return new Command.CreatePartitions(topics, request.validateOnly());
  }

  private static Optional<List<List<NodeId>>> assignments(CreatePartitionsTopic topic) {
    return Optional.ofNullable(topic.assignments())
        .map(all -> all.stream().map(one -> CreateTopicsApi.nodes(one.brokerIds())).toList());
  }

  private static Set<String> repeated(CreatePartitionsRequestData request) {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (CreatePartitionsTopic topic : request.topics()) {
      if (!seen.add(topic.name())) {
        repeated.add(topic.name());
      }
    }
    return repeated;
  }

  @Override
  public CreatePartitionsResponseData response(
      CreatePartitionsRequestData request, Answer answer, short version) {
    Map<String, Answer.Result> byName = new HashMap<>();
    if (answer instanceof Answer.PartitionsCreated created) {
      for (TopicGrowth topic : created.topics()) {
        byName.put(topic.name(), topic.result());
      }
    }
    var response = new CreatePartitionsResponseData();
    Set<String> names = new LinkedHashSet<>();
    request.topics().forEach(topic -> names.add(topic.name()));
    Set<String> repeated = repeated(request);
    for (String name : names) {
      Answer.Result result = byName.get(name);
      if (repeated.contains(name)) {
        result = new Answer.Result(WireError.INVALID_REQUEST, Optional.of("Duplicate topic name."));
      } else if (result == null) {
        result = Refusals.of(answer);
      }
      response
          .results()
          .add(
              new CreatePartitionsTopicResult()
                  .setName(name)
                  .setErrorCode(result.error().code())
                  .setErrorMessage(result.message().orElse(null)));
    }
    return response;
  }

  @Override
  public CreatePartitionsResponseData refused(
      CreatePartitionsRequestData request, WireError error, String reason) {
    return response(
        request, new Answer.Refused(new Answer.Result(error, Optional.of(reason))), (short) 0);
  }

  @Override
  public int timeoutMs(CreatePartitionsRequestData request) {
    return request.timeoutMs();
  }

  @Override
  public boolean isVisible(
      CreatePartitionsRequestData request,
      CreatePartitionsResponseData response,
      ClusterImage image) {
    if (request.validateOnly()) {
      return true;
    }
    Map<String, Integer> wanted = new HashMap<>();
    request.topics().forEach(topic -> wanted.put(topic.name(), topic.count()));
    return response.results().stream()
        .filter(topic -> topic.errorCode() == WireError.NONE.code())
        .map(topic -> image.topic(topic.name()))
        .allMatch(topic ->
            CreateTopicsApi.isLed(topic)
                && topic.get().partitions().size() >= wanted.getOrDefault(topic.get().name(), 0));
  }
}
