package io.dure.runtime;

import java.util.concurrent.Executor;

/**
 * One event loop, as the hosts living on it see it: tasks run one at a time, in the order posted. A
 * turn is what the loop does between two waits: sockets that are ready, tasks posted, timers due,
 * and at last {@link #atTurnEnd}.
 */
public interface Loop extends Executor {
  /**
   * Posts a task; callable from anywhere. A task posted from the loop itself runs later in the same
   * turn.
   */
  @Override
  void execute(Runnable task);

  /** Whether the caller is running on this loop right now. */
  boolean isCurrent();

  /**
   * Runs {@code task} once, when all that is at hand in this turn is done. Called on the loop only.
   */
  void atTurnEnd(Runnable task);

  /**
   * Runs {@code task} once on this loop, {@code delayMs} from now or a little later. Callable from
   * anywhere.
   */
  void schedule(long delayMs, Runnable task);

  /** Runs {@code task} in place when called on this loop, else posts it. */
  default void run(Runnable task) {
    if (isCurrent()) {
      task.run();
    } else {
      execute(task);
    }
  }
}
