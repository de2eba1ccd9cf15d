package io.dure.txn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The transactional ids of a shard, and when each ongoing transaction ends by itself. */
final class TxnTable {
  private record Alarm(long atWallMs, String transactionalId) {}

  private final NavigableMap<String, Transaction> transactions = new TreeMap<>();
  private final NavigableSet<Alarm> alarms =
      new TreeSet<>(
          Comparator.comparingLong(Alarm::atWallMs).thenComparing(Alarm::transactionalId));

  Optional<Transaction> find(String transactionalId) {
    return Optional.ofNullable(transactions.get(transactionalId));
  }

  int size() {
    return transactions.size();
  }

  List<TxnAnswer.Entry> all() {
    List<TxnAnswer.Entry> all = new ArrayList<>(transactions.size());
    transactions.forEach((id, transaction) -> all.add(new TxnAnswer.Entry(id, transaction)));
    return all;
  }

  /**
   * The one place where state changes: live when a record is decided, and again in every replay.
   */
  void apply(TxnRecord record) {
    String id = record.transactionalId();
    find(id).ifPresent(old -> alarms.remove(new Alarm(old.expiryMs(), id)));
    switch (record) {
      case TxnRecord.Stored(String _, Transaction now) -> {
        transactions.put(id, now);
        if (now.state() == TransactionState.ONGOING) {
          alarms.add(new Alarm(now.expiryMs(), id));
        }
      }
      case TxnRecord.Forgotten _ -> transactions.remove(id);
    }
  }

  /** The ids whose transaction lasts too long already. */
  List<String> overdue(long wallMs) {
    List<String> overdue = new ArrayList<>();
    for (Alarm alarm : alarms) {
      if (alarm.atWallMs() > wallMs) {
        break;
      }
      overdue.add(alarm.transactionalId());
    }
    return overdue;
  }
}
