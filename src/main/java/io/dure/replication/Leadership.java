package io.dure.replication;

import io.dure.base.NodeId;
import io.dure.log.EpochHistory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a leader keeps for the epoch it leads: how it started and how far the others are. Mutable;
 * owned by the leader's {@link Replica}, and never outlives the epoch.
 */
public final class Leadership {
  private final NodeId self;
  private final ReplicaSettings settings;
  private final EpochHistory startLog;
  private Appointment appointment;
  private long[] durableEnds = new long[0];
  private List<FollowerProgress> followers = List.of();
  private boolean opened;
  private boolean selfReported;
  private long inStepDueMs = -1;

  Leadership(
      NodeId self, Appointment appointment, EpochHistory startLog, ReplicaSettings settings) {
    this.self = self;
    this.settings = settings;
    this.startLog = startLog;
    this.appointment = appointment;
    takeMembers(appointment);
  }

  public Appointment appointment() {
    return appointment;
  }

  /** The log as it was when the epoch began; the same for the whole epoch. */
  public EpochHistory startLog() {
    return startLog;
  }

  /** Whether q replicas have joined, so that everything this leader started with is committed. */
  public boolean opened() {
    return opened;
  }

  void open() {
    opened = true;
  }

  List<FollowerProgress> followers() {
    return followers;
  }

  Optional<FollowerProgress> follower(NodeId node) {
    for (FollowerProgress follower : followers) {
      if (follower.node.equals(node)) {
        return Optional.of(follower);
      }
    }
    return Optional.empty();
  }

  /** Takes another set of members within the epoch and returns who is new. */
  List<FollowerProgress> takeMembers(Appointment newer) {
    var before = followers;
    var now = new ArrayList<FollowerProgress>();
    var added = new ArrayList<FollowerProgress>();
    for (NodeId node : newer.replicas()) {
      addMember(node, true, now, added);
    }
    for (NodeId node : newer.learners()) {
      if (!newer.replicas().contains(node)) {
        addMember(node, false, now, added);
      }
    }
    appointment = newer;
    durableEnds = new long[newer.replicas().size()];
    followers = List.copyOf(now);
    return before.isEmpty() ? followers : added;
  }

  private void addMember(
      NodeId node, boolean voter, List<FollowerProgress> now, List<FollowerProgress> added) {
    if (node.equals(self)) {
      return;
    }
    Optional<FollowerProgress> known = follower(node);
    if (known.isPresent()) {
      known.get().votes(voter);
      now.add(known.get());
      return;
    }
    var fresh = new FollowerProgress(node, voter, settings);
    now.add(fresh);
    added.add(fresh);
  }

  /**
   * The end (exclusive) that q joined replicas hold durably, or -1 while fewer have joined. A
   * leader that does not vote itself (of the metadata log, while its own removal is not committed)
   * counts the others only.
   *
   * <p>One that joined and was started again since may not know yet how much it holds. It counts
   * once it says that this is all the epoch began with: an open epoch has all of that committed.
   *
   * @param ownJoined whether this leader has joined its own epoch
   */
  long committedEnd(boolean ownJoined, long ownFlushedEnd) {
    int joined = 0;
    if (ownJoined && appointment.replicas().contains(self)) {
      joined = insert(ownFlushedEnd, joined);
    }
    for (FollowerProgress follower : followers) {
      if (follower.votes() && follower.joined() && follower.durableEnd() >= startLog.end()) {
        joined = insert(follower.durableEnd(), joined);
      }
    }
    int quorum = appointment.commitQuorum();
    return joined < quorum ? -1 : durableEnds[quorum - 1];
  }

  /** Keeps the array descending. */
  private int insert(long end, int count) {
    int at = count;
    while (at > 0 && durableEnds[at - 1] < end) {
      durableEnds[at] = durableEnds[at - 1];
      at--;
    }
    durableEnds[at] = end;
    return count + 1;
  }

  /** Who is in step, learners included, when that has changed for long enough to be told. */
  Optional<Set<NodeId>> inStepToReport(boolean ownJoined, long logEnd, long nowMs) {
    boolean changed = ownJoined != selfReported;
    for (FollowerProgress follower : followers) {
      follower.measureLag(logEnd, nowMs);
      changed |= follower.inStep(nowMs, settings.inStepLagMs()) != follower.reportedInStep();
    }
    if (!changed) {
      inStepDueMs = -1;
      return Optional.empty();
    }
    if (inStepDueMs < 0) {
      inStepDueMs = nowMs + settings.inStepSettleMs();
    }
    if (nowMs < inStepDueMs) {
      return Optional.empty();
    }
    inStepDueMs = -1;
    return Optional.of(takeInStep(ownJoined, nowMs));
  }

  private Set<NodeId> takeInStep(boolean ownJoined, long nowMs) {
    var inStep = new HashSet<NodeId>();
    selfReported = ownJoined;
    if (ownJoined) {
      inStep.add(self);
    }
    for (FollowerProgress follower : followers) {
      boolean now = follower.inStep(nowMs, settings.inStepLagMs());
      follower.reportInStep(now);
      if (now) {
        inStep.add(follower.node);
      }
    }
    return inStep;
  }

  /** Whether the node, this leader itself or another, has joined and keeps up. */
  boolean isInStep(NodeId node, boolean ownJoined, long nowMs) {
    return node.equals(self)
        ? ownJoined
        : follower(node).filter(other -> other.inStep(nowMs, settings.inStepLagMs())).isPresent();
  }

  /** Nothing is under way and nothing is left to be told. */
  boolean quiet(long logEnd, long highWatermark) {
    if (!opened || !selfReported || inStepDueMs >= 0) {
      return false;
    }
    for (FollowerProgress follower : followers) {
      boolean done =
          follower.begun()
              && follower.joined()
              && follower.reportedInStep()
              && follower.nothingInFlight()
              && follower.nextOffset() == logEnd
              && follower.knows(highWatermark);
      if (!done) {
        return false;
      }
    }
    return true;
  }
}
