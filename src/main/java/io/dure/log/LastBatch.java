package io.dure.log;

/**
 * The last batch of a producer, which outlives its records so that the producer's sequence can be
 * found again from the log.
 *
 * @param lastOffset -1 when only markers of this epoch are known
 */
record LastBatch(short epoch, long lastOffset) {}
