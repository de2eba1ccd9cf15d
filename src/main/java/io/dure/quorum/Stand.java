package io.dure.quorum;

import io.dure.base.NodeId;
import java.util.Set;

/**
 * Where a voter stands in an election. What it is once a leader is known, its replica's role says.
 */
sealed interface Stand {
  /** Does not stand: a leader is known, or patience has not run out. */
  record Waits() implements Stand {}

  /** Asks whether it would win {@code epoch}; nothing is remembered of it. */
  record Sounds(int epoch, Set<NodeId> granted) implements Stand {}

  /**
   * Stands in the epoch it has voted for itself in.
   *
   * @param asked whether the own vote is durable, so that others may be asked and the own vote
   *     counts
   */
  record Runs(boolean asked, Set<NodeId> granted) implements Stand {}
}
