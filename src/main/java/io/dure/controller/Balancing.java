package io.dure.controller;

import io.dure.balance.Layout;
import io.dure.balance.Move;
import io.dure.balance.Planner;
import io.dure.balance.Slack;
import io.dure.balance.Standing;
import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries out what the planner wants, a few moves at a time, as reassignments like any other. There
 * is no plan to be kept: each look begins with what there is, so whoever is the controller goes on,
 * and what somebody asks for meanwhile is simply there.
 */
final class Balancing {
  /** Moves that are looked for at a time; not all of them may begin at once. */
  private static final int PLANNED_AT_ONCE = 100;

  /** Changes of leaders alone that may be under way. */
  private static final int REORDERED_AT_ONCE = 50;

  /** What a dry run tells at most. */
  private static final int MAX_TOLD = 2_000;

  /** A look costs more where there are more partitions, and is taken as much more rarely. */
  private static final int PARTITIONS_PER_MS = 20;

  private final Ledger ledger;
  private final Reassignments reassignments;
  private final Standings standings;
  private final ByWeight byWeight;
  private long lookedMs;
  private Seen seen = new Seen(ClusterImage.EMPTY, Map.of());

  /** As long as neither changes, nothing new can be wanted. */
  private record Seen(ClusterImage image, Map<NodeId, Standing> standings) {
    boolean isSame(ClusterImage now, Map<NodeId, Standing> standingsNow) {
      return image == now && standings.equals(standingsNow);
    }
  }

  Balancing(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.reassignments = new Reassignments(ledger, elections);
    this.standings = new Standings(ledger);
    this.byWeight = new ByWeight(ledger);
    lookedMs = ledger.nowMs();
  }

  private BalanceSettings settings() {
    return ledger.settings().balance().with(ledger.image().configs().ofAllBrokers());
  }

  /** What leaders say of their partitions' sizes and traffic. */
  void told(ControllerEvent.LoadsTold report) {
    byWeight.told(report);
  }

  void tick() {
    standings.tick();
    long everyMs =
        ledger.settings().balance().lookEveryMs()
            + ledger.image().partitionCount() / PARTITIONS_PER_MS;
    if (ledger.nowMs() - lookedMs < everyMs) {
      return;
    }
    lookedMs = ledger.nowMs();
    BalanceSettings settings = settings();
    forgetTheEmptied();
    Map<NodeId, Standing> now = standings.of(settings.graceMs());
    boolean turn = byWeight.tick(() -> plan(now, settings, settings.slack(), PLANNED_AT_ONCE));
    if (settings.enabled() && (turn || !seen.isSame(ledger.image(), now))) {
      seen = new Seen(ledger.image(), now);
      List<Move> moves = plan(now, settings, byWeight.slack(), PLANNED_AT_ONCE);
      byWeight.planned(moves);
      begin(moves, settings);
    }
  }

  private List<Move> plan(
      Map<NodeId, Standing> standingsNow, BalanceSettings settings, Slack slack, int maxMoves) {
    return Planner.plan(layout(standingsNow, settings), slack, maxMoves);
  }

  private Layout layout(Map<NodeId, Standing> standingsNow, BalanceSettings settings) {
    return Layout.of(
        ledger.image(),
        standingsNow,
        byWeight.weights(),
        ledger.settings().defaultReplicationFactor(),
        settings.movePlaced());
  }

  /** What it would do from here on, whether or not it may; at most {@link #MAX_TOLD} moves. */
  Answer.Balance describe() {
    BalanceSettings settings = settings();
    Map<NodeId, Standing> now = standings.of(settings.graceMs());
    List<Answer.UnderWay> underWay = new ArrayList<>();
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.isChanging() && underWay.size() < MAX_TOLD) {
          underWay.add(
              new Answer.UnderWay(
                  topic.name(),
                  partition.id().index(),
                  partition.replicas(),
                  partition.target().isEmpty() ? partition.replicas() : partition.target(),
                  partition.placedByHand()));
        }
      }
    }
    return new Answer.Balance(
        settings.enabled(),
        now,
        byWeight.isKnown() ? byWeight.carried() : Map.of(),
        plan(now, settings, byWeight.slackOfDryRun(), MAX_TOLD),
        underWay);
  }

  // ---- a few at a time ----

  private void begin(List<Move> moves, BalanceSettings settings) {
    if (moves.isEmpty()) {
      return;
    }
    Map<NodeId, Integer> busy = new HashMap<>();
    int reordered = 0;
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (!partition.target().isEmpty()) {
          List<NodeId> learners = stillCopying(partition);
          learners.forEach(node -> busy.merge(node, 1, Integer::sum));
          partition.leader().ifPresent(node -> busy.merge(node, learners.size(), Integer::sum));
          reordered += partition.learners().isEmpty() ? 1 : 0;
        }
      }
    }
    for (Move move : moves) {
      PartitionImage partition = ledger.image().partition(move.partition()).orElseThrow();
      List<NodeId> learners =
          move.to().stream().filter(node -> !partition.hasMember(node)).toList();
      if (learners.isEmpty()) {
        if (reordered < REORDERED_AT_ONCE) {
          reordered++;
          reassignments.setTarget(partition, move.to());
        }
      } else if (fits(learners, partition, busy, settings.movesPerBroker())) {
        learners.forEach(node -> busy.merge(node, 1, Integer::sum));
        partition.leader().ifPresent(node -> busy.merge(node, learners.size(), Integer::sum));
        reassignments.setTarget(partition, move.to());
      }
    }
  }

  /**
   * Those that hold everything wait for the next batch of {@link VotingChanges}, and cost little.
   */
  private static List<NodeId> stillCopying(PartitionImage partition) {
    return partition.learners().stream()
        .filter(node -> !partition.inStep().contains(node))
        .toList();
  }

  private static boolean fits(
      List<NodeId> learners, PartitionImage partition, Map<NodeId, Integer> busy, int most) {
    boolean leaderIsFree =
        partition.leader().filter(node -> busy.getOrDefault(node, 0) >= most).isEmpty();
    return leaderIsFree && learners.stream().allMatch(node -> busy.getOrDefault(node, 0) < most);
  }

  // ---- the end of a decommissioned broker ----

  /** It was asked to become empty, and is; it has stopped, and has no vote any more. */
  private void forgetTheEmptied() {
    for (BrokerImage broker : List.copyOf(ledger.image().brokers())) {
      NodeId node = broker.node();
      if (ledger.image().isLeaving(node)
          && !broker.live()
          && !ledger.isVoter(node)
          && ledger.loads().copies(node) == 0) {
        ledger.append(BrokerRemovals.records(ledger.image(), node));
      }
    }
  }
}
