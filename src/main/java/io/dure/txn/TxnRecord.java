package io.dure.txn;

/** What stands in the log of a shard. */
public sealed interface TxnRecord {
  String transactionalId();

  /** The state of a transactional id, which replaces what was there before. */
  record Stored(String transactionalId, Transaction transaction) implements TxnRecord {}

  /** The transactional id was not used for so long that it is gone. */
  record Forgotten(String transactionalId) implements TxnRecord {}
}
