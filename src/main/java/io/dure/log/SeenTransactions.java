package io.dure.log;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * While a log is gone through from its start: which batches belong to aborted transactions, and
 * whether a marker still has data before it. To be told every batch in order.
 */
final class SeenTransactions {
  private final ArrayDeque<AbortedTxn> comingAborted;

  /** Producers in an aborted transaction, and whether any batch of it was seen. */
  private final Map<Long, Boolean> aborted = new HashMap<>();

  private final Set<Long> committed = new HashSet<>();

  /**
   * @param abortedTxns by their first offset
   */
  SeenTransactions(List<AbortedTxn> abortedTxns) {
    comingAborted = new ArrayDeque<>(abortedTxns);
  }

  /** Whether the records of a batch that is no control batch were aborted. */
  boolean isAborted(long lastOffset, long producerId, boolean transactional) {
    if (!transactional) {
      return false;
    }
    begin(lastOffset);
    if (aborted.containsKey(producerId)) {
      aborted.put(producerId, true);
      return true;
    }
    committed.add(producerId);
    return false;
  }

  /** A marker: whether no batch of its transaction is left in the log. */
  boolean endsNothing(long lastOffset, long producerId) {
    begin(lastOffset);
    if (aborted.containsKey(producerId)) {
      return !aborted.remove(producerId);
    }
    return !committed.remove(producerId);
  }

  private void begin(long lastOffset) {
    while (!comingAborted.isEmpty() && comingAborted.peek().firstOffset() <= lastOffset) {
      aborted.put(comingAborted.remove().producerId(), false);
    }
  }
}
