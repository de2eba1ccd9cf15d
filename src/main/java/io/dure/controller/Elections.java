package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.metadata.VotingSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives partitions a leader: fences the next epoch at the replicas, waits for enough answers,
 * appoints.
 *
 * <p>An election that a controller leaves unfinished is in no log; its successor starts it anew,
 * from what the image says and from what {@link EpochProbes} find at the replicas.
 */
final class Elections {
  /**
   * How long a planned election waits for more than the necessary answers, so that the replica that
   * should lead can win.
   */
  private static final long PLANNED_WAIT_MS = 300;

  private final Ledger ledger;
  private final EpochProbes probes;
  private final Map<PartitionId, Election> open = new LinkedHashMap<>();

  Elections(Ledger ledger) {
    this.ledger = ledger;
    this.probes = new EpochProbes(ledger);
  }

  /**
   * Takes up what the controller before left: partitions without a working leader, and half fenced
   * ones.
   */
  void takeOver() {
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (!electIfLeaderless(partition)) {
          probes.ask(partition, partition.members());
        }
      }
    }
    ledger.flush();
  }

  /** These brokers are not live any more. */
  void onLost(Collection<NodeId> nodes) {
    if (nodes.isEmpty()) {
      return;
    }
    Set<NodeId> lost = new HashSet<>(nodes);
    probes.forget(lost);
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.leader().filter(lost::contains).isPresent()) {
          electIfLeaderless(partition);
        }
      }
    }
    ledger.flush();
  }

  /**
   * The leader's broker lives, but not the replica: it answers no fence, so another one will lead,
   * as soon as enough of the others have answered.
   */
  void onCannotLead(ControllerEvent.CannotLeadReported event) {
    ledger
        .image()
        .partition(event.partition())
        .filter(partition -> partition.epoch() == event.epoch())
        .filter(partition -> partition.leader().equals(Optional.of(event.from())))
        .filter(partition -> !isOpen(partition.id()))
        .ifPresent(partition -> start(partition, partition.epoch() + 1, false));
  }

  /**
   * The furthest of the replicas that are left leads, with nobody but them to vote, though too few
   * are left to tell what was committed. That it is unsafe is what was asked for. False where
   * nobody is left, or somebody who lives has yet to answer.
   */
  boolean recover(PartitionImage partition) {
    Election election = open.get(partition.id());
    if (election == null) {
      return false;
    }
    Ballot ballot = election.ballot(ledger, partition);
    boolean allAnswered =
        partition.members().stream()
            .filter(ledger.image()::isLive)
            .allMatch(ballot.answers()::containsKey);
    Set<NodeId> left = new LinkedHashSet<>(partition.replicas());
    partition.earlier().forEach(set -> left.addAll(set.replicas()));
    left.retainAll(ballot.answers().keySet());
    Optional<NodeId> furthest =
        left.stream()
            .max(Comparator.comparing(node -> Objects.requireNonNull(ballot.answers().get(node))));
    Optional<TopicImage> topic = ledger.image().topic(partition.id().topic());
    if (!allAnswered || furthest.isEmpty() || topic.isEmpty()) {
      return false;
    }
    open.remove(partition.id());
    BrokerImage leader = ledger.image().broker(furthest.get()).orElseThrow();
    VotingSet set = ledger.votingSet(topic.get().configs(), List.copyOf(left));
    Ballot.Standing standing = Objects.requireNonNull(ballot.answers().get(leader.node()));
    // What was deleted beyond its end is lost with the rest, and offsets there are used again.
    long logStart = Math.min(ballot.logStart(), standing.end());
    ledger.note(appointment(partition.id(), election.epoch(), leader, set, logStart));
    return true;
  }

  /**
   * The broker is live, perhaps in a new life: its answers are wanted, and what it led in the old
   * life is leaderless.
   */
  void onLive(NodeId node) {
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (!partition.hasMember(node)) {
          continue;
        }
        Election election = open.get(partition.id());
        if (election != null) {
          ask(election, node);
        } else if (!electIfLeaderless(partition)) {
          probes.ask(partition, List.of(node));
        }
      }
    }
    ledger.flush();
  }

  /**
   * Begins an epoch though the leader lives: led by the preferred replica, with the voting set that
   * is wanted, as far as it turns out that somebody of it holds everything.
   */
  void startPlanned(PartitionImage partition) {
    start(partition, partition.epoch() + 1, true);
  }

  /** Nodes became members: one that was fenced for an unfinished election must be found. */
  void onNewMembers(PartitionImage partition, Collection<NodeId> nodes) {
    Election election = open.get(partition.id());
    if (election == null) {
      probes.ask(partition, nodes);
    } else {
      nodes.forEach(node -> ask(election, node));
    }
  }

  boolean isOpen(PartitionId partition) {
    return open.containsKey(partition);
  }

  void onAnswers(ControllerEvent.FencesAnswered event) {
    Optional<BrokerImage> from = ledger.image().broker(event.from());
    boolean current = from.isPresent() && from.get().incarnation().equals(event.incarnation());
    if (!current || event.controllerEpoch() != ledger.controllerEpoch()) {
      return;
    }
    List<ControllerEvent.FenceAnswer> others = new ArrayList<>();
    for (ControllerEvent.FenceAnswer answer : event.answers()) {
      Election election = open.get(answer.partition());
      if (election == null) {
        others.add(answer);
      } else {
        count(election, event, answer);
      }
    }
    ledger.flush();
    for (ControllerEvent.FenceAnswer answer : others) {
      onProbeAnswer(event, answer);
    }
  }

  /**
   * A replica that knows a higher epoch than the image was fenced for an election that nobody
   * finished.
   */
  private void onProbeAnswer(
      ControllerEvent.FencesAnswered event, ControllerEvent.FenceAnswer answer) {
    probes.answered(event.from(), answer.partition());
    // The answer before this one may have been about the same partition, and enough.
    ledger.flush();
    Optional<PartitionImage> partition = ledger.image().partition(answer.partition());
    if (partition.isPresent()
        && !isOpen(answer.partition())
        && partition.get().hasMember(event.from())
        && answer.epoch() > partition.get().epoch()) {
      count(start(partition.get(), answer.epoch(), false), event, answer);
    }
  }

  private void count(
      Election election, ControllerEvent.FencesAnswered event, ControllerEvent.FenceAnswer answer) {
    Optional<PartitionImage> partition = ledger.image().partition(election.partition());
    if (answer.epoch() < election.epoch()
        || partition.isEmpty()
        || !partition.get().hasMember(event.from())) {
      return;
    }
    boolean raised = answer.epoch() > election.epoch();
    if (raised) {
      election.raiseTo(answer.epoch());
    }
    election.answered(
        event.from(),
        event.incarnation(),
        event.imageEnd(),
        new Ballot.Standing(answer.joinedEpoch(), answer.start(), answer.end()));
    if (raised) {
      askMissing(election, partition.get());
    }
    decide(election, partition.get());
  }

  /**
   * Time has passed: decide what waited only for time, ask again, and let clients know of what
   * takes long.
   */
  void tick() {
    for (Election election : List.copyOf(open.values())) {
      Optional<PartitionImage> partition = ledger.image().partition(election.partition());
      if (partition.isEmpty()) {
        open.remove(election.partition());
        continue;
      }
      if (decide(election, partition.get())) {
        continue;
      }
      long nowMs = ledger.nowMs();
      if (nowMs - election.askedMs() >= ledger.settings().fenceResendMs()) {
        askMissing(election, partition.get());
      }
      if (nowMs - election.startedMs() >= ledger.settings().leaderLostAfterMs()
          && partition.get().leader().isPresent()) {
        ledger.note(new MetadataRecord.LeaderLost(partition.get().id(), partition.get().epoch()));
      }
    }
    ledger.flush();
    probes.tick(open.keySet());
  }

  /** Returns whether the partition needs a leader; if so it has one now or an election is open. */
  private boolean electIfLeaderless(PartitionImage partition) {
    ClusterImage image = ledger.image();
    boolean led =
        partition
            .leader()
            .flatMap(image::broker)
            .filter(leader ->
                leader.live() && leader.incarnation().equals(partition.leaderIncarnation()))
            .isPresent();
    if (led || isOpen(partition.id())) {
      return !led;
    }
    if (partition.epoch() < 0) {
      image
          .topic(partition.id().topic())
          .map(topic ->
              firstLeader(
                  image, partition.id(), ledger.votingSet(topic.configs(), partition.replicas())))
          .ifPresent(records -> records.forEach(ledger::note));
    } else {
      start(partition, partition.epoch() + 1, false);
    }
    return true;
  }

  /**
   * The first appointment of a partition. Nothing was ever appended to it, so there is nothing to
   * lose and nobody to ask; and whoever is live is in step, as long as its leader does not say
   * otherwise. Empty: none of its replicas is live.
   */
  static List<MetadataRecord> firstLeader(ClusterImage image, PartitionId id, VotingSet votingSet) {
    List<BrokerImage> live =
        votingSet.replicas().stream()
            .flatMap(node -> image.broker(node).stream())
            .filter(BrokerImage::live)
            .toList();
    List<MetadataRecord> records = new ArrayList<>(2);
    live.stream()
        .min(Comparator.comparing(broker -> image.isDrained(broker.node())))
        .ifPresent(leader -> records.add(appointment(id, 0, leader, votingSet, 0)));
    if (live.size() > 1) {
      records.add(
          new MetadataRecord.InStepChanged(
              id, 0, live.stream().map(BrokerImage::node).collect(Collectors.toSet())));
    }
    return records;
  }

  private static MetadataRecord appointment(
      PartitionId id, int epoch, BrokerImage leader, VotingSet votingSet, long logStart) {
    return new MetadataRecord.LeaderAppointed(
        id,
        epoch,
        leader.node(),
        leader.incarnation(),
        votingSet.replicas(),
        votingSet.commitQuorum(),
        logStart);
  }

  private Election start(PartitionImage partition, int epoch, boolean planned) {
    Election election = new Election(partition.id(), epoch, planned, ledger.nowMs());
    open.put(partition.id(), election);
    askMissing(election, partition);
    return election;
  }

  private void askMissing(Election election, PartitionImage partition) {
    election.asked(ledger.nowMs());
    partition.members().forEach(node -> ask(election, node));
  }

  private void ask(Election election, NodeId node) {
    if (ledger
        .image()
        .broker(node)
        .filter(broker -> broker.live() && !election.hasAnswerOf(broker, ledger))
        .isPresent()) {
      ledger.fence(node, new ControllerEffect.FenceOf(election.partition(), election.epoch()));
    }
  }

  /** Appoints the leader if the answers suffice. */
  private boolean decide(Election election, PartitionImage partition) {
    Ballot ballot = election.ballot(ledger, partition);
    if (!ballot.isEnough()) {
      return false;
    }
    Outcome outcome;
    if (election.isPlanned()) {
      VotingSet wanted = VotingChanges.wanted(ledger, partition);
      outcome = Outcome.planned(partition, ballot, wanted, ledger::mayLead);
      if (!outcome.isAsWished(wanted, ledger::mayLead)
          && mayBecomeBetter(election, ballot, partition)) {
        return false;
      }
    } else {
      outcome = Outcome.unplanned(partition, ballot, ledger::mayLead);
    }
    open.remove(partition.id());
    BrokerImage leader = ledger.image().broker(outcome.leader()).orElseThrow();
    ledger.note(
        appointment(
            partition.id(), election.epoch(), leader, outcome.votingSet(), ballot.logStart()));
    if (outcome.isStepBack(partition)) {
      ledger.note(new MetadataRecord.TargetSet(partition.id(), partition.replicas()));
    }
    return true;
  }

  private boolean mayBecomeBetter(Election election, Ballot ballot, PartitionImage partition) {
    long live = partition.members().stream().filter(ledger.image()::isLive).count();
    return ballot.answers().size() < live
        && ledger.nowMs() - election.startedMs() < PLANNED_WAIT_MS;
  }
}
