package io.dure.quorum;

import io.dure.base.NodeId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How this node stands for election, and when. It counts votes and keeps the time; what follows
 * from that is its {@link Quorum}'s to do.
 */
final class Candidacy {
  private static final Stand WAITS = new Stand.Waits();

  private final NodeId self;
  private final QuorumSettings settings;
  private Stand stand = WAITS;
  private int attempts;
  private long standAtMs;
  private long resendAtMs;

  Candidacy(NodeId self, QuorumSettings settings) {
    this.self = self;
    this.settings = settings;
  }

  Stand stand() {
    return stand;
  }

  boolean waits() {
    return stand instanceof Stand.Waits;
  }

  /** The own vote is on its way to the disk: nothing can be done before it is there. */
  boolean awaitsOwnVote() {
    return stand instanceof Stand.Runs(boolean asked, Set<NodeId> _) && !asked;
  }

  // ---- patience ----

  void standAt(long ms) {
    standAtMs = ms;
  }

  void standNoLaterThan(long ms) {
    standAtMs = Math.min(standAtMs, ms);
  }

  boolean isTime(long nowMs) {
    return nowMs >= standAtMs;
  }

  boolean isTimeToAskAgain(long nowMs) {
    return nowMs >= resendAtMs;
  }

  void asked(long nowMs) {
    resendAtMs = nowMs + settings.resendMs();
  }

  /** As long as a leader may be silent. */
  void waitFor(long timeoutMs, int epoch, long nowMs) {
    standAtMs = nowMs + timeoutMs + jitterMs(epoch);
  }

  /** So much time passed in which this process did not listen. */
  void forgive(long ms) {
    standAtMs += ms;
  }

  /** Another one would win: it goes first. */
  void letOtherGoFirst(int epoch, long nowMs) {
    standAtMs = Math.max(standAtMs, nowMs + settings.candidateTimeoutMs() + jitterMs(epoch));
  }

  // ---- standing ----

  void giveUp() {
    stand = WAITS;
  }

  /** A leader was heard, or this node has just become it. */
  void over() {
    stand = WAITS;
    attempts = 0;
  }

  void sound(int next, int epoch, long nowMs) {
    stand = new Stand.Sounds(next, Set.of());
    attempts++;
    standAtMs = nowMs + settings.candidateTimeoutMs() + jitterMs(epoch);
  }

  void run(int epoch, long nowMs) {
    stand = new Stand.Runs(false, Set.of());
    standAtMs = nowMs + settings.candidateTimeoutMs() + jitterMs(epoch);
  }

  /** The own vote is durable: the others may be asked. */
  void runs() {
    stand = new Stand.Runs(true, Set.of());
  }

  /** Counts a vote, one's own as any other, and says whether a majority of {@code voters} did. */
  boolean isEnoughWith(NodeId from, List<NodeId> voters) {
    Set<NodeId> granted =
        switch (stand) {
          case Stand.Waits() -> Set.of();
          case Stand.Sounds(int _, Set<NodeId> before) -> before;
          case Stand.Runs(boolean _, Set<NodeId> before) -> before;
        };
    var now = new HashSet<>(granted);
    now.add(from);
    stand =
        switch (stand) {
          case Stand.Waits() -> stand;
          case Stand.Sounds(int next, Set<NodeId> _) -> new Stand.Sounds(next, Set.copyOf(now));
          case Stand.Runs(boolean asked, Set<NodeId> _) -> new Stand.Runs(asked, Set.copyOf(now));
        };
    long counted = voters.stream().filter(now::contains).count();
    return counted >= voters.size() / 2 + 1;
  }

  /** Differs by node, epoch and attempt, and is the same in every repetition of a run. */
  private long jitterMs(int epoch) {
    long mixed = (self.value() * 31L + epoch) * 31L + attempts;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return Long.remainderUnsigned(mixed ^ (mixed >>> 31), settings.electionJitterMs());
  }
}
