package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;

/**
 * ListPartitionReassignments (API key 46): the partitions whose replicas change. What does not
 * exist, or does not change, is left out.
 */
public final class ListPartitionReassignmentsHandler
    implements Handler<
        ListPartitionReassignmentsRequestData, ListPartitionReassignmentsResponseData> {
  private final Cluster cluster;

  public ListPartitionReassignmentsHandler(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void handle(
      ListPartitionReassignmentsRequestData request,
      RequestContext context,
      Reply<ListPartitionReassignmentsResponseData> reply) {
    ClusterImage image = cluster.image();
    var response = new ListPartitionReassignmentsResponseData().setErrorMessage(null);
    Optional<List<ListPartitionReassignmentsTopics>> asked = Optional.ofNullable(request.topics());
    if (asked.isEmpty()) {
      image.topics().forEach(topic -> add(response, topic.name(), topic.partitions()));
    } else {
      for (ListPartitionReassignmentsTopics topic : asked.get()) {
        image
            .topic(topic.name())
            .ifPresent(found -> add(response, topic.name(), of(found, topic.partitionIndexes())));
      }
    }
    reply.send(response);
  }

  private static List<PartitionImage> of(TopicImage topic, List<Integer> indexes) {
    return indexes.stream()
        .filter(index -> index >= 0 && index < topic.partitions().size())
        .map(topic.partitions()::get)
        .toList();
  }

  private static void add(
      ListPartitionReassignmentsResponseData response,
      String name,
      List<PartitionImage> partitions) {
    List<OngoingPartitionReassignment> changing = new ArrayList<>();
    for (PartitionImage partition : partitions) {
      if (isTold(partition)) {
        changing.add(
            new OngoingPartitionReassignment()
                .setPartitionIndex(partition.id().index())
                .setReplicas(values(partition.members()))
                .setAddingReplicas(values(partition.adding()))
                .setRemovingReplicas(values(partition.removing())));
      }
    }
    if (!changing.isEmpty()) {
      response.topics().add(new OngoingTopicReassignment().setName(name).setPartitions(changing));
    }
  }

  /**
   * Not where the balancer wants another order and nothing else: nothing is copied for that, and
   * tools take nobody's wish while anything is listed.
   */
  private static boolean isTold(PartitionImage partition) {
    return partition.isChanging()
        && (partition.placedByHand()
            || !partition.adding().isEmpty()
            || !partition.removing().isEmpty());
  }

  private static List<Integer> values(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }
}
