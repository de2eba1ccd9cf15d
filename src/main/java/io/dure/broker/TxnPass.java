package io.dure.broker;

import io.dure.log.TxnGuard;

/**
 * Lets what a coordinator decides into its partition as part of a producer's transaction.
 *
 * @param guard {@link TxnGuard#NONE} where the transaction is open on the partition already
 */
record TxnPass(long producerId, short producerEpoch, TxnGuard guard) {}
