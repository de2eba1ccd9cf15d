package io.dure.sim.txn;

import io.dure.sim.Violation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What every transaction wrote, what its producer asked for and was told, and what readers of
 * committed transactions have seen of it.
 *
 * <p>Invariants: nothing is seen of a transaction whose commit was never asked for or whose abort
 * was told; nothing is seen twice; in the end all of a transaction is seen or nothing of it, and
 * all of one whose commit was told.
 */
final class TxnLedger {
  private static final class Entry {
    private final Set<String> written = new HashSet<>();
    private boolean commitAsked;
    private Optional<Boolean> told = Optional.empty();
    private int seen;
  }

  private final Map<Integer, Entry> entries = new HashMap<>();
  private final Set<String> seen = new HashSet<>();

  int begin() {
    entries.put(entries.size(), new Entry());
    return entries.size() - 1;
  }

  static String value(int transaction, int number) {
    return transaction + "/" + number;
  }

  void acknowledged(int transaction, String value) {
    entry(transaction).written.add(value);
  }

  void askedToCommit(int transaction) {
    entry(transaction).commitAsked = true;
  }

  void told(int transaction, boolean committed) {
    Entry entry = entry(transaction);
    entry.told = Optional.of(committed);
    if (!committed && entry.seen > 0) {
      throw new Violation("transaction " + transaction + " was told aborted and seen before");
    }
  }

  void seen(String value) {
    int transaction = Integer.parseInt(value.substring(0, value.indexOf('/')));
    Entry entry = entry(transaction);
    if (!seen.add(value)) {
      throw new Violation(value + " is seen twice");
    }
    if (!entry.commitAsked) {
      throw new Violation(value + " is seen, and nobody asked to commit its transaction");
    }
    if (entry.told.filter(committed -> !committed).isPresent()) {
      throw new Violation(value + " is seen, and its transaction was told aborted");
    }
    entry.seen++;
  }

  /** To be called when everybody has finished and readers have read all there is. */
  void checkAtTheEnd() {
    entries.forEach((transaction, entry) -> {
      boolean committed = entry.told.orElse(entry.seen > 0);
      if (committed) {
        for (String value : entry.written) {
          if (!seen.contains(value)) {
            throw new Violation(
                "transaction %d is torn: %s is not seen, of %d that were acknowledged (told %s)"
                    .formatted(transaction, value, entry.written.size(), entry.told));
          }
        }
      }
    });
  }

  long committed() {
    return entries.values().stream().filter(e -> e.told.orElse(false)).count();
  }

  long transactions() {
    return entries.size();
  }

  private Entry entry(int transaction) {
    return Optional.ofNullable(entries.get(transaction)).orElseThrow();
  }
}
