package io.dure.runtime;

import java.util.ArrayDeque;

/**
 * The time of one replica between the fence of an epoch and the news of who leads it, some
 * milliseconds in an election that was planned. Who comes meanwhile is held and not refused: a
 * client that is told "not the leader" and not who is waits for 100 ms before it asks again.
 * Belongs to its loop.
 */
final class Interregnum {
  /** By then an election has found a leader, or is one that takes long. */
  static final long AT_MOST_MS = 500;

  private static final long NONE = Long.MIN_VALUE;

  /** What asks again when it is over. */
  private record Held(int sizeBytes, Runnable again) {}

  private final ByteBudget budget;
  private final ArrayDeque<Held> held = new ArrayDeque<>(0);
  private long sinceMs = NONE;
  private boolean deposed;

  Interregnum(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * One fence after the other does not make it longer.
   *
   * @param led whether this replica led until now
   */
  void begin(long nowMs, boolean led) {
    if (!isOn()) {
      sinceMs = nowMs;
      deposed = led;
    }
  }

  boolean isOn() {
    return sinceMs != NONE;
  }

  /** Whether this replica led when it began, and so has all that any reader has seen. */
  boolean isOnForDeposed() {
    return isOn() && deposed;
  }

  boolean isTooLong(long nowMs) {
    return isOn() && nowMs - sinceMs >= AT_MOST_MS;
  }

  /** Returns false, and does nothing, when {@code again} is to be run now. */
  boolean holds(int sizeBytes, Runnable again) {
    if (!isOn() || !budget.allows(sizeBytes)) {
      return false;
    }
    budget.take(sizeBytes);
    held.add(new Held(sizeBytes, again));
    return true;
  }

  void end() {
    sinceMs = NONE;
  }

  /** Lets those ask again that were held, in the order in which they came, if it is over. */
  void release() {
    while (!isOn() && !held.isEmpty()) {
      Held next = held.remove();
      budget.giveBack(next.sizeBytes());
      next.again().run();
    }
  }
}
