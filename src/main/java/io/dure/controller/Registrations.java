package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.MetadataRecord;
import java.util.List;
import java.util.Optional;

/** Takes processes into the cluster: each gets an incarnation of its own, and one node id belongs to one live process. */
final class Registrations {
    private final Ledger ledger;
    private final BrokerLiveness liveness;

    Registrations(Ledger ledger, BrokerLiveness liveness) {
        this.ledger = ledger;
        this.liveness = liveness;
    }

    /** Returns the broker if it is live now and was not, or in another life. */
    Optional<NodeId> asked(ControllerEvent.RegistrationAsked request) {
        NodeId node = request.node();
        Optional<BrokerImage> known = ledger.image().broker(node);
        if (known.isPresent() && known.get().process().equals(request.process())) {
            return liveness.heard(node, request.process());
        }
        // Only one process can be this very node, so whatever else was registered under its id is over.
        boolean taken = !node.equals(ledger.self()) && liveness.isHeard(node);
        if (known.isPresent() && taken) {
            ledger.refuseRegistration(
                    node,
                    request.process(),
                    "node id " + node.value() + " belongs to a live process at "
                            + known.get().endpoint() + "; stop that one or start this one with another --node id");
            return Optional.empty();
        }
        ledger.flush();
        ledger.append(List.of(new MetadataRecord.BrokerRegistered(
                node, request.process(), ledger.nextIncarnation(), request.endpoint(), request.rack())));
        liveness.registered(node);
        return Optional.of(node);
    }
}
