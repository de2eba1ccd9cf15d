package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** What is listed as under way. */
class ListPartitionReassignmentsHandlerTest {
  private final FakeCluster cluster = new FakeCluster();
  private final TopicId topic = cluster.topic("orders", 3);

  private PartitionId wish(int index, int... replicas) {
    var partition = new PartitionId(topic, index);
    List<NodeId> nodes = new ArrayList<>();
    for (int node : replicas) {
      nodes.add(new NodeId(node));
    }
    cluster.write(new MetadataRecord.TargetSet(partition, nodes));
    return partition;
  }

  private Stream<Integer> listed() {
    var reply =
        new FakeReply<ListPartitionReassignmentsResponseData>(
            ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0);
    new ListPartitionReassignmentsHandler(cluster)
        .handle(
            new ListPartitionReassignmentsRequestData().setTopics(null), cluster.request(0), reply);
    return reply.get().topics().stream()
        .flatMap(each -> each.partitions().stream())
        .map(partition -> partition.partitionIndex());
  }

  @Test
  void theBalancersWishForAnotherOrderIsNot() {
    wish(0, 2, 1, 3); // it was 1, 2, 3
    wish(1, 2, 3);

    assertThat(listed()).containsExactly(1);
  }

  @Test
  void somebodysWishForAnotherOrderIs() {
    cluster.write(new MetadataRecord.PlacedByHand(wish(0, 2, 1, 3), true));

    assertThat(listed()).containsExactly(0);
  }
}
