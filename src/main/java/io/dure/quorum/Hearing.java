package io.dure.quorum;

import io.dure.base.NodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who was heard when, and whose process is known to be gone. Owned by its {@link Quorum}. */
final class Hearing {
  static final long LONG_AGO = Long.MIN_VALUE / 2;

  private final NodeId self;
  private final Map<NodeId, Long> heardMs = new HashMap<>();
  private final Set<NodeId> gone = new HashSet<>();
  private long leaderHeardMs = LONG_AGO;

  Hearing(NodeId self) {
    this.self = self;
  }

  void back(NodeId peer) {
    gone.remove(peer);
  }

  void gone(NodeId peer) {
    gone.add(peer);
    heardMs.put(peer, LONG_AGO);
  }

  boolean isGone(NodeId peer) {
    return gone.contains(peer);
  }

  /** It answered this leader in its epoch. */
  void answered(NodeId peer, long nowMs) {
    heardMs.put(peer, nowMs);
  }

  /** A new leader has all the patience with those that are not known to be gone. */
  void beginsToLead(List<NodeId> voters, long nowMs) {
    voters.forEach(voter -> heardMs.put(voter, isGone(voter) ? LONG_AGO : nowMs));
  }

  /** A node votes from now on; how long it has been silent is measured from here. */
  void votesFromNow(List<NodeId> voters, long nowMs) {
    voters.forEach(voter -> heardMs.putIfAbsent(voter, isGone(voter) ? LONG_AGO : nowMs));
  }

  boolean majorityWithin(List<NodeId> voters, long nowMs, long withinMs) {
    int heard = 0;
    for (NodeId voter : voters) {
      if (voter.equals(self) || nowMs - heardMs.getOrDefault(voter, LONG_AGO) < withinMs) {
        heard++;
      }
    }
    return heard >= voters.size() / 2 + 1;
  }

  void leader(long nowMs) {
    leaderHeardMs = nowMs;
  }

  /** Whether nobody leads as far as known, or who does is gone or has been silent for so long. */
  boolean leaderMissing(Optional<NodeId> leader, long nowMs, long afterMs) {
    return leader.isEmpty() || isGone(leader.get()) || nowMs - leaderHeardMs >= afterMs;
  }
}
