package io.dure.group.consumer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Until when members are to be heard of, and until when they are to take the step they are at. */
final class Deadlines {
  private final Map<String, Long> session = new HashMap<>();
  private final Map<String, Step> steps = new HashMap<>();

  /** To give up partitions, or before that to take what it was given. */
  private record Step(int epoch, Holding.Stage stage, long untilMs) {
    boolean isSame(ConsumerMember member) {
      return epoch == member.epoch() && stage == member.holding().stage();
    }
  }

  void expect(String memberId, long untilMs) {
    session.put(memberId, untilMs);
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
