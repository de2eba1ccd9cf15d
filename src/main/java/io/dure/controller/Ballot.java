package io.dure.controller;

import io.dure.base.NodeId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers of a partition's replicas to the fence of one epoch, and who may lead it by them.
 *
 * <p>Everything committed is held by {@code commitQuorum} replicas, so it is held by one of any
 * {@code replicas - commitQuorum + 1}: with fewer answers nothing can be said.
 */
record Ballot(int replicas, int commitQuorum, Map<NodeId, Standing> answers) {
  /** How far a replica is: the last epoch it joined, then the end of its log. */
  record Standing(int joinedEpoch, long end) implements Comparable<Standing> {
    private static final Comparator<Standing> ORDER =
        Comparator.comparingInt(Standing::joinedEpoch).thenComparingLong(Standing::end);

    @Override
    public int compareTo(Standing other) {
      return ORDER.compare(this, other);
    }
  }

  boolean isEnough() {
    return answers.size() >= replicas - commitQuorum + 1;
  }

  /**
   * The furthest replica; among equals the one that comes first in {@code preference}. Empty: not
   * enough answers.
   */
  Optional<NodeId> furthest(Collection<NodeId> preference) {
    if (!isEnough()) {
      return Optional.empty();
    }
    Optional<NodeId> best = Optional.empty();
    Optional<Standing> furthest = Optional.empty();
    for (NodeId node : preference) {
      Standing standing = answers.get(node);
      if (standing != null && (furthest.isEmpty() || standing.compareTo(furthest.get()) > 0)) {
        best = Optional.of(node);
        furthest = Optional.of(standing);
      }
    }
    return best;
  }

  /**
   * Whether {@code node} certainly holds everything committed, though it may not be the furthest.
   * Of the quorum behind a record committed in the newest joined epoch at most {@code replicas -
   * answers} did not answer; all others of it are among those that joined that epoch and reach past
   * the record. So whoever reaches as far as the so-manieth furthest of them holds it. (What was
   * committed before that epoch, every replica that joined it holds.)
   */
  boolean holdsAllCommitted(NodeId node) {
    Standing standing = answers.get(node);
    if (!isEnough() || standing == null) {
      return false;
    }
    int newest = answers.values().stream().mapToInt(Standing::joinedEpoch).max().orElse(-1);
    List<Long> ends =
        answers.values().stream()
            .filter(other -> other.joinedEpoch() == newest)
            .map(Standing::end)
            .sorted(Comparator.reverseOrder())
            .toList();
    int behindRecord = commitQuorum - (replicas - answers.size());
    long committedAtMost = ends.size() >= behindRecord ? ends.get(behindRecord - 1) : 0;
    return standing.joinedEpoch() == newest && standing.end() >= committedAtMost;
  }
}
