package io.dure.log;

import io.dure.base.Check;

/**
 * How a log is laid out and when it tidies up. May change while the log is open: what is on disk
 * already stays as it is.
 *
 * @param segmentBytes a segment is closed before it would grow past this
 * @param segmentMs a segment is closed when its first batch is so old, less a part of the jitter
 * @param segmentJitterMs how far the ages at which segments are closed are spread
 * @param indexIntervalBytes an index entry is made at most once per so many bytes
 * @param indexBytes a segment is closed before its index would grow past this
 * @param checkpointBytes how much may be appended before the recovery point moves on: what a
 *     restart reads at most
 * @param tailBytes how far back from the end the places of appends are remembered for readers
 * @param producerExpiryMs an idempotent producer is forgotten after being silent for so long
 * @param appendTime records carry the time of their append instead of the producer's
 * @param preallocate a new segment takes its full size on disk at once
 * @param retention which old segments are dropped
 * @param cleaning whether and how old values of keys are dropped
 */
public record LogSettings(
    int segmentBytes,
    long segmentMs,
    long segmentJitterMs,
    int indexIntervalBytes,
    int indexBytes,
    int checkpointBytes,
    int tailBytes,
    long producerExpiryMs,
    boolean appendTime,
    boolean preallocate,
    Retention retention,
    Cleaning cleaning) {
  /** Preallocation starts with this and doubles while a log keeps growing. */
  static final int LEAST_CHUNK_BYTES = 64 << 10;

  static final int LARGEST_CHUNK_BYTES = 4 << 20;

  public static final LogSettings DEFAULT =
      new LogSettings(
          1 << 30,
          7L * 86_400_000,
          0,
          4096,
          10 << 20,
          4 << 20,
          256 << 10,
          86_400_000,
          false,
          false,
          Retention.FOREVER,
          Cleaning.OFF);

  public LogSettings {
    Check.that(segmentBytes > 0, "segmentBytes %d is not positive", segmentBytes);
    Check.that(segmentMs > 0, "segmentMs %d is not positive", segmentMs);
    Check.that(segmentJitterMs >= 0, "segmentJitterMs %d is negative", segmentJitterMs);
    Check.that(indexIntervalBytes >= 0, "indexIntervalBytes %d is negative", indexIntervalBytes);
    Check.that(indexBytes >= 0, "indexBytes %d is negative", indexBytes);
    Check.that(checkpointBytes > 0, "checkpointBytes %d is not positive", checkpointBytes);
    Check.that(tailBytes >= 0, "tailBytes %d is negative", tailBytes);
    Check.that(producerExpiryMs > 0, "producerExpiryMs %d is not positive", producerExpiryMs);
  }

  public LogSettings withSegmentBytes(int bytes) {
    return new LogSettings(
        bytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withSegmentMs(long ms) {
    return new LogSettings(
        segmentBytes,
        ms,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withSegmentJitterMs(long ms) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        ms,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withIndexIntervalBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        bytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withIndexBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        bytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withCheckpointBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        bytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withTailBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        bytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withProducerExpiryMs(long ms) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        ms,
        appendTime,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withAppendTime(boolean on) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        on,
        preallocate,
        retention,
        cleaning);
  }

  public LogSettings withPreallocate(boolean on) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        on,
        retention,
        cleaning);
  }

  public LogSettings withRetention(Retention wanted) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        wanted,
        cleaning);
  }

  public LogSettings withCleaning(Cleaning wanted) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        segmentJitterMs,
        indexIntervalBytes,
        indexBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime,
        preallocate,
        retention,
        wanted);
  }
}
