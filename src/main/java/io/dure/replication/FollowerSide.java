package io.dure.replication;

import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.util.Optional;

/**
 * How a replica follows: it cuts what its leader never had, copies the rest, and acknowledges what
 * is durable. Each method takes the role and gives the next one. Owned by one {@link Replica}.
 */
final class FollowerSide {
  private final Ground ground;
  private final Retry retry;
  private long gapReportedAt = -1;

  FollowerSide(Ground ground) {
    this.ground = ground;
    this.retry = new Retry(ground.settings);
  }

  /** A new role begins: nothing was said in it yet. */
  void entered() {
    gapReportedAt = -1;
    retry.reset();
  }

  void sayFollow(NodeId leader) {
    ground.send(leader, new ReplicaMessage.Follow(ground.epoch()));
    retry.said(ground.nowMs());
  }

  /**
   * The leader spoke, but not with a Begin, which must have been lost; or it does not speak at all.
   */
  void sayFollowAgain(NodeId leader) {
    if (retry.due(ground.nowMs())) {
      sayFollow(leader);
    }
  }

  Role onBegin(Role role, NodeId leader, EpochHistory startLog) {
    EpochHistory own = ground.history();
    long startEnd = startLog.end();
    boolean prefix = role instanceof Role.Copying || isOfThisEpoch(own, startEnd);
    if (!prefix && !comparable(own, startLog)) {
      retry.said(ground.nowMs());
      // Below the leader's start, so that it answers with a Restart.
      long end = Math.min(own.end(), startLog.start() - 1);
      ground.send(leader, new ReplicaMessage.Began(ground.epoch(), end));
      return new Role.Stranded(leader, startEnd);
    }
    if (!prefix) {
      ground.cutTo(own.commonEndWith(startLog));
    }
    sayBegan(leader);
    ground.joinIfDurable(startEnd);
    if (ground.flushedEnd() > ground.history().start() || ground.hasJoined()) {
      ground.send(leader, acked());
    }
    return new Role.Copying(leader, startEnd);
  }

  private void sayBegan(NodeId leader) {
    gapReportedAt = -1;
    ground.send(leader, new ReplicaMessage.Began(ground.epoch(), ground.history().end()));
  }

  /**
   * Whether this log was copied from this epoch's leader already, before a restart: it holds a
   * record of the epoch, or it has dropped, as committed, what the leader can only have written in
   * it.
   */
  private boolean isOfThisEpoch(EpochHistory own, long startEnd) {
    return own.lastEpoch() == ground.epoch() || own.start() > startEnd;
  }

  /**
   * Whether it can be told where the two logs part: they share an epoch, or none of ours lies
   * before their start.
   */
  private static boolean comparable(EpochHistory own, EpochHistory startLog) {
    if (own.end() < startLog.start()) {
      return false;
    }
    if (own.start() >= startLog.start() || own.start() == own.end()) {
      return true;
    }
    for (EpochHistory.Entry entry : own.entries()) {
      for (EpochHistory.Entry other : startLog.entries()) {
        if (entry.epoch() == other.epoch()) {
          return true;
        }
      }
    }
    return false;
  }

  void onAppend(Role.Copying role, ReplicaMessage.Append append) {
    BatchSpan records = append.records();
    long end = ground.history().end();
    if (records.end() <= end) {
      ground.send(role.leader(), acked());
    } else if (records.from() == end) {
      ground.append(records);
    } else {
      reportGap(role.leader(), end);
      return;
    }
    onAdvance(append.highWatermark());
  }

  /** Once per gap: every message behind a lost one would ask for the same again. */
  private void reportGap(NodeId leader, long end) {
    if (gapReportedAt != end) {
      gapReportedAt = end;
      ground.send(leader, new ReplicaMessage.Began(ground.epoch(), end));
    }
  }

  void onAdvance(long toldHighWatermark) {
    ground.commitTo(Math.min(toldHighWatermark, ground.history().end()));
  }

  /** Drops all, and starts where the leader starts; all before that is committed. */
  Role restartAt(NodeId leader, long startEnd, ReplicaMessage.Restart restart) {
    long start = restart.start();
    ground.resetTo(start, restart.producers());
    sayBegan(leader);
    ground.commitTo(start);
    return new Role.Copying(leader, startEnd);
  }

  /** More became durable. */
  void onFlushed(Role.Copying role) {
    ground.joinIfDurable(role.startEnd());
    ground.send(role.leader(), acked());
  }

  ReplicaMessage acked() {
    return new ReplicaMessage.Acked(ground.epoch(), ground.hasJoined(), ground.flushedEnd());
  }

  void onConnected(Role role, NodeId peer) {
    if (!Replica.leaderIn(role, ground.self).equals(Optional.of(peer))) {
      return;
    }
    switch (role) {
      case Role.Following _ -> {
        retry.reset();
        sayFollow(peer);
      }
      case Role.Copying _ -> ground.send(peer, acked());
      case Role.Unattached _, Role.Stranded _, Role.Leading _ -> {}
    }
  }
}
