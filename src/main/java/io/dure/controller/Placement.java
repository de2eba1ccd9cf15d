package io.dure.controller;

import io.dure.base.Check;
import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Deals the replicas of a topic's new partitions out over the brokers.
 *
 * <p>The brokers form a ring by id. On an evenly loaded cluster the result is the plain rotation:
 * P0 to B1 (B2, B3), P1 to B2 (B3, B1), P2 to B3 (B1, B2), P3 to B1 again. Leaders are dealt evenly
 * within the topic first and over all topics second; copies go along the ring to brokers that have
 * not reached their even share yet; but to another rack before all, where there is one without a
 * copy.
 */
final class Placement {
  private final List<NodeId> ring;
  private final BrokerLoads cluster;
  private final BrokerLoads topic = new BrokerLoads();
  private final Map<NodeId, String> racks;
  private int topicPartitions;
  private int lastLeader = -1;

  /**
   * @param ring the brokers to place on, by id
   * @param cluster what they carry already; not changed
   * @param existing replicas of the partitions that the topic has already
   */
  Placement(List<NodeId> ring, BrokerLoads cluster, List<List<NodeId>> existing) {
    this(ring, cluster, existing, Map.of());
  }

  /** As above, with the racks of those brokers that have one. */
  Placement(
      List<NodeId> ring,
      BrokerLoads cluster,
      List<List<NodeId>> existing,
      Map<NodeId, String> racks) {
    this.racks = Map.copyOf(racks);
    this.ring = List.copyOf(ring);
    this.cluster = new BrokerLoads(cluster);
    existing.forEach(topic::add);
    topicPartitions = existing.size();
    if (!existing.isEmpty()) {
      lastLeader = ring.indexOf(existing.getLast().getFirst());
    }
  }

  /**
   * The replicas of {@code partitions} more partitions, preferred leader first; {@code copies} fit
   * on the ring.
   */
  List<List<NodeId>> place(int partitions, int copies) {
    Check.that(copies > 0 && copies <= ring.size(), "%d copies on %d brokers", copies, ring.size());
    long total = ring.stream().mapToLong(cluster::copies).sum() + (long) partitions * copies;
    int clusterShare = roundUp(total, ring.size());
    int topicShare = roundUp((long) (topicPartitions + partitions) * copies, ring.size());
    List<List<NodeId>> placed = new ArrayList<>(partitions);
    for (int i = 0; i < partitions; i++) {
      List<NodeId> replicas = next(copies, clusterShare, topicShare);
      cluster.add(replicas);
      topic.add(replicas);
      placed.add(replicas);
    }
    topicPartitions += partitions;
    return placed;
  }

  private List<NodeId> next(int copies, int clusterShare, int topicShare) {
    NodeId leader =
        ringAfter(lastLeader).stream()
            .min(
                Comparator.<NodeId>comparingInt(topic::leaders)
                    .thenComparingInt(cluster::leaders)
                    .thenComparing(node -> cluster.copies(node) >= clusterShare))
            .orElseThrow();
    lastLeader = ring.indexOf(leader);
    List<NodeId> replicas = new ArrayList<>(copies);
    replicas.add(leader);
    // Stable: brokers that are alike stay in ring order.
    List<NodeId> followers =
        ringAfter(lastLeader).stream()
            .filter(node -> !node.equals(leader))
            .sorted(
                Comparator.<NodeId, Boolean>comparing(node -> topic.copies(node) >= topicShare)
                    .thenComparingInt(node -> Math.max(0, cluster.copies(node) + 1 - clusterShare)))
            .toList();
    while (replicas.size() < copies) {
      followers.stream()
          .filter(node -> !replicas.contains(node))
          .min(Comparator.comparing(node -> sharesRack(node, replicas)))
          .ifPresent(replicas::add);
    }
    return inRingOrder(replicas, lastLeader);
  }

  private boolean sharesRack(NodeId node, List<NodeId> replicas) {
    String rack = racks.get(node);
    return rack != null && replicas.stream().anyMatch(each -> rack.equals(racks.get(each)));
  }

  /** The leader stays first; the followers come as they lie on the ring behind it. */
  private List<NodeId> inRingOrder(List<NodeId> replicas, int leader) {
    int size = ring.size();
    return replicas.stream()
        .sorted(Comparator.comparingInt(node -> Math.floorMod(ring.indexOf(node) - leader, size)))
        .toList();
  }

  /** The ring from the place behind {@code index} on. */
  private List<NodeId> ringAfter(int index) {
    int start = (index + 1) % ring.size();
    List<NodeId> turned = new ArrayList<>(ring.subList(start, ring.size()));
    turned.addAll(ring.subList(0, start));
    return turned;
  }

  private static int roundUp(long dividend, int divisor) {
    return (int) ((dividend + divisor - 1) / divisor);
  }
}
