package io.dure.txn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests that wait for a transaction to be finished, by transactional id; each for a short time
 * only. Confined to its shard.
 */
final class Parking {
  private static final int MAX = 10_000;

  /**
   * @param untilMs monotonic; then its asker is told to come again
   */
  record Parked(long ticket, TxnCommand command, long untilMs) {}

  private final Map<String, Deque<Parked>> byId = new TreeMap<>();
  private int count;

  /** Says whether there was room. */
  boolean add(String transactionalId, Parked parked) {
    if (count >= MAX) {
      return false;
    }
    count++;
    byId.computeIfAbsent(transactionalId, _ -> new ArrayDeque<>()).add(parked);
    return true;
  }

  /** In the order in which they came. */
  List<Parked> takeAll(String transactionalId) {
    Deque<Parked> taken = byId.remove(transactionalId);
    if (taken == null) {
      return List.of();
    }
    count -= taken.size();
    return List.copyOf(taken);
  }

  List<Parked> takeOverdue(long nowMs) {
    if (count == 0) {
      return List.of();
    }
    List<Parked> overdue = new ArrayList<>();
    for (Deque<Parked> each : byId.values()) {
      each.removeIf(parked -> parked.untilMs() <= nowMs && overdue.add(parked));
    }
    byId.values().removeIf(Deque::isEmpty);
    count -= overdue.size();
    return overdue;
  }
}
