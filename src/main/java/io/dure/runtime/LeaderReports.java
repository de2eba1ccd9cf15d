package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import java.util.HashSet;
import java.util.Set;

/**
 * What a leader tells the controller: who is in step with it, and that its epoch is open. Messages
 * may be lost, so each is repeated until the image says the same. Belongs to the partition's loop.
 */
final class LeaderReports {
  private static final long REPEAT_MS = 250;

  private final PartitionId id;
  private final Shard shard;
  private Set<NodeId> keepingUp = Set.of();
  private Set<NodeId> inStep = Set.of();
  private long repeatMs;

  LeaderReports(PartitionId id, Shard shard) {
    this.id = id;
    this.shard = shard;
  }

  /** The replicas that keep up with this leader, as far as records go. */
  void keepingUp(Set<NodeId> replicas) {
    keepingUp = replicas;
  }

  void resigned() {
    keepingUp = Set.of();
    inStep = Set.of();
  }

  /** Whom deletions wait for. */
  Set<NodeId> inStep() {
    return inStep;
  }

  /** Says what the image does not say yet. */
  void tell(PartitionImage image, int ledEpoch, boolean opened) {
    if (ledEpoch < 0) {
      return;
    }
    Set<NodeId> now = new HashSet<>(keepingUp);
    // One that was a learner and is nothing any more may be among them until something else
    // changes.
    now.retainAll(image.members());
    inStep = Set.copyOf(now);
    if (!inStep.isEmpty() && !inStep.equals(image.inStep())) {
      shard.toController(new PeerMessage.InStep(id, ledEpoch, inStep));
    }
    if (opened && image.epoch() == ledEpoch && !image.earlier().isEmpty()) {
      shard.toController(new PeerMessage.Opened(id, ledEpoch));
    }
  }

  /** Whether it is time to say it again. */
  boolean isDue(long nowMs) {
    if (nowMs < repeatMs) {
      return false;
    }
    repeatMs = nowMs + REPEAT_MS;
    return true;
  }
}
