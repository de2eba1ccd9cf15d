package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.runtime.Partitions.Leadership;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One image of the cluster, in the terms in which clients are told of it. Immutable. */
record TopicCatalog(ClusterImage image, Cluster cluster) {
  static TopicCatalog of(Cluster cluster) {
    return new TopicCatalog(cluster.image(), cluster);
  }

  /** The brokers that clients may talk to, by id. */
  List<BrokerImage> liveBrokers() {
    return image.brokers().stream().filter(BrokerImage::live).toList();
  }

  /** Empty while the partition has no leader that is alive. */
  Optional<Leadership> leader(PartitionImage partition) {
    return cluster.leaderForClients(partition.id());
  }

  List<Integer> replicas(PartitionImage partition) {
    return values(partition.members());
  }

  /**
   * In the order of the replicas, as Kafka's tools print them. Never a dead broker, and always the
   * leader.
   */
  List<Integer> inStep(PartitionImage partition) {
    Optional<NodeId> leader = leader(partition).map(Leadership::leader);
    List<NodeId> inStep = new ArrayList<>();
    for (NodeId replica : partition.members()) {
      boolean leads = leader.isPresent() && leader.get().equals(replica);
      if (leads || (partition.inStep().contains(replica) && image.isLive(replica))) {
        inStep.add(replica);
      }
    }
    return values(inStep);
  }

  List<Integer> offline(PartitionImage partition) {
    return values(partition.members().stream().filter(replica -> !image.isLive(replica)).toList());
  }

  private static List<Integer> values(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }
}
