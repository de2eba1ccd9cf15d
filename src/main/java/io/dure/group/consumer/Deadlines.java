package io.dure.group.consumer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Until when members are to be heard of, and until when they are to take the step they are at. */
final class Deadlines {
  private final Map<String, Long> session = new HashMap<>();
  private final Map<String, String> lastBeats = new HashMap<>();
  private final Set<String> suspects = new HashSet<>();
  private final Map<String, Step> steps = new HashMap<>();

  /** To give up partitions, or before that to take what it was given. */
  private record Step(int epoch, Holding.Stage stage, long untilMs) {
    boolean isSame(ConsumerMember member) {
      return epoch == member.epoch() && stage == member.holding().stage();
    }
  }

  void expect(String memberId, long untilMs) {
    session.put(memberId, untilMs);
    suspects.remove(memberId);
  }

  void heard(String memberId, String beat) {
    lastBeats.put(memberId, beat);
  }

  /**
   * Expects a member sooner, unless it was heard of since that heartbeat.
   *
   * @return whether it is expected sooner now
   */
  boolean suspect(String memberId, String lastBeat, long untilMs) {
    boolean sooner =
        lastBeat.equals(lastBeats.get(memberId))
            && session.getOrDefault(memberId, Long.MIN_VALUE) > untilMs;
    if (sooner) {
      session.put(memberId, untilMs);
      suspects.add(memberId);
    }
    return sooner;
  }

  /** Somebody may be gone, so that the others will soon have something to take. */
  boolean suspectsSomebody() {
    return !suspects.isEmpty();
  }

  /** The clock of a step runs from its start, however often the member is heard of. */
  void expectStep(ConsumerMember member, long untilMs) {
    Step running = steps.get(member.id());
    if (running == null || !running.isSame(member)) {
      steps.put(member.id(), new Step(member.epoch(), member.holding().stage(), untilMs));
    }
  }

  void tookStep(String memberId) {
    steps.remove(memberId);
  }

  void forget(String memberId) {
    session.remove(memberId);
    lastBeats.remove(memberId);
    suspects.remove(memberId);
    steps.remove(memberId);
  }

  boolean isOverdue(String memberId, long nowMs) {
    return session.getOrDefault(memberId, Long.MAX_VALUE) <= nowMs
        || Optional.ofNullable(steps.get(memberId)).filter(s -> s.untilMs() <= nowMs).isPresent();
  }

  /** {@link Long#MAX_VALUE} when nothing is expected. */
  long nextMs() {
    long next = Long.MAX_VALUE;
    for (long untilMs : session.values()) {
      next = Math.min(next, untilMs);
    }
    for (Step step : steps.values()) {
      next = Math.min(next, step.untilMs());
    }
    return next;
  }
}
