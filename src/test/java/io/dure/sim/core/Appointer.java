package io.dure.sim.core;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.VotingSet;
import io.dure.replication.Appointment;
import io.dure.replication.ReplicaEffect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Stands for all controllers and their log: what it appoints is committed at once, an epoch has one
 * appointment, but its words get lost and several elections run at the same time, as after changes
 * of the active controller. It changes the voting set whenever it likes, ready or not.
 */
final class Appointer {
  static final NodeId ID = new NodeId(99);

  private static final TopicId TOPIC = new TopicId(new UUID(0, 1));
  private static final PartitionId PARTITION = new PartitionId(TOPIC, 0);

  record FenceAsked(int epoch) {}

  /**
   * @param seen the version of the image that the node knew when it answered
   */
  record FenceAnswered(Incarnation incarnation, long seen, int epoch, int joinedEpoch, long end) {}

  /** An appointment of any time, out of order. */
  record AppointmentTold(Appointment appointment) {}

  /** The committed metadata; a node never goes back to an older version. */
  record ImageTold(long version, PartitionImage image) {}

  record Register(int life) {}

  /**
   * @param version the metadata at the registration: the node takes part only from there on
   */
  record Registered(int life, Incarnation incarnation, long version) {}

  record OpenedTold(int epoch) {}

  private record Election(
      int epoch, boolean planned, long untilMs, Map<NodeId, FenceAnswered> answers) {}

  private record Registration(Incarnation incarnation, long version) {}

  private final CoreWorld world;
  private final List<NodeId> nodes;
  private final Map<NodeId, Integer> lives = new LinkedHashMap<>();
  private final Map<NodeId, Registration> registered = new LinkedHashMap<>();
  private final Map<NodeId, Long> droppedAt = new HashMap<>();
  private final List<Appointment> appointments = new ArrayList<>();
  private final List<Election> elections = new ArrayList<>();
  private ClusterImage image = ClusterImage.EMPTY;
  private long registrations;
  private int seenEpoch;
  private int commitQuorum;
  private int setChanges;

  /**
   * @param nodes all that may ever keep a copy
   * @param replicas those of them that vote at first
   */
  Appointer(
      CoreWorld world,
      List<NodeId> nodes,
      List<NodeId> replicas,
      List<NodeId> target,
      int commitQuorum) {
    this.world = world;
    this.nodes = nodes;
    this.commitQuorum = commitQuorum;
    commit(
        new MetadataRecord.TopicCreated(TOPIC, "t", false),
        new MetadataRecord.PartitionCreated(PARTITION, replicas),
        new MetadataRecord.TargetSet(PARTITION, target));
  }

  private void commit(MetadataRecord... records) {
    Set<NodeId> before =
        image.partition(PARTITION).map(p -> Set.copyOf(p.members())).orElse(Set.of());
    image = image.apply(List.of(records), image.endOffset() + records.length);
    for (NodeId node : before) {
      if (!partition().hasMember(node)) {
        droppedAt.put(node, image.endOffset());
      }
    }
  }

  PartitionImage partition() {
    return image.partition(PARTITION).orElseThrow();
  }

  int appointed() {
    return appointments.size();
  }

  /** How many epochs had other voters than the one before. */
  int setChanges() {
    return setChanges;
  }

  void start() {
    PartitionImage now = partition();
    appoint(
        0, now.preferredLeader(), new Incarnation(1), new VotingSet(now.replicas(), commitQuorum));
    tick();
  }

  /** Someone wants another leader, reasonably or not. */
  void elect() {
    elect(world.rng().chance(500));
  }

  private void elect(boolean planned) {
    if (elections.size() < 3) {
      int epoch = Math.max(partition().epoch(), seenEpoch) + (world.rng().chance(200) ? 2 : 1);
      long untilMs = world.scheduler().nowMs() + 300;
      elections.add(new Election(epoch, planned, untilMs, new LinkedHashMap<>()));
      askAll(epoch);
    }
  }

  /** Someone wants other replicas, or changes his mind, or wants another commit quorum. */
  void change() {
    int dice = world.rng().below(10);
    if (dice < 2) {
      commit(new MetadataRecord.TargetSet(PARTITION, List.of()));
    } else if (dice < 4) {
      commitQuorum = 0;
    } else {
      List<NodeId> shuffled = new ArrayList<>(nodes);
      List<NodeId> wanted = new ArrayList<>();
      int count = 1 + world.rng().below(Math.min(5, nodes.size()));
      while (wanted.size() < count) {
        wanted.add(shuffled.remove(world.rng().below(shuffled.size())));
      }
      commit(new MetadataRecord.TargetSet(PARTITION, wanted));
    }
    world.trace().say("ctl", () -> "wants " + partition());
    tellAll();
  }

  /** This node shall have a copy, too. */
  void wantAlso(NodeId node) {
    List<NodeId> wanted = new ArrayList<>(goal());
    if (!wanted.contains(node)) {
      wanted.add(node);
      commit(new MetadataRecord.TargetSet(PARTITION, wanted));
      tellAll();
    }
  }

  void receive(NodeId from, Object message) {
    switch (message) {
      case Register(int life) -> onRegister(from, life);
      case FenceAnswered answer -> onAnswer(from, answer);
      case OpenedTold(int epoch) -> onOpened(epoch);
      default -> throw new IllegalStateException("unknown " + message);
    }
  }

  private void onRegister(NodeId from, int life) {
    int known = lives.getOrDefault(from, 0);
    if (life > known) {
      lives.put(from, life);
      registered.put(from, new Registration(new Incarnation(++registrations), image.endOffset()));
    }
    if (life >= known) {
      Registration registration = registered.get(from);
      send(from, new Registered(life, registration.incarnation(), registration.version()));
    }
  }

  private void onOpened(int epoch) {
    if (partition().epoch() == epoch && !partition().earlier().isEmpty()) {
      commit(new MetadataRecord.EpochOpened(PARTITION, epoch));
      world.trace().say("ctl", () -> "knows as open " + epoch);
    }
  }

  private void onAnswer(NodeId from, FenceAnswered answer) {
    seenEpoch = Math.max(seenEpoch, answer.epoch());
    for (Election election : List.copyOf(elections)) {
      if (election.epoch() == answer.epoch()) {
        election.answers().put(from, answer);
        if (isEnough(election)) {
          long patienceUs = world.rng().chance(200) ? 60_000 : 3_000;
          world.scheduler().afterUs(world.rng().between(0, patienceUs), () -> decide(election));
        }
      }
    }
  }

  /** So many that they meet every commit quorum of every set that may have committed something. */
  private boolean isEnough(Election election) {
    List<NodeId> valid = valid(election);
    return partition().votingSets().stream()
        .allMatch(set -> valid.stream().filter(set::contains).count() >= set.answersNeeded());
  }

  private List<NodeId> valid(Election election) {
    return election.answers().entrySet().stream()
        .filter(e -> isValid(e.getKey(), e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean isValid(NodeId node, FenceAnswered answer) {
    return partition().hasMember(node)
        && registered.containsKey(node)
        && answer.incarnation().equals(registered.get(node).incarnation())
        && answer.seen() >= droppedAt.getOrDefault(node, 0L);
  }

  private void decide(Election election) {
    if (!elections.contains(election) || !isEnough(election)) {
      return;
    }
    elections.remove(election);
    if (election.epoch() <= partition().epoch()) {
      return;
    }
    PartitionImage now = partition();
    VotingSet wanted = election.planned() ? wanted() : now.votingSet();
    Set<NodeId> candidates = new LinkedHashSet<>(wanted.replicas());
    now.votingSets().reversed().forEach(set -> candidates.addAll(set.replicas()));
    candidates.retainAll(valid(election));
    NodeId best = candidates.iterator().next();
    for (NodeId node : candidates) {
      if (further(election.answers().get(node), election.answers().get(best))) {
        best = node;
      }
    }
    appoint(
        election.epoch(),
        best,
        election.answers().get(best).incarnation(),
        setWith(best, wanted, now));
  }

  private VotingSet wanted() {
    PartitionImage now = partition();
    List<NodeId> replicas = now.target().isEmpty() ? now.replicas() : now.target();
    int majority = replicas.size() / 2 + 1;
    boolean more = commitQuorum == 0 ? world.rng().chance(500) : commitQuorum > majority;
    int most = replicas.size() - majority;
    return new VotingSet(replicas, more ? majority + world.rng().below(most + 1) : majority);
  }

  /** The furthest leads; who votes with it is the wanted set, or else one that it belongs to. */
  private static VotingSet setWith(NodeId leader, VotingSet wanted, PartitionImage now) {
    List<VotingSet> choice = new ArrayList<>(List.of(wanted));
    choice.addAll(now.votingSets().reversed());
    return choice.stream().filter(set -> set.contains(leader)).findFirst().orElseThrow();
  }

  private boolean further(FenceAnswered a, FenceAnswered b) {
    if (a.joinedEpoch() != b.joinedEpoch()) {
      return a.joinedEpoch() > b.joinedEpoch();
    }
    return a.end() > b.end();
  }

  private void appoint(int epoch, NodeId leader, Incarnation incarnation, VotingSet set) {
    setChanges += set.replicas().equals(partition().replicas()) ? 0 : 1;
    commit(
        new MetadataRecord.LeaderAppointed(
            PARTITION, epoch, leader, incarnation, set.replicas(), set.commitQuorum()));
    world.trace().say("ctl", () -> "appoints " + partition());
    appointments.add(appointment(partition()).orElseThrow());
    tellAll();
  }

  /** What a replica is told of an image. */
  static Optional<Appointment> appointment(PartitionImage image) {
    return image
        .leader()
        .map(leader ->
            new Appointment(
                image.epoch(),
                leader,
                image.leaderIncarnation(),
                image.replicas(),
                image.learners(),
                image.commitQuorum()));
  }

  private void tick() {
    elections.removeIf(e -> world.scheduler().nowMs() > e.untilMs());
    elections.forEach(e -> askAll(e.epoch()));
    tellAll();
    if (world.rng().chance(100)) {
      AppointmentTold old = new AppointmentTold(world.rng().pick(appointments));
      nodes.forEach(node -> send(node, old));
      // Who was fenced for an election that was given up answers with the newer epoch.
      askAll(partition().epoch());
    }
    if (elections.isEmpty()) {
      if (!leads()) {
        elect(false);
        if (world.rng().chance(300)) {
          commit(new MetadataRecord.LeaderLost(PARTITION, partition().epoch()));
        }
      } else if (!partition().votingSet().replicas().equals(goal()) && isTimeToChange()) {
        elect(true);
      }
    }
    world.scheduler().afterMs(world.rng().between(15, 40), this::tick);
  }

  private List<NodeId> goal() {
    return partition().target().isEmpty() ? partition().replicas() : partition().target();
  }

  /** The real one waits until all are in step, and for the change before. */
  private boolean isTimeToChange() {
    return world.rng().chance(world.troubled() ? 300 : 100);
  }

  private boolean leads() {
    PartitionImage now = partition();
    if (now.leader().isEmpty()) {
      return false;
    }
    SimNode leader = world.node(now.leader().orElseThrow());
    return leader.running()
        && registered.containsKey(leader.id())
        && now.leaderIncarnation().equals(registered.get(leader.id()).incarnation())
        && leader.life() == lives.getOrDefault(leader.id(), 0)
        // An election that was given up may have fenced it.
        && seenEpoch <= now.epoch();
  }

  private void askAll(int epoch) {
    partition().members().forEach(node -> send(node, new FenceAsked(epoch)));
  }

  private void tellAll() {
    ImageTold told = new ImageTold(image.endOffset(), partition());
    nodes.forEach(node -> send(node, told));
  }

  private void send(NodeId to, Object message) {
    world.network().send(ID, to, message);
  }

  /** What a node says when its fence is durable. */
  void answerOf(SimNode node, ReplicaEffect.AnswerFence answer, long seen) {
    Incarnation incarnation =
        world.life(node) == lives.getOrDefault(node.id(), 0) && registered.containsKey(node.id())
            ? registered.get(node.id()).incarnation()
            : Incarnation.NONE;
    node.send(
        ID,
        new FenceAnswered(incarnation, seen, answer.epoch(), answer.joinedEpoch(), answer.end()));
  }
}
