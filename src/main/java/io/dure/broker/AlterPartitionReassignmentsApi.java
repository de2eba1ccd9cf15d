package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ClusterImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/** AlterPartitionReassignments (API key 45): other replicas are wanted, or not any more. */
final class AlterPartitionReassignmentsApi
    implements ControllerApi<
        AlterPartitionReassignmentsRequestData, AlterPartitionReassignmentsResponseData> {
  @Override
  public ApiKeys key() {
    return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
  }

  @Override
  public Command command(AlterPartitionReassignmentsRequestData request) {
    List<Command.Reassignment> wanted = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        wanted.add(
            new Command.Reassignment(
                topic.name(), partition.partitionIndex(), replicas(partition)));
      }
    }
    return new Command.AlterReassignments(wanted, request.allowReplicationFactorChange());
  }

  private static Optional<List<NodeId>> replicas(ReassignablePartition partition) {
    return Optional.ofNullable(partition.replicas()).map(CreateTopicsApi::nodes);
  }

  @Override
  public AlterPartitionReassignmentsResponseData response(
      AlterPartitionReassignmentsRequestData request, Answer answer, short version) {
    if (!(answer instanceof Answer.PartitionsDecided decided)) {
      Answer.Result refusal = Refusals.of(answer);
      return refused(request, refusal.error(), refusal.message().orElse(""));
    }
    var response =
        new AlterPartitionReassignmentsResponseData()
            .setErrorMessage(null)
            .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
    Map<String, ReassignableTopicResponse> topics = new HashMap<>();
    for (Answer.PartitionDecision each : decided.partitions()) {
      topics
          .computeIfAbsent(each.topic(), name -> added(response, name))
          .partitions()
          .add(
              new ReassignablePartitionResponse()
                  .setPartitionIndex(each.partition())
                  .setErrorCode(each.result().error().code())
                  .setErrorMessage(each.result().message().orElse(null)));
    }
    return response;
  }

  private static ReassignableTopicResponse added(
      AlterPartitionReassignmentsResponseData response, String name) {
    var topic = new ReassignableTopicResponse().setName(name);
    response.responses().add(topic);
    return topic;
  }

  @Override
  public AlterPartitionReassignmentsResponseData refused(
      AlterPartitionReassignmentsRequestData request, WireError error, String reason) {
    return new AlterPartitionReassignmentsResponseData()
        .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
        .setErrorCode(error.code())
        .setErrorMessage(reason);
  }

  @Override
  public int timeoutMs(AlterPartitionReassignmentsRequestData request) {
    return request.timeoutMs();
  }

  /** A change may be over by the time that it could be seen. */
  @Override
  public boolean isVisible(
      AlterPartitionReassignmentsRequestData request,
      AlterPartitionReassignmentsResponseData response,
      ClusterImage image) {
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition wanted : topic.partitions()) {
        boolean waiting =
            isDone(response, topic.name(), wanted.partitionIndex())
                && image
                    .topic(topic.name())
                    .filter(each -> wanted.partitionIndex() < each.partitions().size())
                    .map(each -> each.partitions().get(wanted.partitionIndex()))
                    .filter(partition -> {
                      List<NodeId> goal = replicas(wanted).orElse(List.of());
                      return !partition.target().equals(goal) && !partition.replicas().equals(goal);
                    })
                    .isPresent();
        if (waiting) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isDone(
      AlterPartitionReassignmentsResponseData response, String topic, int partition) {
    return response.responses().stream()
        .filter(each -> each.name().equals(topic))
        .flatMap(each -> each.partitions().stream())
        .anyMatch(each ->
            each.partitionIndex() == partition && each.errorCode() == WireError.NONE.code());
  }
}
