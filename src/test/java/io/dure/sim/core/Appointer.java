package io.dure.sim.core;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.replication.Appointment;
import io.dure.replication.ReplicaEffect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stands for all controllers and their log: what it appoints is committed at once, an epoch has one
 * appointment, but its words get lost and several elections run at the same time, as after changes
 * of the active controller.
 */
final class Appointer {
  static final NodeId ID = new NodeId(99);

  record FenceAsked(int epoch) {}

  record FenceAnswered(Incarnation incarnation, int epoch, int joinedEpoch, long end) {}

  record AppointmentTold(Appointment appointment) {}

  record Register(int life) {}

  record Registered(int life, Incarnation incarnation) {}

  private record Election(int epoch, long untilMs, Map<NodeId, FenceAnswered> answers) {}

  private final CoreWorld world;
  private final List<NodeId> replicas;
  private final List<NodeId> learners;
  private final int commitQuorum;
  private final Map<NodeId, Integer> lives = new LinkedHashMap<>();
  private final Map<NodeId, Incarnation> incarnations = new LinkedHashMap<>();
  private final List<Appointment> appointments = new ArrayList<>();
  private final List<Election> elections = new ArrayList<>();
  private long registrations;
  private int seenEpoch;

  Appointer(CoreWorld world, List<NodeId> replicas, List<NodeId> learners, int commitQuorum) {
    this.world = world;
    this.replicas = replicas;
    this.learners = learners;
    this.commitQuorum = commitQuorum;
  }

  Appointment latest() {
    return appointments.getLast();
  }

  int appointed() {
    return appointments.size();
  }

  void start() {
    appoint(
        new Appointment(
            0, replicas.getFirst(), new Incarnation(1), replicas, learners, commitQuorum));
    tick();
  }

  /** Someone wants another leader, reasonably or not. */
  void elect() {
    if (elections.size() < 3) {
      int epoch = Math.max(latest().epoch(), seenEpoch) + (world.rng().chance(200) ? 2 : 1);
      elections.add(new Election(epoch, world.scheduler().nowMs() + 300, new LinkedHashMap<>()));
      askAll(epoch);
    }
  }

  void receive(NodeId from, Object message) {
    switch (message) {
      case Register(int life) -> onRegister(from, life);
      case FenceAnswered answer -> onAnswer(from, answer);
      default -> throw new IllegalStateException("unknown " + message);
    }
  }

  private void onRegister(NodeId from, int life) {
    int known = lives.getOrDefault(from, 0);
    if (life > known) {
      lives.put(from, life);
      incarnations.put(from, new Incarnation(++registrations));
    }
    if (life >= known) {
      send(from, new Registered(life, incarnations.get(from)));
    }
  }

  private void onAnswer(NodeId from, FenceAnswered answer) {
    seenEpoch = Math.max(seenEpoch, answer.epoch());
    for (Election election : List.copyOf(elections)) {
      if (election.epoch() == answer.epoch()) {
        election.answers().put(from, answer);
        if (valid(election).size() >= enough()) {
          long patienceUs = world.rng().chance(200) ? 60_000 : 3_000;
          world.scheduler().afterUs(world.rng().between(0, patienceUs), () -> decide(election));
        }
      }
    }
  }

  /** So many that they meet every commit quorum. */
  private int enough() {
    return replicas.size() - commitQuorum + 1;
  }

  private List<NodeId> valid(Election election) {
    return election.answers().entrySet().stream()
        .filter(e -> e.getValue().incarnation().equals(incarnations.get(e.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void decide(Election election) {
    List<NodeId> valid = valid(election);
    if (!elections.contains(election) || valid.size() < enough()) {
      return;
    }
    elections.remove(election);
    if (election.epoch() <= latest().epoch()) {
      return;
    }
    NodeId best = valid.getFirst();
    for (NodeId node : valid) {
      if (further(election.answers().get(node), election.answers().get(best))) {
        best = node;
      }
    }
    List<NodeId> copies = learners.stream().filter(_ -> world.rng().chance(700)).toList();
    Incarnation incarnation = election.answers().get(best).incarnation();
    appoint(new Appointment(election.epoch(), best, incarnation, replicas, copies, commitQuorum));
  }

  private boolean further(FenceAnswered a, FenceAnswered b) {
    if (a.joinedEpoch() != b.joinedEpoch()) {
      return a.joinedEpoch() > b.joinedEpoch();
    }
    return a.end() > b.end() || (a.end() == b.end() && world.rng().chance(500));
  }

  private void appoint(Appointment appointment) {
    world.trace().say("ctl", () -> "appoints " + appointment);
    appointments.add(appointment);
    tellAll(appointment);
  }

  private void tick() {
    elections.removeIf(e -> world.scheduler().nowMs() > e.untilMs());
    elections.forEach(e -> askAll(e.epoch()));
    tellAll(latest());
    if (world.rng().chance(100)) {
      tellAll(world.rng().pick(appointments));
      // Who was fenced for an election that was given up answers with the newer epoch.
      askAll(latest().epoch());
    }
    SimNode leader = world.node(latest().leader());
    boolean leads =
        leader.running()
            && latest().leaderIncarnation().equals(incarnations.get(leader.id()))
            && leader.life() == lives.getOrDefault(leader.id(), 0)
            // An election that was given up may have fenced it.
            && seenEpoch <= latest().epoch();
    if (!leads && latest().epoch() + registrations > 0 && elections.isEmpty()) {
      elect();
    }
    world.scheduler().afterMs(world.rng().between(15, 40), this::tick);
  }

  private void askAll(int epoch) {
    replicas.forEach(node -> send(node, new FenceAsked(epoch)));
  }

  private void tellAll(Appointment appointment) {
    appointment.replicas().forEach(node -> send(node, new AppointmentTold(appointment)));
    appointment.learners().forEach(node -> send(node, new AppointmentTold(appointment)));
  }

  private void send(NodeId to, Object message) {
    world.network().send(ID, to, message);
  }

  /** What a node says when its fence is durable. */
  void answerOf(SimNode node, ReplicaEffect.AnswerFence answer) {
    Incarnation incarnation =
        world.life(node) == lives.getOrDefault(node.id(), 0)
            ? incarnations.getOrDefault(node.id(), Incarnation.NONE)
            : Incarnation.NONE;
    node.send(
        ID, new FenceAnswered(incarnation, answer.epoch(), answer.joinedEpoch(), answer.end()));
  }
}
