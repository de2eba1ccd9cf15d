package io.dure.quorum;

import io.dure.base.NodeId;
import io.dure.base.Patience;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who was heard when, whose process is known to be gone, and how long a silence may last. Owned by
 * its {@link Quorum}.
 */
final class Hearing {
  static final long LONG_AGO = Long.MIN_VALUE / 2;

  private final NodeId self;
  private final QuorumSettings settings;
  private final Patience patience;
  private final Map<NodeId, Long> heardMs = new HashMap<>();
  private final Set<NodeId> gone = new HashSet<>();
  private long leaderHeardMs = LONG_AGO;

  Hearing(NodeId self, QuorumSettings settings) {
    this.self = self;
    this.settings = settings;
    this.patience = new Patience(settings.doublings());
  }

  /** Whoever leads no more, and is not known to be gone, was given up for nothing but silence. */
  void succeeded(Optional<NodeId> leader, long nowMs) {
    leader.filter(node -> !isGone(node)).ifPresent(_ -> patience.tried(nowMs));
  }

  /** How many times as long as usual silence is borne. */
  int patience(long nowMs) {
    return patience.factor(nowMs);
  }

  long electionTimeoutMs(long nowMs) {
    return settings.electionTimeoutMs() * patience(nowMs);
  }

  /** So much time passed in which this process did not listen. */
  void forgive(long ms) {
    leaderHeardMs = later(leaderHeardMs, ms);
    heardMs.replaceAll((_, atMs) -> later(atMs, ms));
  }

  private static long later(long atMs, long byMs) {
    return atMs == LONG_AGO ? LONG_AGO : atMs + byMs;
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

  /** Whether a leader still hears a majority. */
  boolean isMajorityHeard(List<NodeId> voters, long nowMs) {
    long withinMs = settings.checkQuorumMs() * patience(nowMs);
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

  /** Whether nobody leads as far as known, or who does is gone or has been silent for too long. */
  boolean leaderMissing(Optional<NodeId> leader, long nowMs) {
    return leader.isEmpty()
        || isGone(leader.get())
        || leaderSilentFor(nowMs, electionTimeoutMs(nowMs));
  }

  /** Whether no leader, whichever it was, has been heard for so long. */
  boolean leaderSilentFor(long nowMs, long ms) {
    return nowMs - leaderHeardMs >= ms;
  }
}
