package io.dure.acceptance;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waiting with an end. */
public final class Await {
  /** Something to ask again and again. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  private static final long PAUSE_MS = 50;

  private Await() {}

  /**
   * Asks until it holds; an exception counts as not yet.
   *
   * @param standing what to say of it when the time is over
   * @return how long it took, in milliseconds
   */
  public static long until(
      String what, Duration atMost, Condition condition, Supplier<String> standing)
      throws InterruptedException, TimeoutException {
    long startNs = System.nanoTime();
    Exception last = null;
    while (true) {
      try {
        last = null;
        if (condition.holds()) {
          return (System.nanoTime() - startNs) / 1_000_000;
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - startNs > atMost.toNanos()) {
        String why = last == null ? "" : "; " + last;
        throw new TimeoutException(
            "%s: not within %d s; %s%s".formatted(what, atMost.toSeconds(), standing.get(), why));
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  public static long until(String what, Duration atMost, Condition condition)
      throws InterruptedException, TimeoutException {
    return until(what, atMost, condition, () -> "nothing more is known");
  }
}
