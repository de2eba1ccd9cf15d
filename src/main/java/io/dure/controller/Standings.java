package io.dure.controller;

import io.dure.balance.Standing;
import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What may be asked of each broker, and since when the dead ones are dead. A new controller takes
 * them to have died when it began: they get the whole grace period again.
 */
final class Standings {
  private final Ledger ledger;
  private final Map<NodeId, Long> deadSinceMs = new HashMap<>();

  Standings(Ledger ledger) {
    this.ledger = ledger;
  }

  void tick() {
    for (BrokerImage broker : ledger.image().brokers()) {
      if (broker.live()) {
        deadSinceMs.remove(broker.node());
      } else {
        deadSinceMs.putIfAbsent(broker.node(), ledger.nowMs());
      }
    }
    deadSinceMs.keySet().removeIf(node -> ledger.image().broker(node).isEmpty());
  }

  Map<NodeId, Standing> of(long graceMs) {
    Map<NodeId, Standing> standings = new TreeMap<>();
    for (BrokerImage broker : ledger.image().brokers()) {
      standings.put(broker.node(), of(broker, graceMs));
    }
    return standings;
  }

  private Standing of(BrokerImage broker, long graceMs) {
    NodeId node = broker.node();
    if (ledger.image().isLeaving(node)) {
      return Standing.DECOMMISSIONED;
    }
    if (broker.live()) {
      // One that is about to stop will be back, or be missed then.
      boolean open = !ledger.image().isDrained(node) && !ledger.isStopping(node);
      return open ? Standing.OPEN : Standing.DRAINED;
    }
    long sinceMs = deadSinceMs.getOrDefault(node, ledger.nowMs());
    return ledger.nowMs() - sinceMs >= graceMs ? Standing.LOST : Standing.ABSENT;
  }
}
