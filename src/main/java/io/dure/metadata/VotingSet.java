package io.dure.metadata;

import io.dure.base.NodeId;
import java.util.List;

/**
 * Who votes in some epochs of a partition: a record of them is committed when {@code commitQuorum}
 * of {@code replicas} hold it durably.
 *
 * @param replicas in preference order
 */
public record VotingSet(List<NodeId> replicas, int commitQuorum) {
  public VotingSet {
    replicas = List.copyOf(replicas);
  }

  public boolean contains(NodeId node) {
    return replicas.contains(node);
  }

  /** So many of the replicas are in every commit quorum with at least one of them. */
  public int answersNeeded() {
    return replicas.size() - commitQuorum + 1;
  }
}
