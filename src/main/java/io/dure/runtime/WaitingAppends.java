package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Latencies;
import io.dure.runtime.Partitions.AppendOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Appends of one partition that are in the leader's log and wait to be committed, in the order of
 * their ends. Belongs to its loop. Bounded in bytes by {@link ByteBudget}.
 */
final class WaitingAppends {
  /**
   * An append, begun at {@code sinceNs}, and the answer it gets once everything below {@code end}
   * (exclusive) is committed.
   */
  record Waiting(
      long end,
      int sizeBytes,
      long sinceNs,
      long deadlineMs,
      AppendOutcome.Committed answer,
      Executor caller,
      Consumer<AppendOutcome> done) {
    void tell(AppendOutcome outcome) {
      WaitingAppends.answer(caller, done, outcome);
    }
  }

  private final ByteBudget budget;
  private final Latencies commits;
  private final Clock clock;
  // A repeated batch waits for an end that lies before the newest ones, hence a queue of its own.
  private final ArrayDeque<Waiting> appended = new ArrayDeque<>();
  private final ArrayDeque<Waiting> repeated = new ArrayDeque<>();

  /**
   * @param commits counts from {@code sinceNs} to the commit
   */
  WaitingAppends(ByteBudget budget, Latencies commits, Clock clock) {
    this.budget = budget;
    this.commits = commits;
    this.clock = clock;
  }

  /** Answers through {@code caller}, in place when that is the loop we are on. */
  static <T> void answer(Executor caller, Consumer<T> done, T outcome) {
    if (caller instanceof Loop loop) {
      if (loop.isCurrent()) {
        done.accept(outcome);
      } else {
        loop.execute(() -> done.accept(outcome));
      }
    } else {
      caller.execute(() -> done.accept(outcome));
    }
  }

  void add(Waiting waiting) {
    budget.take(waiting.sizeBytes());
    appended.add(waiting);
  }

  void addRepeated(Waiting waiting) {
    repeated.add(waiting);
  }

  boolean isEmpty() {
    return appended.isEmpty() && repeated.isEmpty();
  }

  void committed(long highWatermark) {
    if (appended.isEmpty() && repeated.isEmpty()) {
      return;
    }
    long nowNs = clock.nowNs();
    while (!appended.isEmpty() && appended.peek().end() <= highWatermark) {
      Waiting waiting = appended.remove();
      commits.record(nowNs - waiting.sinceNs());
      budget.giveBack(waiting.sizeBytes());
      waiting.tell(waiting.answer());
    }
    if (!repeated.isEmpty()) {
      for (int i = repeated.size(); i > 0; i--) {
        Waiting waiting = repeated.remove();
        if (waiting.end() <= highWatermark) {
          waiting.tell(waiting.answer());
        } else {
          repeated.add(waiting);
        }
      }
    }
  }

  /** Gives up those whose deadline has passed. */
  void expire(long nowMs, AppendOutcome outcome) {
    expire(appended, nowMs, outcome);
    expire(repeated, nowMs, outcome);
  }

  private void expire(ArrayDeque<Waiting> queue, long nowMs, AppendOutcome outcome) {
    var expired = new ArrayList<Waiting>(0);
    queue.removeIf(waiting -> waiting.deadlineMs() <= nowMs && expired.add(waiting));
    giveUp(expired, queue == appended, _ -> outcome);
  }

  /** They have left the queue before anybody is told, as who is told may append at once. */
  private void giveUp(
      List<Waiting> all, boolean counted, Function<Waiting, AppendOutcome> outcome) {
    if (counted) {
      all.forEach(waiting -> budget.giveBack(waiting.sizeBytes()));
    }
    all.forEach(waiting -> waiting.tell(outcome.apply(waiting)));
  }

  /** Answers all of them, each with what {@code outcome} says of it. */
  void refuseAll(Function<Waiting, AppendOutcome> outcome) {
    List<Waiting> counted = List.copyOf(appended);
    List<Waiting> others = List.copyOf(repeated);
    appended.clear();
    repeated.clear();
    giveUp(counted, true, outcome);
    giveUp(others, false, outcome);
  }
}
