package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.VotingSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers of a partition's replicas to the fence of one epoch, and who may lead it by them.
 *
 * <p>Everything committed by a voting set is held by {@code commitQuorum} of its replicas, so it is
 * held by one of any {@link VotingSet#answersNeeded}: with fewer answers nothing can be said. While
 * the replicas change, several sets may have committed something, and each has to be heard.
 *
 * @param answers of everybody who keeps a copy; who is in no set may lead, but decides nothing
 */
record Ballot(List<VotingSet> sets, Map<NodeId, Standing> answers) {
  /**
   * How far a replica is: the last epoch it joined, then the end of its log.
   *
   * @param start where its log starts, which decides nothing about who leads
   */
  record Standing(int joinedEpoch, long start, long end) implements Comparable<Standing> {
    private static final Comparator<Standing> ORDER =
        Comparator.comparingInt(Standing::joinedEpoch).thenComparingLong(Standing::end);

    @Override
    public int compareTo(Standing other) {
      return ORDER.compare(this, other);
    }
  }

  boolean isEnough() {
    return sets.stream().allMatch(set -> answered(set) >= set.answersNeeded());
  }

  /**
   * Everything before this offset is deleted. A deletion that somebody was told of is durable on
   * {@code commitQuorum} replicas of a set, as a commit is, so enough answers have heard of it.
   */
  long logStart() {
    return answers.values().stream().mapToLong(Standing::start).max().orElse(0);
  }

  private long answered(VotingSet set) {
    return set.replicas().stream().filter(answers::containsKey).count();
  }

  /**
   * The furthest of {@code preference}, which has to name every replica of all sets; among equals
   * the one that comes first. Empty: not enough answers.
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
   * What was committed before the newest joined epoch, every replica that joined that holds. As to
   * the epoch itself, {@link #committedAtMost} is asked of every set, as any may be its.
   */
  boolean holdsAllCommitted(NodeId node) {
    Standing standing = answers.get(node);
    if (!isEnough() || standing == null) {
      return false;
    }
    int newest = answers.values().stream().mapToInt(Standing::joinedEpoch).max().orElse(-1);
    return standing.joinedEpoch() == newest
        && sets.stream().allMatch(set -> standing.end() >= committedAtMost(set, newest));
  }

  /**
   * Of the quorum behind a record that {@code set} committed in {@code epoch}, the newest joined
   * one, at most {@code replicas - answers} did not answer; all others of it are among those that
   * joined that epoch and reach past the record. So whoever reaches as far as the so-manieth
   * furthest of them holds it.
   */
  private long committedAtMost(VotingSet set, int epoch) {
    List<Long> ends =
        set.replicas().stream()
            .flatMap(node -> Optional.ofNullable(answers.get(node)).stream())
            .filter(standing -> standing.joinedEpoch() == epoch)
            .map(Standing::end)
            .sorted(Comparator.reverseOrder())
            .toList();
    long silent = set.replicas().size() - answered(set);
    int behindRecord = (int) (set.commitQuorum() - silent);
    return ends.size() >= behindRecord ? ends.get(behindRecord - 1) : 0;
  }
}
