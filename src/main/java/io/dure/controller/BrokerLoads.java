package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.PartitionImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many partitions each broker is the preferred leader of, and how many copies it holds, over
 * all topics.
 */
final class BrokerLoads {
  private final Map<NodeId, Integer> leaders = new HashMap<>();
  private final Map<NodeId, Integer> copies = new HashMap<>();

  BrokerLoads() {}

  BrokerLoads(BrokerLoads other) {
    leaders.putAll(other.leaders);
    copies.putAll(other.copies);
  }

  void add(PartitionImage partition) {
    add(partition.members());
  }

  void add(List<NodeId> replicas) {
    leaders.merge(replicas.getFirst(), 1, Integer::sum);
    replicas.forEach(node -> copies.merge(node, 1, Integer::sum));
  }

  void remove(PartitionImage partition) {
    leaders.merge(partition.members().getFirst(), -1, Integer::sum);
    partition.members().forEach(node -> copies.merge(node, -1, Integer::sum));
  }

  int leaders(NodeId node) {
    return leaders.getOrDefault(node, 0);
  }

  int copies(NodeId node) {
    return copies.getOrDefault(node, 0);
  }
}
