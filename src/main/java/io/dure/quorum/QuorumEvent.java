package io.dure.quorum;

import io.dure.base.NodeId;
import io.dure.replication.ReplicaEvent;
import java.util.List;
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

  /** The brokers, all of them: those that do not vote copy the metadata log as learners. */
  record BrokersChanged(Set<NodeId> brokers) implements QuorumEvent {
    public BrokersChanged {
      brokers = Set.copyOf(brokers);
    }
  }

  /**
   * This leader's host has appended a record that names the voters, as {@link Quorum#mayBecome}
   * allows. Comes before the {@code Appended} that tells of the batch.
   */
  record VotersAppended(VoterSets.Change change) implements QuorumEvent {}

  /**
   * A snapshot that ends at {@code end} (exclusive) is durable here: who votes as of there. Before
   * the log is dropped for it.
   */
  record VotersKnown(List<NodeId> voters, long end) implements QuorumEvent {
    public VotersKnown {
      voters = List.copyOf(voters);
    }
  }

  /**
   * Time passes; {@code nowMs} never falls. Sent every 20 to 50 ms; reaches the replica inside,
   * too.
   */
  record Tick(long nowMs) implements QuorumEvent {}
}
