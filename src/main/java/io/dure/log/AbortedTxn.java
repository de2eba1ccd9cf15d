package io.dure.log;

/**
 * A transaction that was aborted: readers of committed data pass over its producer's transactional
 * batches from {@code firstOffset} to the marker.
 *
 * @param firstOffset of its first batch (inclusive)
 * @param lastOffset of its marker (inclusive)
 * @param lastStable first offset of the oldest transaction that was still open then, or else the
 *     offset after the marker: no transaction that is found past this one begins before it
 */
public record AbortedTxn(long producerId, long firstOffset, long lastOffset, long lastStable) {}
