package io.dure.replication;

import io.dure.base.Check;
import io.dure.base.NodeId;
import java.util.List;

/**
 * How a replica leads: it begins with every other one, streams what each lacks, and commits what q
 * of those that joined hold durably. Owned by one {@link Replica}; what belongs to the epoch is in
 * its {@link Leadership}.
 */
final class LeaderSide {
  private final Ground ground;

  LeaderSide(Ground ground) {
    this.ground = ground;
  }

  /** The role is entered already. */
  void begin(Leadership leadership) {
    Appointment appointment = leadership.appointment();
    Check.that(
        2 * appointment.commitQuorum() > appointment.replicas().size(),
        "a commit quorum of %d of %d replicas is no majority",
        appointment.commitQuorum(),
        appointment.replicas().size());
    ground.emit(new ReplicaEffect.Leads(ground.epoch()));
    ground.joinIfDurable(leadership.startLog().end());
    for (FollowerProgress follower : leadership.followers()) {
      beginWith(leadership, follower);
    }
  }

  /** Within an epoch only the learners may change. */
  void takeMembers(Leadership leadership, Appointment appointment) {
    Appointment now = leadership.appointment();
    Check.that(
        appointment.replicas().equals(now.replicas())
            && appointment.commitQuorum() == now.commitQuorum(),
        "the replicas of an epoch changed within it");
    beginWithAdded(leadership, appointment);
  }

  /**
   * Other voters in the same epoch: for the metadata log, which rules by itself when that may be.
   */
  void takeVoters(Leadership leadership, Appointment appointment) {
    beginWithAdded(leadership, appointment);
    commit(leadership);
  }

  private void beginWithAdded(Leadership leadership, Appointment appointment) {
    for (FollowerProgress added : leadership.takeMembers(appointment)) {
      beginWith(leadership, added);
    }
  }

  boolean isInStep(Leadership leadership, NodeId node) {
    return leadership.isInStep(node, ground.hasJoined(), ground.nowMs());
  }

  private void beginWith(Leadership leadership, FollowerProgress follower) {
    follower.awaitBegan();
    follower.retry.said(ground.nowMs());
    ground.send(follower.node, new ReplicaMessage.Begin(ground.epoch(), leadership.startLog()));
  }

  /** It knows nothing of this epoch yet, or the way to it is a new one. */
  void beginAnew(Leadership leadership, FollowerProgress follower) {
    follower.retry.reset();
    beginWith(leadership, follower);
  }

  void onBegan(FollowerProgress follower, long end) {
    if (end > ground.history().end()) {
      return;
    }
    follower.retry.reset();
    if (end < ground.history().start()) {
      restart(follower);
    } else {
      follower.onBegan(end);
      pump(follower);
    }
  }

  private void restart(FollowerProgress follower) {
    follower.awaitBegan();
    follower.retry.waitMs(ground.nowMs(), ground.settings.longestTimeoutMs());
    ground.send(
        follower.node, new ReplicaMessage.Restart(ground.epoch(), ground.history().start()));
  }

  void onAcked(Leadership leadership, FollowerProgress follower, ReplicaMessage.Acked acked) {
    if (acked.flushedEnd() > ground.history().end()) {
      return;
    }
    if (follower.onAcked(acked.joined(), acked.flushedEnd())) {
      follower.retry.reset();
      follower.retry.waitMs(ground.nowMs(), ground.settings.recordsTimeoutMs());
      commit(leadership);
    }
    pump(follower);
  }

  /** This leader has joined its own epoch, or more of its own log is durable. */
  void onDurable(Leadership leadership) {
    ground.joinIfDurable(leadership.startLog().end());
    commit(leadership);
  }

  /**
   * Commits what q joined replicas hold durably; that includes all this leader started with, or
   * nothing.
   */
  private void commit(Leadership leadership) {
    long committed = leadership.committedEnd(ground.hasJoined(), ground.flushedEnd());
    if (committed < 0) {
      return;
    }
    Check.that(
        committed >= leadership.startLog().end(),
        "committed to %d, but the epoch began with %d",
        committed,
        leadership.startLog().end());
    boolean advanced = committed > ground.highWatermark();
    ground.commitTo(committed);
    if (!leadership.opened()) {
      leadership.open();
      ground.emit(new ReplicaEffect.Opened(ground.epoch()));
    }
    if (advanced) {
      pumpAll(leadership);
    }
  }

  void pumpAll(Leadership leadership) {
    List<FollowerProgress> followers = leadership.followers();
    for (int i = 0; i < followers.size(); i++) {
      pump(followers.get(i));
    }
  }

  /**
   * Sends what the follower lacks and its window allows; the high watermark alone when nothing else
   * is left to send.
   */
  private void pump(FollowerProgress follower) {
    if (!follower.begun() || follower.sending()) {
      return;
    }
    long next = follower.nextOffset();
    long mark = ground.highWatermark();
    if (next < ground.history().start()) {
      restart(follower);
    } else if (next < ground.history().end()) {
      if (follower.windowOpen()) {
        follower.startSending();
        follower.toldWithRecords(mark);
        ground.emit(new ReplicaEffect.SendRecords(follower.node, ground.epoch(), next, mark));
      }
    } else if (follower.nothingInFlight() && !follower.knows(mark)) {
      follower.toldAlone(mark);
      ground.send(follower.node, new ReplicaMessage.Advance(ground.epoch(), mark));
    }
  }

  void onSent(FollowerProgress follower, long end) {
    if (!follower.sending()) {
      return;
    }
    boolean first = !follower.anythingInFlight();
    if (!follower.onSent(end)) {
      follower.toldWithRecords(-1);
      return;
    }
    if (first) {
      follower.retry.waitMs(ground.nowMs(), ground.settings.recordsTimeoutMs());
    }
    pump(follower);
  }

  void onTick(Leadership leadership) {
    long nowMs = ground.nowMs();
    long logEnd = ground.history().end();
    for (FollowerProgress follower : leadership.followers()) {
      if (follower.owesAnswer(logEnd) && follower.retry.due(nowMs)) {
        beginWith(leadership, follower);
      } else {
        follower.sendingGaveUp();
        pump(follower);
      }
    }
    leadership
        .inStepToReport(ground.hasJoined(), logEnd, nowMs)
        .ifPresent(inStep -> ground.emit(new ReplicaEffect.InStep(ground.epoch(), inStep)));
  }

  /** Nobody owes anybody anything. */
  boolean quiet(Leadership leadership) {
    return leadership.quiet(ground.history().end(), ground.highWatermark());
  }

  /** The follower that {@code node} is, as far as it is one. */
  void with(Leadership leadership, NodeId node, LeaderStep step) {
    leadership.follower(node).ifPresent(follower -> step.run(leadership, follower));
  }

  /** What a leader does about one of its followers. */
  interface LeaderStep {
    void run(Leadership leadership, FollowerProgress follower);
  }
}
