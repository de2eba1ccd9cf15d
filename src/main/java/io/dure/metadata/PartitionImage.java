package io.dure.metadata;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One partition as the metadata log knows it.
 *
 * <p>Its replicas change from one epoch to the next (decision 16). Those of the {@code target} that
 * do not vote yet copy as learners. Voting sets of earlier epochs are remembered until an epoch
 * that came after them is known to be open: until then one of them may have committed something
 * that only its own replicas hold, so elections need their answers, too.
 *
 * @param replicas who votes in {@code epoch}, in preference order; the first is the preferred
 *     leader
 * @param commitQuorum how many of them commit in {@code epoch}; 0 before the first epoch
 * @param epoch the newest appointed epoch, -1 before the first
 * @param leader empty before the first appointment and while the last leader is dead and not
 *     replaced
 * @param leaderIncarnation {@link Incarnation#NONE} while there is no leader
 * @param inStep of all members, learners included
 * @param earlier voting sets of earlier epochs that still count in elections; never the one of
 *     {@code epoch}
 * @param target the replicas that are wanted instead of the present ones; empty: none are
 * @param placedByHand whether somebody chose these replicas, or the target
 * @param logStart what was before this offset when {@code epoch} began is deleted: an election
 *     hears of it as it hears of what is committed, so a copy that does not know it yet brings
 *     nothing back
 */
public record PartitionImage(
    PartitionId id,
    List<NodeId> replicas,
    int commitQuorum,
    int epoch,
    Optional<NodeId> leader,
    Incarnation leaderIncarnation,
    Set<NodeId> inStep,
    List<VotingSet> earlier,
    List<NodeId> target,
    boolean placedByHand,
    long logStart) {
  public PartitionImage {
    replicas = List.copyOf(replicas);
    inStep = Set.copyOf(inStep);
    earlier = List.copyOf(earlier);
    target = List.copyOf(target);
  }

  /** Never led yet. */
  static PartitionImage created(PartitionId id, List<NodeId> replicas) {
    return new PartitionImage(
        id,
        replicas,
        0,
        -1,
        Optional.empty(),
        Incarnation.NONE,
        Set.of(),
        List.of(),
        List.of(),
        false,
        0);
  }

  /** The replica that leads whenever it can. */
  public NodeId preferredLeader() {
    return replicas.getFirst();
  }

  public VotingSet votingSet() {
    return new VotingSet(replicas, commitQuorum);
  }

  /** Every set that an election has to hear enough answers of. */
  public List<VotingSet> votingSets() {
    if (earlier.isEmpty()) {
      return List.of(votingSet());
    }
    List<VotingSet> all = new ArrayList<>(earlier);
    all.add(votingSet());
    return all;
  }

  /** As {@link #learners}, of one node; asked for each piece that is sent to a follower. */
  public boolean isLearner(NodeId node) {
    return target.contains(node) && !replicas.contains(node);
  }

  /** Who copies but does not vote. */
  public List<NodeId> learners() {
    return target.stream().filter(node -> !replicas.contains(node)).toList();
  }

  /**
   * Every node that keeps a copy: the wanted replicas first, then those that still have to stay.
   */
  public List<NodeId> members() {
    if (target.isEmpty() && earlier.isEmpty()) {
      return replicas;
    }
    Set<NodeId> all = new LinkedHashSet<>(target);
    all.addAll(replicas);
    earlier.forEach(set -> all.addAll(set.replicas()));
    return List.copyOf(all);
  }

  public boolean hasMember(NodeId node) {
    return replicas.contains(node)
        || target.contains(node)
        || earlier.stream().anyMatch(set -> set.contains(node));
  }

  /** Members that were none before the change under way, until it is over. */
  public List<NodeId> adding() {
    if (!target.isEmpty()) {
      return learners();
    }
    if (earlier.isEmpty()) {
      return List.of();
    }
    VotingSet before = earlier.getLast();
    return replicas.stream().filter(node -> !before.contains(node)).toList();
  }

  /** Members that will be none any more when the change under way is over. */
  public List<NodeId> removing() {
    List<NodeId> wanted = target.isEmpty() ? replicas : target;
    return members().stream().filter(node -> !wanted.contains(node)).toList();
  }

  /** Whether other replicas are wanted, or old ones still have to stay. */
  public boolean isChanging() {
    return !target.isEmpty() || !adding().isEmpty() || !removing().isEmpty();
  }

  /** Nobody is known to be in step with a new leader but itself. */
  PartitionImage ledBy(
      NodeId newLeader,
      Incarnation incarnation,
      int newEpoch,
      VotingSet newVotingSet,
      long newLogStart) {
    List<VotingSet> before = new ArrayList<>(epoch < 0 ? List.of() : votingSets());
    before.removeIf(newVotingSet::equals);
    return new PartitionImage(
        id,
        newVotingSet.replicas(),
        newVotingSet.commitQuorum(),
        newEpoch,
        Optional.of(newLeader),
        incarnation,
        Set.of(newLeader),
        before,
        target.equals(newVotingSet.replicas()) ? List.of() : target,
        placedByHand,
        newLogStart);
  }

  PartitionImage leaderless() {
    return new PartitionImage(
        id,
        replicas,
        commitQuorum,
        epoch,
        Optional.empty(),
        Incarnation.NONE,
        inStep,
        earlier,
        target,
        placedByHand,
        logStart);
  }

  PartitionImage withInStep(Set<NodeId> nodes) {
    return new PartitionImage(
        id,
        replicas,
        commitQuorum,
        epoch,
        leader,
        leaderIncarnation,
        nodes,
        earlier,
        target,
        placedByHand,
        logStart);
  }

  PartitionImage withTarget(List<NodeId> wanted) {
    List<NodeId> other = wanted.equals(replicas) ? List.of() : wanted;
    return new PartitionImage(
        id,
        replicas,
        commitQuorum,
        epoch,
        leader,
        leaderIncarnation,
        inStep,
        earlier,
        other,
        placedByHand,
        logStart);
  }

  PartitionImage withPlacedByHand(boolean byHand) {
    return new PartitionImage(
        id,
        replicas,
        commitQuorum,
        epoch,
        leader,
        leaderIncarnation,
        inStep,
        earlier,
        target,
        byHand,
        logStart);
  }

  /** The epoch is open: what earlier sets committed is held by a quorum of this one. */
  PartitionImage opened() {
    return new PartitionImage(
        id,
        replicas,
        commitQuorum,
        epoch,
        leader,
        leaderIncarnation,
        inStep,
        List.of(),
        target,
        placedByHand,
        logStart);
  }

  /** Appends the records that make this partition. */
  void addRecords(List<MetadataRecord> records) {
    VotingSet first = earlier.isEmpty() ? votingSet() : earlier.getFirst();
    records.add(new MetadataRecord.PartitionCreated(id, first.replicas()));
    if (epoch >= 0) {
      addEpochs(records);
    }
    if (!target.isEmpty()) {
      records.add(new MetadataRecord.TargetSet(id, target));
    }
    if (placedByHand) {
      records.add(new MetadataRecord.PlacedByHand(id, true));
    }
  }

  /** Each earlier set had an epoch of its own; which one it was does not matter any more. */
  private void addEpochs(List<MetadataRecord> records) {
    int before = epoch - earlier.size();
    for (VotingSet set : earlier) {
      records.add(
          new MetadataRecord.LeaderAppointed(
              id,
              before++,
              set.replicas().getFirst(),
              Incarnation.NONE,
              set.replicas(),
              set.commitQuorum()));
    }
    // Who led before is forgotten once lost; any replica stands in to carry the epoch.
    records.add(
        new MetadataRecord.LeaderAppointed(
            id,
            epoch,
            leader.orElse(preferredLeader()),
            leaderIncarnation,
            replicas,
            commitQuorum,
            logStart));
    if (!inStep.equals(leader.map(Set::of).orElse(Set.of(preferredLeader())))) {
      records.add(new MetadataRecord.InStepChanged(id, epoch, inStep));
    }
    if (leader.isEmpty()) {
      records.add(new MetadataRecord.LeaderLost(id, epoch));
    }
  }
}
