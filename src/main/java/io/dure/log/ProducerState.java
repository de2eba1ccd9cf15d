package io.dure.log;

/**
 * What a log knows of one producer, for people who look for what hangs.
 *
 * @param lastSequence -1 when no batch of this epoch is known
 * @param coordinatorEpoch of its last marker, or -1
 * @param txnFirstOffset first offset of its open transaction, or -1
 */
public record ProducerState(
    long producerId,
    short epoch,
    int lastSequence,
    long lastTimestampMs,
    int coordinatorEpoch,
    long txnFirstOffset) {}
