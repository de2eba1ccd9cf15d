package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds replicas that were fenced for an election which its controller never finished. By the image
 * their partition has a leader, but they refuse it, and so would for ever.
 *
 * <p>Asking for the fence of the epoch that the image knows changes nothing at a replica, and one
 * that knows a higher epoch says so. Every replica is asked once by a new controller, and once when
 * its broker becomes live, until it answers.
 */
final class EpochProbes {
  private final Ledger ledger;
  private final Map<NodeId, Set<PartitionId>> waiting = new LinkedHashMap<>();
  private long askedMs;

  EpochProbes(Ledger ledger) {
    this.ledger = ledger;
    askedMs = ledger.nowMs();
  }

  /** Asks those of {@code nodes} that are live. */
  void ask(PartitionImage partition, Collection<NodeId> nodes) {
    if (partition.epoch() < 0) {
      return;
    }
    for (NodeId node : nodes) {
      if (ledger.image().isLive(node)) {
        waiting.computeIfAbsent(node, _ -> new LinkedHashSet<>()).add(partition.id());
        ledger.fence(node, new ControllerEffect.FenceOf(partition.id(), partition.epoch()));
      }
    }
  }

  void answered(NodeId node, PartitionId partition) {
    Set<PartitionId> partitions = waiting.get(node);
    if (partitions != null && partitions.remove(partition) && partitions.isEmpty()) {
      waiting.remove(node);
    }
  }

  void forget(Collection<NodeId> nodes) {
    waiting.keySet().removeAll(nodes);
  }

  /**
   * Asks again; not where a partition is {@code beingElected}, since its election asks for more,
   * but that one may end without the answer of all.
   */
  void tick(Set<PartitionId> beingElected) {
    if (waiting.isEmpty() || ledger.nowMs() - askedMs < ledger.settings().fenceResendMs()) {
      return;
    }
    askedMs = ledger.nowMs();
    waiting.forEach((node, partitions) ->
        partitions.removeIf(id -> {
          Optional<PartitionImage> partition = ledger.image().partition(id);
          if (partition.isPresent() && !beingElected.contains(id)) {
            ledger.fence(node, new ControllerEffect.FenceOf(id, partition.get().epoch()));
          }
          return partition.isEmpty();
        }));
    waiting.values().removeIf(Set::isEmpty);
  }
}
