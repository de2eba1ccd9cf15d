package io.dure.quorum;

import io.dure.base.NodeId;
import io.dure.replication.ReplicaEvent;
import java.util.Set;

/** What can happen to a node's share in the metadata quorum. */
public sealed interface QuorumEvent {
  record Received(NodeId from, QuorumMessage message) implements QuorumEvent {}

  /**
   * Something for the replica inside: replication messages, Appended, Flushed, Sent, StartMoved,
   * PeerConnected.
   */
  record ForReplica(ReplicaEvent event) implements QuorumEvent {}

  /** A {@link QuorumEffect.Persist} is durable. */
  record Persisted(QuorumState state) implements QuorumEvent {}

  /**
   * The peer's process is gone (connection refused after a close): do not wait for its silence to
   * time out.
   */
  record PeerGone(NodeId peer) implements QuorumEvent {}

  /** The brokers that copy the metadata log without a vote. */
  record LearnersChanged(Set<NodeId> learners) implements QuorumEvent {
    public LearnersChanged {
      learners = Set.copyOf(learners);
    }
  }

  /**
   * Time passes; {@code nowMs} never falls. Sent every 20 to 50 ms; reaches the replica inside,
   * too.
   */
  record Tick(long nowMs) implements QuorumEvent {}
}
