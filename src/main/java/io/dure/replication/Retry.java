package io.dure.replication;

/** When to say something again that was not answered. Mutable; owned by one replica. */
final class Retry {
  private final ReplicaSettings settings;
  private long dueMs;
  private int attempts;

  Retry(ReplicaSettings settings) {
    this.settings = settings;
  }

  boolean due(long nowMs) {
    return nowMs >= dueMs;
  }

  /** It was just said: wait, twice as long with every repetition. */
  void said(long nowMs) {
    long patienceMs = settings.beginTimeoutMs() << Math.min(attempts, 16);
    dueMs = nowMs + Math.min(patienceMs, settings.longestTimeoutMs());
    attempts++;
  }

  /** It was answered, or the way is new: due at once, and patience is short again. */
  void reset() {
    attempts = 0;
    dueMs = Long.MIN_VALUE;
  }

  void waitMs(long nowMs, long patienceMs) {
    dueMs = nowMs + patienceMs;
  }
}
