package io.dure.log;

/**
 * Which segments of a log have outlived their retention, and when a segment has been written to for
 * long enough. Confined to the log's loop.
 */
final class LogAging {
  private final LogBody body;

  LogAging(LogBody body) {
    this.body = body;
  }

  /**
   * Where the log should start by its retention: behind the oldest segments that are too old or too
   * much, as long as all of them is below {@code committed} (exclusive). Only whole segments go.
   */
  long keptFrom(long committed, long wallMs) {
    Retention retention = body.settings().retention();
    long kept = body.visibleStart();
    if (!retention.isLimited()) {
      return kept;
    }
    long sizeBytes = 0;
    for (Segment segment : body.segments) {
      sizeBytes += segment.sizeBytes();
    }
    for (int i = 0; i < body.segments.size(); i++) {
      Segment segment = body.segments.get(i);
      long end = body.endOf(i);
      boolean tooMuch =
          retention.bytes() >= 0 && sizeBytes - segment.sizeBytes() >= retention.bytes();
      if (segment.sizeBytes() == 0
          || end > committed
          || !tooMuch && wallMs <= expiryMs(segment, retention)) {
        break;
      }
      sizeBytes -= segment.sizeBytes();
      kept = Math.max(kept, end);
    }
    return kept;
  }

  /** When (inclusive) the oldest segment may be dropped for its age; wall time. */
  long nextExpiryMs() {
    return expiryMs(body.segments.getFirst(), body.settings().retention());
  }

  /**
   * Records without a timestamp have no age: their segment goes with what its size allows, or with
   * DeleteRecords.
   */
  private long expiryMs(Segment segment, Retention retention) {
    long largestMs = segment.largest(Long.MAX_VALUE, Long.MAX_VALUE, body.settings()).timestampMs();
    long expiryMs = largestMs + retention.ms();
    return retention.ms() < 0 || largestMs < 0 || expiryMs < 0 ? Long.MAX_VALUE : expiryMs;
  }

  /** Whether a batch of this time is too much younger than the first of the active segment. */
  boolean isOld(Segment active, long timestampMs) {
    long firstMs = active.firstTimestamp();
    return firstMs >= 0 && timestampMs - firstMs >= rollMs(active);
  }

  private long rollMs(Segment segment) {
    LogSettings settings = body.settings();
    long ageMs =
        settings.cleaning().enabled()
            ? Math.min(settings.segmentMs(), settings.cleaning().maxLagMs())
            : settings.segmentMs();
    long jitterMs = Math.min(settings.segmentJitterMs(), ageMs);
    if (jitterMs == 0) {
      return ageMs;
    }
    // Spread, yet the same whenever it is asked for.
    long hash = (body.folder.hashCode() * 31L + segment.base()) * 0x9E3779B97F4A7C15L >>> 1;
    return Math.max(1, ageMs - hash % jitterMs);
  }
}
