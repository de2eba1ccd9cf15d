package io.dure.txn;

import io.dure.base.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One decision in the making. */
final class TxnTurn {
  private final TxnTable table;
  private final Moment at;
  private final List<TxnRecord> records = new ArrayList<>();
  private final List<TxnDecision.Reply> replies = new ArrayList<>();
  private final List<MarkerOrder> orders = new ArrayList<>();

  TxnTurn(TxnTable table, Moment at) {
    this.table = table;
    this.at = at;
  }

  long nowMs() {
    return at.nowMs();
  }

  long wallMs() {
    return at.wallMs();
  }

  Optional<Transaction> find(String transactionalId) {
    return table.find(transactionalId);
  }

  int ids() {
    return table.size();
  }

  /** Decides on a record, and applies it, so that what follows in this turn sees it. */
  void store(String transactionalId, Transaction transaction) {
    take(new TxnRecord.Stored(transactionalId, transaction));
  }

  void forget(String transactionalId) {
    take(new TxnRecord.Forgotten(transactionalId));
  }

  private void take(TxnRecord record) {
    records.add(record);
    table.apply(record);
  }

  /** Writes an outcome down, and has it carried out. */
  void conclude(String transactionalId, Transaction prepared) {
    store(transactionalId, prepared);
    finish(transactionalId, prepared);
  }

  /** Orders the markers; where there is nothing to mark, the transaction is complete at once. */
  void finish(String transactionalId, Transaction ending) {
    if (ending.partitions().isEmpty()) {
      store(transactionalId, ending.completed(wallMs()));
    } else {
      orders.add(MarkerOrder.of(transactionalId, ending));
    }
  }

  void reply(long ticket, TxnAnswer answer) {
    replies.add(new TxnDecision.Reply(ticket, answer));
  }

  TxnDecision done() {
    return new TxnDecision(records, replies, orders);
  }
}
