package io.dure.base;

import java.util.ArrayDeque;

/**
 * How much longer than usual to wait for somebody before taking silence for death: where silence
 * was mistaken for it, or came again and again, within the last minutes, the machine is short of
 * something, and giving up sooner would only add to its work. The first time counts for nothing, so
 * a single death is answered as fast as ever; each further one doubles the wait. Not safe for
 * threads.
 */
public final class Patience {
  private static final long WINDOW_MS = 120_000;

  private final int doublings;
  private final ArrayDeque<Long> triedMs = new ArrayDeque<>();

  /**
   * @param doublings how often the wait is doubled at most
   */
  public Patience(int doublings) {
    Check.that(doublings >= 0 && doublings < 10, "a wait doubled %d times", doublings);
    this.doublings = doublings;
  }

  /** Somebody was given up for silence alone, or was found alive after that. */
  public void tried(long nowMs) {
    triedMs.add(nowMs);
    if (triedMs.size() > doublings + 1) {
      triedMs.removeFirst();
    }
  }

  /** How many times as long as usual to wait: 1, 2, 4 and so on. */
  public int factor(long nowMs) {
    while (!triedMs.isEmpty() && nowMs - triedMs.peekFirst() > WINDOW_MS) {
      triedMs.removeFirst();
    }
    return 1 << Math.max(0, triedMs.size() - 1);
  }
}
