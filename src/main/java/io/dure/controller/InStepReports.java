package io.dure.controller;

import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What leaders say about who keeps up with them, written at the next tick, so that many reports
 * share a batch; and that their epochs are open, written where that ends a change of replicas.
 */
final class InStepReports {
  private final Ledger ledger;
  private final Map<PartitionId, ControllerEvent.InStepReported> waiting = new LinkedHashMap<>();

  InStepReports(Ledger ledger) {
    this.ledger = ledger;
  }

  /** At most one report waits per partition, so the image bounds their number. */
  void reported(ControllerEvent.InStepReported report) {
    if (partitionOf(report).isPresent()) {
      waiting.put(report.partition(), report);
    }
  }

  /** Only the epoch of now: an older one that was open says nothing about the sets after it. */
  void opened(ControllerEvent.OpenedReported report) {
    ledger
        .image()
        .partition(report.partition())
        .filter(partition ->
            partition.epoch() == report.epoch()
                && !partition.earlier().isEmpty()
                && partition.leader().filter(report.from()::equals).isPresent())
        .ifPresent(
            _ -> ledger.note(new MetadataRecord.EpochOpened(report.partition(), report.epoch())));
  }

  void tick() {
    for (ControllerEvent.InStepReported report : waiting.values()) {
      partitionOf(report)
          .filter(partition -> !partition.inStep().equals(report.inStep()))
          .ifPresent(partition ->
              ledger.note(
                  new MetadataRecord.InStepChanged(
                      report.partition(), report.epoch(), report.inStep())));
    }
    waiting.clear();
    ledger.flush();
  }

  /** The partition, if the report comes from its leader of now and makes sense. */
  private Optional<PartitionImage> partitionOf(ControllerEvent.InStepReported report) {
    return ledger
        .image()
        .partition(report.partition())
        .filter(partition ->
            partition.epoch() == report.epoch()
                && partition.leader().filter(report.from()::equals).isPresent()
                && partition.members().containsAll(report.inStep()));
  }
}
