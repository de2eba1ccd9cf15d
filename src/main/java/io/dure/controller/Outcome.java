package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.VotingSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** How an election with enough answers ends: who leads, and who votes while it leads. */
record Outcome(NodeId leader, VotingSet votingSet) {
  /** The leader died: the furthest leads. */
  static Outcome unplanned(PartitionImage partition, Ballot ballot, Predicate<NodeId> mayLead) {
    return furthest(partition, ballot, mayLead);
  }

  /**
   * Somebody of the {@code wanted} set leads if it certainly holds everything committed: the
   * preferred replica, else the leader of now, else any; of those that {@code mayLead}, else of
   * all. If nobody does, all stays as it was.
   */
  static Outcome planned(
      PartitionImage partition, Ballot ballot, VotingSet wanted, Predicate<NodeId> mayLead) {
    Set<NodeId> candidates = new LinkedHashSet<>();
    List<NodeId> fit = wanted.replicas().stream().filter(mayLead).toList();
    fit.stream().limit(1).forEach(candidates::add);
    partition.leader().filter(fit::contains).ifPresent(candidates::add);
    candidates.addAll(fit);
    candidates.addAll(wanted.replicas());
    for (NodeId candidate : candidates) {
      if (ballot.holdsAllCommitted(candidate)) {
        return new Outcome(candidate, wanted);
      }
    }
    return furthest(partition, ballot, mayLead);
  }

  /**
   * While the replicas change, the furthest may be one of the old replicas only: then the old set
   * votes again.
   */
  private static Outcome furthest(
      PartitionImage partition, Ballot ballot, Predicate<NodeId> mayLead) {
    Set<NodeId> voters = new LinkedHashSet<>(partition.replicas());
    partition.earlier().forEach(set -> voters.addAll(set.replicas()));
    List<NodeId> preference = new ArrayList<>(voters.stream().filter(mayLead).toList());
    voters.stream().filter(node -> !mayLead.test(node)).forEach(preference::add);
    NodeId leader = ballot.furthest(preference).orElseThrow();
    VotingSet set =
        partition.votingSets().reversed().stream()
            .filter(each -> each.contains(leader))
            .findFirst()
            .orElseThrow();
    return new Outcome(leader, set);
  }

  /** Whether more answers could make it no better. */
  boolean isAsWished(VotingSet wanted, Predicate<NodeId> mayLead) {
    return votingSet.equals(wanted)
        && wanted.replicas().stream().filter(mayLead).findFirst().equals(Optional.of(leader));
  }

  /** Whether the change of replicas under way has to be made anew. */
  boolean isStepBack(PartitionImage partition) {
    return partition.target().isEmpty()
        && !votingSet.replicas().equals(partition.replicas())
        && partition.earlier().contains(votingSet);
  }
}
