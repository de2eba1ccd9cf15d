package io.dure.broker;

import io.dure.runtime.Loop;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * An event loop whose time stands still until the test moves it. The test's thread counts as the
 * loop's.
 */
final class FakeLoop implements Loop {
  private record Due(long atMs, long order, Runnable task) {}

  private final Queue<Runnable> posted = new ArrayDeque<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
  private long nowMs = 1_000;
  private long order;

  long nowMs() {
    return nowMs;
  }

  @Override
  public void execute(Runnable task) {
    posted.add(task);
  }

  @Override
  public boolean isCurrent() {
    return true;
  }

  @Override
  public void atTurnEnd(Runnable task) {
    posted.add(task);
  }

  @Override
  public void schedule(long delayMs, Runnable task) {
    timers.add(new Due(nowMs + delayMs, order++, task));
  }

  int timers() {
    return timers.size();
  }

  /** Runs what is posted, and what that posts. */
  void turn() {
    while (!posted.isEmpty()) {
      posted.remove().run();
    }
  }

  void pass(long ms) {
    long end = nowMs + ms;
    turn();
    while (!timers.isEmpty() && timers.peek().atMs() <= end) {
      Due due = timers.remove();
      nowMs = Math.max(nowMs, due.atMs());
      due.task().run();
      turn();
    }
    nowMs = end;
  }
}
