/**
 * Transactions, as Apache Kafka's coordinator has them: version 2 (KIP-890) and the older path.
 *
 * <p>{@link io.dure.txn.TxnShard} holds the transactional ids of one partition of {@code
 * __transaction_state}. A {@link io.dure.txn.TxnCommand} goes in; a {@link io.dure.txn.TxnDecision}
 * comes out: records to append to that partition, and, for when everything appended is committed,
 * answers to give and markers to have written ({@link io.dure.txn.MarkerOrder}). Replaying the
 * records gives the state back, in Kafka's own format ({@link io.dure.txn.TxnRecordCodec}), and
 * {@code resume} orders again whatever markers may not have been written.
 *
 * <p>What makes a transaction atomic: the record of its outcome (PrepareCommit or PrepareAbort) is
 * committed before the first marker is ordered, and never changes; the transaction is complete only
 * when every partition has its marker; until then the transactional id begins no other.
 */
@NullMarked
package io.dure.txn;

import org.jspecify.annotations.NullMarked;
