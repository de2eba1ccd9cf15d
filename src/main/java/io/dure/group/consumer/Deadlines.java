package io.dure.group.consumer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Until when members are to be heard of, and until when they are to have given up partitions. */
final class Deadlines {
  private final Map<String, Long> session = new HashMap<>();
  private final Map<String, Revoking> revoking = new HashMap<>();

  private record Revoking(int epoch, long untilMs) {}

  void expect(String memberId, long untilMs) {
    session.put(memberId, untilMs);
  }

  /** The clock of a revocation runs from its start, however often the member is heard of. */
  void expectGivenUp(String memberId, int epoch, long untilMs) {
    Revoking running = revoking.get(memberId);
    if (running == null || running.epoch() != epoch) {
      revoking.put(memberId, new Revoking(epoch, untilMs));
    }
  }

  void gaveUp(String memberId) {
    revoking.remove(memberId);
  }

  void forget(String memberId) {
    session.remove(memberId);
    revoking.remove(memberId);
  }

  boolean isOverdue(String memberId, long nowMs) {
    return session.getOrDefault(memberId, Long.MAX_VALUE) <= nowMs
        || Optional.ofNullable(revoking.get(memberId))
            .filter(r -> r.untilMs() <= nowMs)
            .isPresent();
  }

  /** {@link Long#MAX_VALUE} when nothing is expected. */
  long nextMs() {
    long next = Long.MAX_VALUE;
    for (long untilMs : session.values()) {
      next = Math.min(next, untilMs);
    }
    for (Revoking r : revoking.values()) {
      next = Math.min(next, r.untilMs());
    }
    return next;
  }
}
