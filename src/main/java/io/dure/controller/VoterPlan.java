package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.MetadataRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who should vote for the leader of the metadata log: one of one or two brokers, three of three or
 * four, five of five and more, spread over the racks. Decides one change at a time, a vote more
 * before a vote less, and none that would leave the new voters without a majority in step (decision
 * 23). A voter that dies is replaced after a while if there is somebody to replace it; the number
 * of voters falls only with the number of brokers.
 */
final class VoterPlan {
  private static final long VOTER_GRACE_MS = 60_000;

  private final Ledger ledger;

  /** Since when a voter has been dead; forgotten with this controller, so the wait begins anew. */
  private final Map<NodeId, Long> deadSinceMs = new HashMap<>();

  VoterPlan(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Changes one voter, if that is called for; the last change is committed. */
  void settled(Set<NodeId> inStep) {
    List<NodeId> voters = ledger.image().voters();
    watch(voters);
    Optional<List<NodeId>> next =
        voters.size() > target() ? oneFewer(voters, inStep) : oneMore(voters, inStep);
    next.filter(wanted -> hasMajority(wanted, inStep))
        .ifPresent(wanted ->
            ledger.append(
                List.of(new MetadataRecord.VotersChanged(wanted.stream().sorted().toList()))));
  }

  private void watch(List<NodeId> voters) {
    deadSinceMs.keySet().retainAll(voters);
    for (NodeId voter : voters) {
      if (ledger.image().isLive(voter)) {
        deadSinceMs.remove(voter);
      } else {
        deadSinceMs.putIfAbsent(voter, ledger.nowMs());
      }
    }
  }

  private int target() {
    Set<NodeId> members = new HashSet<>(ledger.image().voters());
    ledger.image().brokers().forEach(broker -> members.add(broker.node()));
    members.removeIf(node -> !isMember(node));
    return members.size() >= 5 ? 5 : members.size() >= 3 ? 3 : 1;
  }

  private boolean stays(BrokerImage broker) {
    return !ledger.image().isLeaving(broker.node());
  }

  /** A voter that is not registered is a founder still to come: nobody is forgotten who votes. */
  private boolean isMember(NodeId node) {
    return ledger.image().broker(node).map(this::stays).orElse(true);
  }

  /** A member that lives, or has not been dead for long. */
  private boolean isGood(NodeId voter) {
    Long since = deadSinceMs.get(voter);
    return isMember(voter) && (since == null || ledger.nowMs() - since < graceMs());
  }

  /** A vote moves at no cost, so it does not wait as long as copies do. */
  private long graceMs() {
    return Math.min(VOTER_GRACE_MS, ledger.settings().balance().graceMs());
  }

  private static boolean hasMajority(List<NodeId> voters, Set<NodeId> inStep) {
    return voters.stream().filter(inStep::contains).count() > voters.size() / 2;
  }

  // ---- one more ----

  private Optional<List<NodeId>> oneMore(List<NodeId> voters, Set<NodeId> inStep) {
    if (voters.stream().filter(this::isGood).count() >= target()) {
      return Optional.empty();
    }
    return ledger.image().brokers().stream()
        .filter(broker -> broker.live() && stays(broker))
        .map(BrokerImage::node)
        .filter(node -> inStep.contains(node) && !voters.contains(node))
        .min(
            Comparator.comparingLong((NodeId node) -> sharers(node, voters))
                .thenComparing(Comparator.naturalOrder()))
        .map(added -> {
          List<NodeId> next = new ArrayList<>(voters);
          next.add(added);
          return next;
        });
  }

  /** How many good voters stand in the node's rack; without a rack each stands alone. */
  private long sharers(NodeId node, List<NodeId> voters) {
    Optional<String> rack = rack(node);
    return rack.isEmpty()
        ? 0
        : voters.stream()
            .filter(other -> !other.equals(node) && isGood(other) && rack.equals(rack(other)))
            .count();
  }

  private Optional<String> rack(NodeId node) {
    return ledger.image().broker(node).flatMap(BrokerImage::rack);
  }

  // ---- one fewer ----

  /** The least useful one goes; this leader only where it does not stay in the cluster. */
  private Optional<List<NodeId>> oneFewer(List<NodeId> voters, Set<NodeId> inStep) {
    return voters.stream()
        .filter(voter -> !voter.equals(ledger.self()) || !isMember(voter))
        .min(
            Comparator.comparing(this::isMember)
                .thenComparing(this::isGood)
                .thenComparing(inStep::contains)
                .thenComparing(voter -> -sharers(voter, voters))
                .thenComparing(Comparator.reverseOrder()))
        .map(removed -> voters.stream().filter(voter -> !voter.equals(removed)).toList());
  }
}
