package io.dure.quorum;

import io.dure.base.NodeId;
import io.dure.replication.ReplicaEffect;
import java.util.Optional;

/**
 * What a node's share in the metadata quorum asks its host to do, in order, all before the next
 * event.
 */
public sealed interface QuorumEffect {
  record Send(NodeId to, QuorumMessage message) implements QuorumEffect {}

  /** Make the state durable, then report {@link QuorumEvent.Persisted}. */
  record Persist(QuorumState state) implements QuorumEffect {}

  /** An effect of the replica inside; never its Persist, which arrives as this room's own. */
  record OfReplica(ReplicaEffect effect) implements QuorumEffect {}

  /**
   * While leading: {@code node}, a voter or a learner, has just answered in this epoch, so it is
   * alive.
   */
  record Heard(NodeId node) implements QuorumEffect {}

  /** Who leads the metadata log in {@code epoch}, as far as this node knows. */
  record LeaderIs(int epoch, Optional<NodeId> leader) implements QuorumEffect {}
}
