package io.dure.quorum;

import io.dure.base.Check;
import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Who votes, as the metadata log of one node says. A set holds from when its record stands in the
 * log, committed or not, and no longer than the record does (Ongaro's thesis, 4.1). Mutable; owned
 * by the node's {@link Quorum}.
 *
 * <p>What is committed never changes, so only changes above that are kept one by one.
 */
public final class VoterSets {
  /**
   * A record of the log that names all voters.
   *
   * @param offset where it stands
   */
  public record Change(long offset, List<NodeId> voters) {
    public Change {
      voters = voters.stream().sorted().distinct().toList();
      Check.that(!voters.isEmpty(), "nobody would vote");
    }
  }

  private final List<Change> open = new ArrayList<>(2);
  private List<NodeId> settled;
  private long settledEnd;

  /**
   * @param voters who votes as everything committed below {@code end} (exclusive) says: those of a
   *     snapshot, or the founders and 0
   */
  public VoterSets(List<NodeId> voters, long end) {
    this.settled = new Change(end, voters).voters();
    this.settledEnd = end;
  }

  /** Who votes now; sorted. */
  public List<NodeId> newest() {
    return open.isEmpty() ? settled : open.getLast().voters();
  }

  /** Whether the newest set is known to be committed. */
  public boolean isSettled() {
    return open.isEmpty();
  }

  /** Whether the node votes, or did by a set of which it is not known that it is over. */
  boolean mayNeed(NodeId node) {
    return settled.contains(node)
        || open.stream().anyMatch(change -> change.voters().contains(node));
  }

  /** The record stands in the log; changes come in the log's order. */
  public void appended(Change change) {
    if (change.offset() >= settledEnd) {
      Check.that(
          open.isEmpty() || open.getLast().offset() < change.offset(),
          "voters named at %d again",
          change.offset(),
          0);
      open.add(change);
    }
  }

  /** The log was cut: what it said behind that does not hold any more. */
  void cutTo(long end) {
    open.removeIf(change -> change.offset() >= end);
  }

  /** The whole log was dropped and starts anew; what is known of its beginning came before. */
  void resetTo(long start) {
    Check.that(
        start <= settledEnd,
        "the log starts at %d, who votes is known up to %d only",
        start,
        settledEnd);
    open.clear();
  }

  void committedTo(long end) {
    while (!open.isEmpty() && open.getFirst().offset() < end) {
      settled = open.removeFirst().voters();
    }
    settledEnd = Math.max(settledEnd, end);
  }

  /** A snapshot says who votes as of {@code end} (exclusive). */
  void known(List<NodeId> voters, long end) {
    if (end > settledEnd) {
      settled = new Change(end, voters).voters();
      open.removeIf(change -> change.offset() < end);
      settledEnd = end;
    }
  }

  /** Whether {@code next} is this set with one node more or less, or this set once more. */
  boolean isOneStepTo(List<NodeId> next) {
    List<NodeId> now = newest();
    long gone = now.stream().filter(node -> !next.contains(node)).count();
    long added = next.stream().filter(node -> !now.contains(node)).count();
    return gone + added <= 1;
  }

  @Override
  public String toString() {
    return settled + " to " + settledEnd + (open.isEmpty() ? "" : ", then " + open);
  }
}
