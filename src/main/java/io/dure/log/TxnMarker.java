package io.dure.log;

/**
 * The end of a producer's transaction on one partition, as its coordinator orders it. It stands in
 * the log as a control batch; {@code transactionVersion} does not stand there and is 0 in a marker
 * that was read from a log.
 *
 * @param producerEpoch from transaction version 2 on one more than that of the transaction's
 *     records (KIP-890)
 * @param coordinatorEpoch the leader epoch of the coordinator's partition; a lower one than the
 *     partition has seen for this producer is a coordinator that was replaced
 * @param transactionVersion 2 where every transaction has an epoch of its own; 0 or 1 before that
 */
public record TxnMarker(
    long producerId,
    short producerEpoch,
    int coordinatorEpoch,
    boolean commit,
    short transactionVersion) {}
