package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;

/**
 * Takes leaderships from a process that is about to end, by planned elections, while it still
 * answers. It goes on asking until it leads nothing, so nothing need be remembered here for long.
 */
final class HandOvers {
  private final Ledger ledger;
  private final Elections elections;

  HandOvers(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.elections = elections;
  }

  void asked(ControllerEvent.StopAsked event) {
    boolean current =
        ledger
            .image()
            .broker(event.node())
            .filter(broker -> broker.incarnation().equals(event.incarnation()))
            .isPresent();
    if (!current) {
      return;
    }
    ledger.stops(event.node(), event.incarnation());
    int moved = 0;
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (moved < ledger.settings().maxRecordsPerBatch() && canGo(partition, event.node())) {
          moved++;
          elections.startPlanned(partition);
        }
      }
    }
  }

  private boolean canGo(PartitionImage partition, NodeId from) {
    return partition.leader().filter(from::equals).isPresent()
        && !elections.isOpen(partition.id())
        && partition.replicas().stream()
            .anyMatch(node ->
                ledger.mayLead(node)
                    && ledger.image().isLive(node)
                    && partition.inStep().contains(node));
  }
}
