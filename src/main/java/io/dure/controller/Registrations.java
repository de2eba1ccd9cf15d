package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.MetadataRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes processes into the cluster: each gets an incarnation of its own, and one node id belongs to
 * one live process.
 */
final class Registrations {
  private static final int MAX_OVER = 1_000;

  private final Ledger ledger;
  private final BrokerLiveness liveness;

  private static final long NOT_ASKED = -1;

  /**
   * Processes that others took the place of, and when each first asked again. What they asked for
   * before may still arrive; but it may also have been such a late request that took their place,
   * so one that goes on asking, while nobody else is heard under its id, is let in again.
   */
  private final LinkedHashMap<UUID, Long> over = new LinkedHashMap<>();

  Registrations(Ledger ledger, BrokerLiveness liveness) {
    this.ledger = ledger;
    this.liveness = liveness;
  }

  /** Returns the broker if it lives a new life now. */
  Optional<NodeId> asked(ControllerEvent.RegistrationAsked request) {
    NodeId node = request.node();
    Optional<BrokerImage> known = ledger.image().broker(node);
    if (known.isPresent() && known.get().process().equals(request.process())) {
      // A repetition; it may be late, so it is no sign of life either.
      return Optional.empty();
    }
    // Only one process can be this very node, so whatever else was registered under its id is over.
    boolean taken = !node.equals(ledger.self()) && liveness.isHeard(node);
    if (isOver(request.process(), taken)) {
      ledger.refuseRegistration(
          node,
          request.process(),
          "another process has taken the place of this one as node "
              + node.value()
              + "; restart it");
      return Optional.empty();
    }
    over.remove(request.process());
    if (known.isPresent() && taken) {
      ledger.refuseRegistration(
          node,
          request.process(),
          "node id "
              + node.value()
              + " belongs to a live process at "
              + known.get().endpoint()
              + "; stop that one or start this one with another --node id");
      return Optional.empty();
    }
    known.map(BrokerImage::process).ifPresent(this::endLifeOf);
    ledger.flush();
    ledger.append(
        List.of(
            new MetadataRecord.BrokerRegistered(
                node,
                request.process(),
                ledger.nextIncarnation(),
                request.endpoint(),
                request.rack())));
    liveness.registered(node);
    return Optional.of(node);
  }

  private boolean isOver(UUID process, boolean taken) {
    Long askedMs = over.get(process);
    if (askedMs == null) {
      return false;
    }
    if (askedMs == NOT_ASKED) {
      over.put(process, ledger.nowMs());
    }
    return taken
        || askedMs == NOT_ASKED
        || ledger.nowMs() - askedMs < ledger.settings().brokerSilenceMs();
  }

  private void endLifeOf(UUID process) {
    over.put(process, NOT_ASKED);
    if (over.size() > MAX_OVER) {
      over.pollFirstEntry();
    }
  }
}
