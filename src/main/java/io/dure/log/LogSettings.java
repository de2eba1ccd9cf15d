package io.dure.log;

import io.dure.base.Check;

/**
 * How a log is laid out and when it tidies up.
 *
 * @param segmentBytes a segment is closed before it would grow past this
 * @param segmentMs a segment is closed when a batch is this much younger than the segment's first
 * @param indexIntervalBytes an index entry is made at most once per so many bytes
 * @param checkpointBytes how much may be appended before the recovery point moves on: what a
 *     restart reads at most
 * @param tailBytes how far back from the end the places of appends are remembered for readers
 * @param producerExpiryMs an idempotent producer is forgotten after being silent for so long
 * @param appendTime records carry the time of their append instead of the producer's
 */
public record LogSettings(
    int segmentBytes,
    long segmentMs,
    int indexIntervalBytes,
    int checkpointBytes,
    int tailBytes,
    long producerExpiryMs,
    boolean appendTime) {
  /** Preallocation starts with this and doubles while a log keeps growing. */
  static final int LEAST_CHUNK_BYTES = 64 << 10;

  static final int LARGEST_CHUNK_BYTES = 4 << 20;

  public static final LogSettings DEFAULT =
      new LogSettings(1 << 30, 7L * 86_400_000, 4096, 4 << 20, 256 << 10, 86_400_000, false);

  public LogSettings {
    Check.that(segmentBytes > 0, "segmentBytes %d is not positive", segmentBytes);
    Check.that(segmentMs > 0, "segmentMs %d is not positive", segmentMs);
    Check.that(indexIntervalBytes >= 0, "indexIntervalBytes %d is negative", indexIntervalBytes);
    Check.that(checkpointBytes > 0, "checkpointBytes %d is not positive", checkpointBytes);
    Check.that(tailBytes >= 0, "tailBytes %d is negative", tailBytes);
    Check.that(producerExpiryMs > 0, "producerExpiryMs %d is not positive", producerExpiryMs);
  }

  public LogSettings withSegmentBytes(int bytes) {
    return new LogSettings(
        bytes,
        segmentMs,
        indexIntervalBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime);
  }

  public LogSettings withSegmentMs(long ms) {
    return new LogSettings(
        segmentBytes,
        ms,
        indexIntervalBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        appendTime);
  }

  public LogSettings withIndexIntervalBytes(int bytes) {
    return new LogSettings(
        segmentBytes, segmentMs, bytes, checkpointBytes, tailBytes, producerExpiryMs, appendTime);
  }

  public LogSettings withCheckpointBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        indexIntervalBytes,
        bytes,
        tailBytes,
        producerExpiryMs,
        appendTime);
  }

  public LogSettings withTailBytes(int bytes) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        indexIntervalBytes,
        checkpointBytes,
        bytes,
        producerExpiryMs,
        appendTime);
  }

  public LogSettings withProducerExpiryMs(long ms) {
    return new LogSettings(
        segmentBytes, segmentMs, indexIntervalBytes, checkpointBytes, tailBytes, ms, appendTime);
  }

  public LogSettings withAppendTime(boolean on) {
    return new LogSettings(
        segmentBytes,
        segmentMs,
        indexIntervalBytes,
        checkpointBytes,
        tailBytes,
        producerExpiryMs,
        on);
  }
}
