package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The replicas of new partitions: placed by us, or as a client assigned them after a check. */
final class Assignments {
  private final Ledger ledger;

  Assignments(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Replicas by partition, or why there are none. */
  sealed interface Outcome {
    record Placed(List<List<NodeId>> replicas) implements Outcome {
      public Placed {
        replicas = List.copyOf(replicas);
      }
    }

    record Refused(Answer.Result result) implements Outcome {}
  }

  private static Outcome refused(WireError error, String message) {
    return new Outcome.Refused(Answer.Result.refused(error, message));
  }

  /**
   * Deals out {@code partitions} new ones of a topic that has the {@code existing} ones already.
   */
  Outcome place(int partitions, int copies, List<PartitionImage> existing) {
    List<NodeId> known = ledger.knownBrokers();
    ClusterImage image = ledger.image();
    List<NodeId> live = known.stream().filter(image::isLive).toList();
    List<NodeId> open = live.stream().filter(ledger::mayLead).toList();
    if (live.isEmpty()) {
      return refused(
          WireError.INVALID_REPLICATION_FACTOR,
          "Unable to replicate the partition "
              + copies
              + " time(s): All brokers are currently fenced.");
    }
    if (copies > known.size()) {
      return refused(
          WireError.INVALID_REPLICATION_FACTOR,
          "Unable to replicate the partition "
              + copies
              + " time(s): The target replication factor of "
              + copies
              + " cannot be reached because only "
              + known.size()
              + " broker(s) are registered.");
    }
    // A broker that leaves or is dead gets a copy only where there are not enough others.
    List<NodeId> ring = open.size() >= copies ? open : live.size() >= copies ? live : known;
    List<List<NodeId>> replicas = existing.stream().map(PartitionImage::replicas).toList();
    return new Outcome.Placed(
        new Placement(ring, ledger.loads(), replicas, racks()).place(partitions, copies));
  }

  private Map<NodeId, String> racks() {
    Map<NodeId, String> racks = new HashMap<>();
    for (BrokerImage broker : ledger.image().brokers()) {
      broker.rack().ifPresent(rack -> racks.put(broker.node(), rack));
    }
    return racks;
  }

  /**
   * Checks what a client assigned; {@code copies} is how many each must have, 0: as many as the
   * first has.
   */
  Outcome check(List<List<NodeId>> assigned, int copies) {
    int expected = copies;
    Set<NodeId> known = new HashSet<>(ledger.knownBrokers());
    for (List<NodeId> replicas : assigned) {
      Optional<String> wrong = fault(replicas, expected, known);
      if (wrong.isPresent()) {
        return refused(WireError.INVALID_REPLICA_ASSIGNMENT, wrong.get());
      }
      expected = replicas.size();
    }
    for (int i = 0; i < assigned.size(); i++) {
      if (assigned.get(i).stream().noneMatch(ledger.image()::isLive)) {
        return refused(
            WireError.INVALID_REPLICA_ASSIGNMENT,
            "All brokers specified in the manual partition assignment for partition "
                + i
                + " are fenced or in controlled shutdown.");
      }
    }
    return new Outcome.Placed(assigned);
  }

  private static Optional<String> fault(List<NodeId> replicas, int expected, Set<NodeId> known) {
    if (replicas.isEmpty()) {
      return Optional.of("The manual partition assignment includes an empty replica list.");
    }
    Set<NodeId> seen = new HashSet<>();
    for (NodeId node : replicas.stream().sorted().toList()) {
      if (!known.contains(node)) {
        return Optional.of(
            "The manual partition assignment includes broker "
                + node.value()
                + ", but no such broker is registered.");
      }
      if (!seen.add(node)) {
        return Optional.of(
            "The manual partition assignment includes the broker "
                + node.value()
                + " more than once.");
      }
    }
    return expected != 0 && replicas.size() != expected
        ? Optional.of(
            "The manual partition assignment includes a partition with "
                + replicas.size()
                + " replica(s), but this is not consistent with previous partitions, which have "
                + expected
                + " replica(s).")
        : Optional.empty();
  }

  /** Why the cluster cannot take that many more partitions. */
  Optional<Answer.Result> refusalOfMore(int partitions) {
    int bound = ledger.settings().maxPartitions();
    return (long) ledger.image().partitionCount() + partitions > bound
        ? Optional.of(
            Answer.Result.refused(
                WireError.POLICY_VIOLATION,
                "The cluster has "
                    + ledger.image().partitionCount()
                    + " partitions and takes no more than "
                    + bound
                    + "."))
        : Optional.empty();
  }

  /** The copies that each partition of the topic has. */
  static int copiesOf(TopicImage topic) {
    return topic.partitions().getFirst().replicas().size();
  }
}
