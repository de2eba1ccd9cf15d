package io.dure.runtime;

/**
 * How heavy one replica is, and what the controller was told of it. Every replica measures what it
 * takes in, so that who leads next knows it at once. Belongs to the partition's loop.
 */
final class PartitionLoad {
  /** What was taken in is averaged over about so long. */
  private static final long AVERAGED_MS = 60_000;

  /** Seen for less, it says nothing yet. */
  private static final double SEEN_ENOUGH = 1.0 / 3;

  /** Less than this share is no news. */
  private static final int NEWS_PER_CENT = 10;

  /** Nor are fewer bytes. */
  static final long NEWS_BYTES = 4L << 20;

  private static final long NEWS_BYTES_PER_SECOND = 64L << 10;

  private static final long NEVER = -1;

  private long taken;
  private long lookedMs = NEVER;
  private long seenMs;
  private double bytesPerSecond;
  private long toldBytes = NEVER;
  private long toldBytesPerSecond;

  /** So many bytes were written, as a leader or as a follower. */
  void took(int bytes) {
    taken += bytes;
  }

  /**
   * To be called every now and then; the average is of what was taken in between.
   *
   * @param learning whether this copy is being made, which says nothing of what producers send
   */
  void look(long nowMs, boolean learning) {
    if (lookedMs == NEVER || learning) {
      seenMs = 0;
      bytesPerSecond = 0;
    } else if (nowMs > lookedMs) {
      long passedMs = nowMs - lookedMs;
      // At first the plain mean: an average that begins with 0 would take a minute to be true.
      seenMs = Math.min(seenMs + passedMs, AVERAGED_MS);
      double share = Math.min(1, (double) passedMs / seenMs);
      bytesPerSecond += share * (1000.0 * taken / passedMs - bytesPerSecond);
    }
    lookedMs = nowMs;
    taken = 0;
  }

  /** Whether it was watched for long enough, given how long a round of looks takes. */
  boolean isKnown(long roundMs) {
    return seenMs >= roundMs * SEEN_ENOUGH;
  }

  long bytesPerSecond() {
    return Math.round(bytesPerSecond);
  }

  boolean isNews(long bytes) {
    return toldBytes == NEVER
        || isNews(bytes, toldBytes, NEWS_BYTES)
        || isNews(bytesPerSecond(), toldBytesPerSecond, NEWS_BYTES_PER_SECOND);
  }

  private static boolean isNews(long now, long told, long least) {
    long change = Math.abs(now - told);
    return change > least && change > told / 100 * NEWS_PER_CENT;
  }

  void told(long bytes) {
    toldBytes = bytes;
    toldBytesPerSecond = bytesPerSecond();
  }
}
