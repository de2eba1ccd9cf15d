package io.dure.controller;

import io.dure.balance.Weights;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;

/**
 * What leaders told of how heavy their partitions are. Kept in memory only: a new controller hears
 * all of it again. As a leader speaks for its partitions alone, and for what they are at that time,
 * it does no harm when it comes late or twice; the image bounds how much is kept.
 */
final class ToldLoads implements Weights {
  /** Of each leader's partitions so many of ten are known, or little is known at all. */
  private static final int ENOUGH_OF_TEN = 9;

  private final Map<PartitionId, ControllerEvent.Load> loads;

  ToldLoads() {
    this(new HashMap<>());
  }

  private ToldLoads(Map<PartitionId, ControllerEvent.Load> loads) {
    this.loads = loads;
  }

  void told(Ledger ledger, ControllerEvent.LoadsTold report) {
    for (ControllerEvent.Load load : report.loads()) {
      ledger
          .image()
          .partition(load.partition())
          .filter(partition -> partition.leader().filter(report.from()::equals).isPresent())
          .ifPresent(partition -> loads.put(partition.id(), load));
    }
  }

  /** What is known by now, whatever is told later. */
  ToldLoads asOfNow() {
    return new ToldLoads(new HashMap<>(loads));
  }

  /**
   * Whether every leader that lives has told of nearly all that it leads; forgets what was deleted.
   */
  boolean areEnough(Ledger ledger) {
    loads.keySet().removeIf(id -> ledger.image().partition(id).isEmpty());
    Map<NodeId, int[]> knownAndAll = new HashMap<>();
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        partition
            .leader()
            .filter(ledger.image()::isLive)
            .ifPresent(leader -> {
              int[] counts = knownAndAll.computeIfAbsent(leader, _ -> new int[2]);
              counts[0] += loads.containsKey(partition.id()) ? 1 : 0;
              counts[1]++;
            });
      }
    }
    return knownAndAll.values().stream()
        .allMatch(counts -> counts[0] * 10L >= counts[1] * (long) ENOUGH_OF_TEN);
  }

  /** What every registered broker carries. */
  Map<NodeId, Answer.Carried> carried(ClusterImage image) {
    Map<NodeId, Answer.Carried> sums = new HashMap<>();
    image.brokers().forEach(broker -> sums.put(broker.node(), new Answer.Carried(0, 0)));
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        long bytes = bytes(partition.id());
        partition.replicas().forEach(node -> add(sums, node, bytes, 0));
        partition
            .leader()
            .ifPresent(leader -> add(sums, leader, 0, bytesPerSecond(partition.id())));
      }
    }
    return sums;
  }

  private static void add(
      Map<NodeId, Answer.Carried> sums, NodeId node, long bytes, long bytesPerSecond) {
    sums.computeIfPresent(
        node,
        (_, sum) -> new Answer.Carried(sum.bytes() + bytes, sum.bytesPerSecond() + bytesPerSecond));
  }

  @Override
  public long bytes(PartitionId partition) {
    ControllerEvent.Load load = loads.get(partition);
    return load == null ? 0 : load.bytes();
  }

  @Override
  public long bytesPerSecond(PartitionId partition) {
    ControllerEvent.Load load = loads.get(partition);
    return load == null ? 0 : load.bytesPerSecond();
  }
}
