package io.dure.metadata;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One partition as the metadata log knows it.
 *
 * @param replicas in preference order; the first is the preferred leader
 * @param epoch the newest appointed epoch, -1 before the first
 * @param leader empty before the first appointment and while the last leader is dead and not
 *     replaced
 * @param leaderIncarnation {@link Incarnation#NONE} while there is no leader
 */
public record PartitionImage(
    PartitionId id,
    List<NodeId> replicas,
    int epoch,
    Optional<NodeId> leader,
    Incarnation leaderIncarnation,
    Set<NodeId> inStep) {
  public PartitionImage {
    replicas = List.copyOf(replicas);
    inStep = Set.copyOf(inStep);
  }

  /** Never led yet. */
  static PartitionImage created(PartitionId id, List<NodeId> replicas) {
    return new PartitionImage(id, replicas, -1, Optional.empty(), Incarnation.NONE, Set.of());
  }

  /** The replica that leads whenever it can. */
  public NodeId preferredLeader() {
    return replicas.getFirst();
  }

  /** Nobody is known to be in step with a new leader but itself. */
  PartitionImage ledBy(NodeId newLeader, Incarnation incarnation, int newEpoch) {
    return new PartitionImage(
        id, replicas, newEpoch, Optional.of(newLeader), incarnation, Set.of(newLeader));
  }

  PartitionImage leaderless() {
    return new PartitionImage(id, replicas, epoch, Optional.empty(), Incarnation.NONE, inStep);
  }

  PartitionImage withInStep(Set<NodeId> nodes) {
    return new PartitionImage(id, replicas, epoch, leader, leaderIncarnation, nodes);
  }

  /** Appends the records that make this partition. */
  void addRecords(List<MetadataRecord> records) {
    records.add(new MetadataRecord.PartitionCreated(id, replicas));
    if (epoch < 0) {
      return;
    }
    // Who led before is forgotten once lost; any replica stands in to carry the epoch.
    records.add(
        new MetadataRecord.LeaderAppointed(
            id, epoch, leader.orElse(preferredLeader()), leaderIncarnation));
    if (!inStep.equals(leader.map(Set::of).orElse(Set.of(preferredLeader())))) {
      records.add(new MetadataRecord.InStepChanged(id, epoch, inStep));
    }
    if (leader.isEmpty()) {
      records.add(new MetadataRecord.LeaderLost(id, epoch));
    }
  }
}
