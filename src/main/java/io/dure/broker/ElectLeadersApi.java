package io.dure.broker;

import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * ElectLeaders (API key 43): the preferred replicas shall lead. Answered when they do, as far as
 * they do so in time.
 */
final class ElectLeadersApi
    implements ControllerApi<ElectLeadersRequestData, ElectLeadersResponseData> {
  private static final byte PREFERRED = 0;

  /** Whether it asks for what may lose records. */
  static boolean isUnclean(ElectLeadersRequestData request) {
    return request.electionType() != PREFERRED;
  }

  @Override
  public ApiKeys key() {
    return ApiKeys.ELECT_LEADERS;
  }

  @Override
  public Command command(ElectLeadersRequestData request) {
    return new Command.ElectLeaders(
        isUnclean(request),
        Optional.ofNullable(request.topicPartitions())
            .map(topics -> {
              List<Command.PartitionRef> partitions = new ArrayList<>();
              for (TopicPartitions topic : topics) {
                topic
                    .partitions()
                    .forEach(
                        index -> partitions.add(new Command.PartitionRef(topic.topic(), index)));
              }
              return partitions;
            }));
  }

  @Override
  public ElectLeadersResponseData response(
      ElectLeadersRequestData request, Answer answer, short version) {
    if (!(answer instanceof Answer.PartitionsDecided decided)) {
      return refused(request, Refusals.of(answer).error(), "");
    }
    var response = new ElectLeadersResponseData();
    Map<String, ReplicaElectionResult> topics = new HashMap<>();
    for (Answer.PartitionDecision each : decided.partitions()) {
      topics
          .computeIfAbsent(each.topic(), name -> added(response, name))
          .partitionResult()
          .add(
              new PartitionResult()
                  .setPartitionId(each.partition())
                  .setErrorCode(each.result().error().code())
                  .setErrorMessage(each.result().message().orElse(null)));
    }
    return response;
  }

  private static ReplicaElectionResult added(ElectLeadersResponseData response, String name) {
    var topic = new ReplicaElectionResult().setTopic(name);
    response.replicaElectionResults().add(topic);
    return topic;
  }

  /** Version 0 has no error for the whole, so that there it stands with every partition. */
  @Override
  public ElectLeadersResponseData refused(
      ElectLeadersRequestData request, WireError error, String reason) {
    var response = new ElectLeadersResponseData().setErrorCode(error.code());
    Optional.ofNullable(request.topicPartitions())
        .ifPresent(topics ->
            topics.forEach(topic -> {
              ReplicaElectionResult result = added(response, topic.topic());
              topic
                  .partitions()
                  .forEach(index ->
                      result
                          .partitionResult()
                          .add(
                              new PartitionResult()
                                  .setPartitionId(index)
                                  .setErrorCode(error.code())
                                  .setErrorMessage(reason)));
            }));
    return response;
  }

  @Override
  public int timeoutMs(ElectLeadersRequestData request) {
    return request.timeoutMs();
  }

  @Override
  public boolean isVisible(
      ElectLeadersRequestData request, ElectLeadersResponseData response, ClusterImage image) {
    return response.replicaElectionResults().stream()
        .allMatch(topic ->
            topic.partitionResult().stream()
                .allMatch(result -> isLedAsSaid(request, topic.topic(), result, image)));
  }

  private static boolean isLedAsSaid(
      ElectLeadersRequestData request, String topic, PartitionResult result, ClusterImage image) {
    if (result.errorCode() != WireError.NONE.code()) {
      return true;
    }
    Optional<PartitionImage> partition =
        image
            .topic(topic)
            .filter(each -> result.partitionId() < each.partitions().size())
            .map(each -> each.partitions().get(result.partitionId()));
    return partition.isPresent()
        && (isUnclean(request)
            ? partition.get().leader().isPresent()
            : partition.get().leader().equals(Optional.of(partition.get().preferredLeader())));
  }

  /** The preferred replica did not hold everything after all, or the election takes long. */
  @Override
  public ElectLeadersResponseData unseen(
      ElectLeadersRequestData request, ElectLeadersResponseData response, ClusterImage image) {
    for (ReplicaElectionResult topic : response.replicaElectionResults()) {
      for (PartitionResult result : topic.partitionResult()) {
        if (!isLedAsSaid(request, topic.topic(), result, image)) {
          result
              .setErrorCode(WireError.PREFERRED_LEADER_NOT_AVAILABLE.code())
              .setErrorMessage("The preferred leader could not take over in time.");
        }
      }
    }
    return response;
  }
}
