package io.dure.sim.node;

import io.dure.balance.Layout;
import io.dure.balance.Move;
import io.dure.balance.Planner;
import io.dure.balance.Slack;
import io.dure.balance.Standing;
import io.dure.balance.Weights;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ImageSnapshot;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.runtime.NodeProbe;
import io.dure.sim.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is demanded when all trouble is over: all nodes serve, everything that producers still hold
 * is taken, all replicas become equal byte for byte and hold exactly what was committed.
 */
final class Healed {
  private static final long WITHIN_MS = 20_000;

  private final NodeWorld world;
  private final CommittedLogs committed;
  private boolean opened;

  Healed(NodeWorld world, CommittedLogs committed) {
    this.world = world;
    this.committed = committed;
  }

  void check() {
    world.until("all nodes serve", WITHIN_MS, this::allServe);
    world.until("no node is drained", WITHIN_MS, this::allOpen);
    List<Producer> lasting = lasting();
    lasting.forEach(Producer::makeOne);
    world.until(
        () -> "all is taken: " + lasting.stream().filter(each -> !each.isDone()).toList(),
        WITHIN_MS,
        () -> lasting.stream().allMatch(Producer::isDone));
    world.until(
        () -> "all replicas hold the same: " + unequal(), WITHIN_MS, () -> unequal().isEmpty());
    world.until("all is even by weight", WITHIN_MS, world::isSettledByWeight);
    world.until(() -> "all is even: " + wanted(), WITHIN_MS, () -> wanted().isEmpty());
    world.until(
        () -> "all replicas hold the same: " + unequal(), WITHIN_MS, () -> unequal().isEmpty());
    List<NodeFact.Acknowledged> never =
        world.acknowledgedButNeverCommitted().stream()
            .filter(each -> world.image().partition(each.partition()).isPresent())
            .toList();
    List<NodeFact.Read> ahead =
        world.readsNotKnown().stream()
            .filter(each -> world.image().partition(each.partition()).isPresent())
            .toList();
    if (!ahead.isEmpty()) {
      throw new Violation("given out, but nobody ever held it as committed: " + ahead);
    }
    if (!never.isEmpty()) {
      throw new Violation("acknowledged, but nobody ever held it as committed: " + never);
    }
    byte[] image = ImageSnapshot.write(world.image());
    for (NodeId node : world.nodes()) {
      if (!Arrays.equals(image, ImageSnapshot.write(world.sim(node).node().image()))) {
        throw new Violation("the image of " + node + " differs");
      }
    }
  }

  private boolean allServe() {
    return world.nodes().stream()
        .allMatch(node -> world.isUp(node) && world.sim(node).node().isServing());
  }

  /**
   * Asked of the controller, not looked up: a node's image may be of before a drain that was
   * committed meanwhile.
   */
  private boolean allOpen() {
    if (!opened) {
      world.state("", "", () -> opened = true);
    }
    return opened
        && world.nodes().stream()
            .map(node -> world.sim(node).node().image())
            .noneMatch(image -> world.nodes().stream().anyMatch(image::isDrained));
  }

  /** What the planner would still move. */
  private List<Move> wanted() {
    Map<NodeId, Standing> open = new TreeMap<>();
    world.nodes().forEach(node -> open.put(node, Standing.OPEN));
    return Planner.plan(
        Layout.of(world.image(), open, Weights.UNKNOWN, 3, false),
        Slack.DEFAULT,
        Integer.MAX_VALUE);
  }

  /** The producers of topics that are there and were not asked to be deleted. */
  private List<Producer> lasting() {
    return world.producers().stream()
        .filter(each -> !each.isStopped())
        .filter(each -> world.image().partition(each.partition()).isPresent())
        .toList();
  }

  /** The first difference between replicas, or between them and what was committed. */
  private List<String> unequal() {
    List<String> found = new ArrayList<>();
    Map<PartitionId, List<NodeProbe.Replica>> replicas =
        new TreeMap<>(Comparator.comparing(PartitionId::toString));
    for (NodeId node : world.nodes()) {
      if (!world.isUp(node)) {
        return List.of(node + " is down");
      }
      NodeProbe.each(
          world.sim(node).node(),
          each -> replicas.computeIfAbsent(each.partition(), _ -> new ArrayList<>()).add(each));
    }
    replicas.forEach((partition, all) -> compare(partition, all, found));
    for (TopicImage topic : world.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (!replicas.containsKey(partition.id())
            || replicas.get(partition.id()).size() != partition.replicas().size()) {
          found.add("replicas of " + partition.id() + " are missing, or too many");
        }
        if (partition.isChanging() || !partition.earlier().isEmpty()) {
          found.add("the replicas still change: " + partition);
        }
      }
    }
    return found;
  }

  /** What is left is what was committed, and the last record of each key is left. */
  private static void compareCompacted(
      PartitionId partition, NodeProbe.Replica replica, CommittedLogs.Log truth) {
    long start = replica.log().history().start();
    Set<Long> found = new HashSet<>();
    for (Batch batch : Batch.of(replica.log(), start, truth.end())) {
      truth
          .differs(batch)
          .ifPresent(how -> {
            throw new Violation("a replica of " + partition + " is wrong: " + how);
          });
      found.addAll(batch.keys().keySet());
    }
    for (long last : truth.lastOfEachKey()) {
      if (last >= replica.log().startOffset() && !found.contains(last)) {
        throw new Violation(
            "a replica of " + partition + " lacks the last record of a key, at " + last);
      }
    }
  }

  private void compare(PartitionId partition, List<NodeProbe.Replica> all, List<String> found) {
    CommittedLogs.Log truth = committed.of(partition);
    if (all.stream().filter(NodeProbe.Replica::open).count() != 1) {
      found.add(partition + " has no leader, or several");
    }
    for (NodeProbe.Replica replica : all) {
      if (replica.log().endOffset() != truth.end() || replica.highWatermark() != truth.end()) {
        found.add(
            "%s ends at %d, %d are committed"
                .formatted(partition, replica.log().endOffset(), truth.end()));
      }
    }
    boolean ownStarts = partition.equals(PartitionId.METADATA);
    if (!ownStarts && all.stream().map(each -> each.log().startOffset()).distinct().count() > 1) {
      found.add(
          "%s starts at %s"
              .formatted(partition, all.stream().map(each -> each.log().startOffset()).toList()));
    }
    if (found.isEmpty()) {
      for (NodeProbe.Replica replica : all) {
        long start = replica.log().history().start();
        if (truth.isCompacted()) {
          compareCompacted(partition, replica, truth);
          continue;
        }
        List<Batch> expected = truth.all().stream().filter(each -> each.base() >= start).toList();
        if (!Batch.of(replica.log(), start, truth.end()).equals(expected)) {
          throw new Violation("a replica of " + partition + " is not what was committed");
        }
      }
    }
  }
}
