package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Forgets brokers that are gone for good. Kafka forgets any; here only one that is dead, keeps no
 * copies and has no vote: its copies would silently be missing for ever.
 */
final class BrokerRemovals {
  private final Ledger ledger;

  BrokerRemovals(Ledger ledger) {
    this.ledger = ledger;
  }

  Answer.BrokerUnregistered remove(Command.UnregisterBroker command) {
    return new Answer.BrokerUnregistered(result(command.node()));
  }

  private Answer.Result result(NodeId node) {
    Optional<BrokerImage> broker = ledger.image().broker(node);
    if (broker.isEmpty()) {
      return Answer.Result.refused(
          WireError.BROKER_ID_NOT_REGISTERED, "Broker ID " + node.value() + " is not registered.");
    }
    if (broker.get().live()) {
      return refused("Broker " + node.value() + " is alive: stop it first.");
    }
    if (ledger.isVoter(node)) {
      return refused(
          "Broker " + node.value() + " votes for the controller and cannot be forgotten.");
    }
    int copies = ledger.loads().copies(node);
    if (copies > 0) {
      return refused(
          "Broker "
              + node.value()
              + " keeps copies of "
              + copies
              + " partitions: decommission it first (./dure broker decommission).");
    }
    ledger.append(records(ledger.image(), node));
    return Answer.Result.DONE;
  }

  /** The broker and what was set for it: another one may get its number. */
  static List<MetadataRecord> records(ClusterImage image, NodeId node) {
    List<MetadataRecord> records = new ArrayList<>();
    ConfigResource resource = ConfigResource.broker(node);
    new TreeMap<>(image.configs().of(resource))
        .forEach((key, _) ->
            records.add(new MetadataRecord.ConfigChanged(resource, key, Optional.empty())));
    for (String key : List.of(BrokerKeys.DRAINED, BrokerKeys.DECOMMISSIONED)) {
      List<String> listed =
          new ArrayList<>(ConfigKey.items(image.configs().ofAllBrokers().getOrDefault(key, "")));
      if (listed.remove(Integer.toString(node.value()))) {
        records.add(
            new MetadataRecord.ConfigChanged(
                ConfigResource.ALL_BROKERS,
                key,
                Optional.of(String.join(",", listed)).filter(rest -> !rest.isEmpty())));
      }
    }
    records.add(new MetadataRecord.BrokerRemoved(node));
    return records;
  }

  private static Answer.Result refused(String why) {
    return Answer.Result.refused(WireError.POLICY_VIOLATION, why);
  }
}
