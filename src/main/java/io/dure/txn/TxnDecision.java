package io.dure.txn;

import java.util.List;

/**
 * What came of one command, or of time passing. The records are applied already and go to the log
 * at once; the replies go out, and the markers are ordered, when these and all earlier records are
 * committed. If the append fails the whole shard is dropped and replayed, so nothing has to be
 * undone.
 */
public record TxnDecision(List<TxnRecord> records, List<Reply> replies, List<MarkerOrder> orders) {
  public TxnDecision {
    records = List.copyOf(records);
    replies = List.copyOf(replies);
    orders = List.copyOf(orders);
  }

  /** An answer to whoever asked with {@code ticket}; every ticket gets exactly one. */
  public record Reply(long ticket, TxnAnswer answer) {}
}
