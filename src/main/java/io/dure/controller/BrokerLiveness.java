package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.Patience;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Which brokers are live, judged by when each was last heard of. A broker is fenced in the metadata
 * when it has been silent for too long or is known to be gone, and unfenced when the same process
 * is heard of again. Whose silence was mistaken for death like that is waited for longer the next
 * times.
 */
final class BrokerLiveness {
  private final Ledger ledger;
  private final Map<NodeId, Long> heardMs = new HashMap<>();
  private final Map<NodeId, Patience> patience = new HashMap<>();
  private long tickMs;

  /** A new controller has heard nobody yet: all get the full time from now on. */
  BrokerLiveness(Ledger ledger) {
    this.ledger = ledger;
    tickMs = ledger.nowMs();
    ledger.image().brokers().forEach(broker -> heardMs.put(broker.node(), tickMs));
  }

  /** Returns the broker if it is live again by this sign of life. */
  Optional<NodeId> heard(NodeId node, UUID process) {
    Optional<BrokerImage> broker =
        ledger.image().broker(node).filter(known -> known.process().equals(process));
    if (broker.isEmpty()) {
      return Optional.empty();
    }
    heardMs.put(node, ledger.nowMs());
    if (broker.get().live()) {
      return Optional.empty();
    }
    ledger.append(List.of(new MetadataRecord.BrokerUnfenced(node, broker.get().incarnation())));
    patienceWith(node).tried(ledger.nowMs());
    return Optional.of(node);
  }

  void registered(NodeId node) {
    heardMs.put(node, ledger.nowMs());
  }

  /** Whether the process registered for this node is known to be alive. */
  boolean isHeard(NodeId node) {
    return ledger.image().isLive(node) && !isSilent(node);
  }

  /** Returns the broker if it was live until now. This very node is not gone, whoever says so. */
  List<NodeId> gone(NodeId node) {
    if (node.equals(ledger.self())) {
      return List.of();
    }
    heardMs.remove(node);
    return ledger.image().isLive(node) ? fence(List.of(node)) : List.of();
  }

  /** Returns the brokers that were live until now. */
  List<NodeId> tick() {
    forgivePause();
    List<NodeId> silent = new ArrayList<>();
    for (BrokerImage broker : ledger.image().brokers()) {
      if (broker.live() && !broker.node().equals(ledger.self()) && isSilent(broker.node())) {
        silent.add(broker.node());
      }
    }
    return fence(silent);
  }

  /**
   * Where this process itself did not run for a while, what the others said meanwhile is still
   * waiting to be read: their silence is our own.
   */
  private void forgivePause() {
    long pauseMs = ledger.nowMs() - tickMs;
    tickMs = ledger.nowMs();
    if (pauseMs >= ledger.settings().brokerSilenceMs() / 2) {
      heardMs.replaceAll((_, atMs) -> Math.min(tickMs, atMs + pauseMs));
    }
  }

  private boolean isSilent(NodeId node) {
    Long atMs = heardMs.get(node);
    long mostMs =
        (long) ledger.settings().brokerSilenceMs() * patienceWith(node).factor(ledger.nowMs());
    return atMs == null || ledger.nowMs() - atMs >= mostMs;
  }

  private Patience patienceWith(NodeId node) {
    return patience.computeIfAbsent(node, _ -> new Patience(ledger.settings().silenceDoublings()));
  }

  private List<NodeId> fence(List<NodeId> nodes) {
    List<MetadataRecord> records = new ArrayList<>();
    for (NodeId node : nodes) {
      ledger
          .image()
          .broker(node)
          .ifPresent(
              broker -> records.add(new MetadataRecord.BrokerFenced(node, broker.incarnation())));
    }
    ledger.append(records);
    return nodes;
  }
}
