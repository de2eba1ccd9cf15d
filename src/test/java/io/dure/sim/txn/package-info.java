/**
 * Transactions over several partitions under chance: producers and their zombies, a coordinator
 * (the real {@link io.dure.txn.TxnShard}) and partitions (real logs with their producer tables)
 * that change leaders, and a network that loses, repeats and delays. {@link
 * io.dure.sim.txn.TxnLedger} knows what each producer was told, and what a reader of committed
 * transactions may therefore see.
 */
@NullMarked
package io.dure.sim.txn;

import org.jspecify.annotations.NullMarked;
