package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes up wishes for other replicas, and takes them back. {@link VotingChanges} fulfils them once
 * the new replicas hold what the old ones do.
 */
final class Reassignments {
  private final Ledger ledger;
  private final Elections elections;

  Reassignments(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.elections = elections;
  }

  Answer.PartitionsDecided alter(Command.AlterReassignments command) {
    return new Answer.PartitionsDecided(
        command.partitions().stream()
            .map(each ->
                new Answer.PartitionDecision(
                    each.topic(),
                    each.partition(),
                    alter(each, command.allowReplicationFactorChange())))
            .toList());
  }

  private Answer.Result alter(Command.Reassignment wish, boolean mayChangeCopies) {
    Optional<TopicImage> topic = ledger.image().topic(wish.topic());
    if (topic.isEmpty()) {
      return Answer.Result.refused(
          WireError.UNKNOWN_TOPIC_OR_PARTITION,
          "Unable to find a topic named " + wish.topic() + ".");
    }
    List<PartitionImage> partitions = topic.get().partitions();
    if (wish.partition() < 0 || wish.partition() >= partitions.size()) {
      return Answer.Result.refused(
          WireError.UNKNOWN_TOPIC_OR_PARTITION,
          "Unable to find partition " + wish.topic() + ":" + wish.partition() + ".");
    }
    PartitionImage partition = partitions.get(wish.partition());
    return wish.replicas()
        .map(replicas -> move(partition, replicas, mayChangeCopies))
        .orElseGet(() -> cancel(partition));
  }

  private Answer.Result move(
      PartitionImage partition, List<NodeId> replicas, boolean mayChangeCopies) {
    switch (new Assignments(ledger).check(List.of(replicas), 0)) {
      case Assignments.Outcome.Refused(Answer.Result result) -> {
        return result;
      }
      case Assignments.Outcome.Placed _ -> {}
    }
    int copies = partition.replicas().size();
    if (!mayChangeCopies && replicas.size() != copies) {
      return Answer.Result.refused(
          WireError.INVALID_REPLICATION_FACTOR,
          "The replication factor is changed from " + copies + " to " + replicas.size());
    }
    noteByHand(partition, replicas);
    setTarget(partition, replicas.equals(partition.replicas()) ? List.of() : replicas);
    return Answer.Result.DONE;
  }

  /**
   * The learners are dropped. Once the new replicas vote there is nothing to be taken back: they
   * may have committed something that the old ones do not hold.
   */
  private Answer.Result cancel(PartitionImage partition) {
    if (partition.target().isEmpty()) {
      return Answer.Result.refused(
          WireError.NO_REASSIGNMENT_IN_PROGRESS, "No partition reassignment is in progress.");
    }
    setTarget(partition, List.of());
    return Answer.Result.DONE;
  }

  /** What somebody chose, the balancer leaves alone. */
  private void noteByHand(PartitionImage partition, List<NodeId> replicas) {
    List<MetadataRecord> records = new ArrayList<>();
    if (!partition.placedByHand()) {
      records.add(new MetadataRecord.PlacedByHand(partition.id(), true));
    }
    boolean byDefault =
        ledger
            .image()
            .topic(partition.id().topic())
            .filter(TopicImage::copiesByDefault)
            .isPresent();
    if (byDefault && replicas.size() != partition.replicas().size()) {
      records.add(new MetadataRecord.CopiesByDefault(partition.id().topic(), false));
    }
    ledger.append(records);
  }

  /** Wants these replicas, in this order; empty: those that there are. */
  void setTarget(PartitionImage partition, List<NodeId> replicas) {
    if (replicas.equals(partition.target())) {
      return;
    }
    ledger.append(List.of(new MetadataRecord.TargetSet(partition.id(), replicas)));
    ledger
        .image()
        .partition(partition.id())
        .ifPresent(now ->
            elections.onNewMembers(
                now, now.members().stream().filter(node -> !partition.hasMember(node)).toList()));
  }
}
