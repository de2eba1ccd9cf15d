package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Latencies;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.wire.WireError;

/**
 * Who waits for one partition: writers until their records are committed, readers until there is
 * more, and whoever came between two leaders. Belongs to its loop.
 */
final class WaitingClients {
  /** What they need to know of the replica. */
  interface Site {
    boolean leads();

    /** Whether this leader, with those it can reach, could commit anything. */
    boolean enoughReachable();

    AppendOutcome.Refused refused(WireError error, String reason);
  }

  private final Site site;
  private final WaitingAppends appends;
  private final Watches watches = new Watches();
  private final Interregnum interregnum;

  /**
   * @param budget of bytes held by all of a loop's partitions
   * @param commits counts how long commits take
   */
  WaitingClients(Site site, ByteBudget budget, Latencies commits, Clock clock) {
    this.site = site;
    this.appends = new WaitingAppends(budget, commits, clock);
    this.interregnum = new Interregnum(budget);
  }

  WaitingAppends appends() {
    return appends;
  }

  Watches watches() {
    return watches;
  }

  Interregnum interregnum() {
    return interregnum;
  }

  /** Writers whose time is over, or whom nobody could help. */
  void expire(long nowMs) {
    if (appends.isEmpty()) {
      return;
    }
    appends.expire(nowMs, site.refused(WireError.REQUEST_TIMED_OUT, "not committed in time"));
    if (!appends.isEmpty() && !site.enoughReachable()) {
      appends.refuseAll(_ ->
          site.refused(
              WireError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
              "too few replicas are within reach to commit it"));
    }
  }

  void endTooLongInterregnum(long nowMs) {
    if (interregnum.isTooLong(nowMs)) {
      endInterregnum();
      interregnum.release();
    }
  }

  /**
   * Those whose records are in the log already go on waiting if this replica leads again. Under
   * another leader the log may be cut, so nobody waits past the event that tells of one.
   */
  void endInterregnum() {
    if (interregnum.isOn()) {
      interregnum.end();
      if (!site.leads()) {
        refuseWriters();
      }
      watches.wakeAll();
    }
  }

  /** As a follower this replica learns of commits, too, but of records that may be other ones. */
  void committed(long upTo, long lastStable) {
    if (site.leads()) {
      appends.committed(upTo);
    }
    watches.committed(upTo, lastStable);
  }

  void resigned() {
    if (!interregnum.isOn()) {
      refuseWriters();
      watches.wakeAll();
    }
  }

  /** Nobody will ever be served here again. */
  void close() {
    interregnum.release();
    watches.wakeAll();
  }

  private void refuseWriters() {
    appends.refuseAll(
        _ -> site.refused(WireError.NOT_LEADER_OR_FOLLOWER, "resigned before it was committed"));
  }
}
