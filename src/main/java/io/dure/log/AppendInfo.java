package io.dure.log;

/**
 * What a leader appended.
 *
 * @param records the batches as they stand in the log now, to be pushed to followers
 * @param appendTimeMs the time all records were given, or -1 when they keep the producer's
 */
public record AppendInfo(BatchSpan records, long appendTimeMs) {
  /** Offset of the first record (inclusive). */
  public long baseOffset() {
    return records.from();
  }

  /** Offset after the last record (exclusive). */
  public long endOffset() {
    return records.end();
  }
}
