package io.dure.sim.core;

import io.dure.base.CheckFailed;
import io.dure.base.NodeId;
import io.dure.quorum.QuorumSettings;
import io.dure.quorum.QuorumState;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaSettings;
import io.dure.replication.ReplicaState;
import io.dure.sim.Invariant;
import io.dure.sim.SimNetwork;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run: nodes with cores, troubled for a while, then healed. Every fact is shown to the
 * invariants as it happens; after healing there must be progress, and in the end all logs must be
 * equal.
 */
final class CoreWorld {
  /** What is simulated. */
  enum Kind {
    PARTITION,
    QUORUM
  }

  /** What a run came to. */
  record Outcome(
      long steps, long committed, long epochs, long setChanges, long messages, long virtualMs) {}

  private static final ReplicaSettings REPLICA = new ReplicaSettings(4, 50, 400, 150, 1_000, 100);
  private static final int FIRST_PORTION = 3_000;

  private final SimRng rng;
  private final SimScheduler scheduler = new SimScheduler();
  private final SimNetwork<Object> network;
  private final Trace trace;
  private final CommittedLog committed = new CommittedLog();
  private final List<Invariant<Fact>> invariants = Invariants.all(committed);
  private final List<SimNode> nodes = new ArrayList<>();
  private final Faults faults;
  private final Optional<Appointer> appointer;
  private final Trouble trouble;
  private boolean troubled = true;
  private long values;
  private int epochs;
  private long voterChanges;

  CoreWorld(Kind kind, long seed, Trace.Sink sink) {
    rng = new SimRng(seed * 2 + kind.ordinal());
    trace = new Trace(scheduler, sink);
    network = new SimNetwork<>(scheduler, rng.split(), this::receive);
    faults = Faults.pick(rng);
    network.weather(faults.weather());
    int replicas = rng.chance(kind == Kind.QUORUM ? 400 : 600) ? 3 : 1 + rng.below(5);
    int learners = rng.chance(kind == Kind.QUORUM ? 600 : 300) ? 1 + rng.below(2) : 0;
    int others = kind == Kind.PARTITION && rng.chance(600) ? rng.below(4) : 0;
    var ids = new ArrayList<NodeId>();
    for (int i = 0; i < replicas + learners + others; i++) {
      ids.add(new NodeId(i));
    }
    List<NodeId> voters = List.copyOf(ids.subList(0, replicas));
    List<NodeId> copies = List.copyOf(ids.subList(replicas, replicas + learners));
    int majority = replicas / 2 + 1;
    int quorum = rng.chance(150) ? majority + rng.below(replicas - majority + 1) : majority;
    trace.say("world", () -> kind + " of " + voters + " and " + copies + " with " + faults);
    appointer =
        kind == Kind.PARTITION
            ? Optional.of(new Appointer(this, ids, voters, copies, quorum))
            : Optional.empty();
    trouble = new Trouble(this, faults, nodes, appointer);
    for (NodeId id : ids) {
      nodes.add(
          switch (kind) {
            case PARTITION ->
                new SimNode(
                    this,
                    id,
                    ReplicaState.INITIAL,
                    (node, state, _) -> new PartitionBrain(node, state, REPLICA));
            case QUORUM ->
                new SimNode(
                    this,
                    id,
                    QuorumState.INITIAL,
                    (node, state, shapeKnown) ->
                        new QuorumBrain(
                            node, state, shapeKnown, voters, ids, quorumSettings(), REPLICA));
          });
    }
  }

  /** Half of the runs elect in great haste. */
  QuorumSettings quorumSettings() {
    return faults.electionMs() < 100
        ? new QuorumSettings(60, 60, 20, 50, 20, 20, 80, 20, 0)
        : QuorumSettings.DEFAULT;
  }

  SimRng rng() {
    return rng;
  }

  SimScheduler scheduler() {
    return scheduler;
  }

  SimNetwork<Object> network() {
    return network;
  }

  Trace trace() {
    return trace;
  }

  SimNode node(NodeId id) {
    return nodes.get(id.value());
  }

  int life(SimNode node) {
    return node.life();
  }

  long nextValue() {
    return ++values;
  }

  long diskDelayUs() {
    long most = troubled ? faults.maxFlushMs() * 1000L : 3_000;
    return rng.chance(900) ? rng.between(100, Math.max(200, most / 5)) : rng.between(100, most);
  }

  void wasReset(SimNode node) {
    trouble.onReset(node);
  }

  void copyDeleted(SimNode node) {
    trouble.onCopyDeleted(node);
  }

  long stateDelayUs() {
    return diskDelayUs() * (troubled && rng.chance(300) ? faults.slowerStates() : 1);
  }

  void fenceAnswered(SimNode node, ReplicaEffect.AnswerFence answer) {
    appointer.ifPresent(a -> a.answerOf(node, answer, node.brain().seen()));
    trouble.onFenceAnswered(node);
  }

  /** Who votes as everything committed below {@code end} says. */
  Optional<List<NodeId>> committedVoters(long end) {
    return committed.voters(end);
  }

  /** A leader has just named other voters. */
  void changedVoters(SimNode leader) {
    voterChanges++;
    trouble.onVotersChanged(leader);
  }

  void tell(Fact fact) {
    if (fact instanceof Fact.Led(SimNode leader, var appointment)) {
      epochs = Math.max(epochs, appointment.epoch());
      trouble.onLeads(leader);
    }
    for (Invariant<Fact> invariant : invariants) {
      invariant
          .brokenBy(fact)
          .ifPresent(how -> {
            throw new Violation(invariant.name() + ": " + how);
          });
    }
  }

  private void receive(NodeId from, NodeId to, Object message) {
    if (to.equals(Appointer.ID)) {
      appointer.ifPresent(a -> a.receive(from, message));
    } else {
      node(to).receive(from, message);
    }
  }

  // ---- the course of a run ----

  Outcome run() {
    long steps = FIRST_PORTION + rng.below(2 * FIRST_PORTION);
    try {
      nodes.forEach(SimNode::start);
      appointer.ifPresent(Appointer::start);
      connectAll();
      trouble.begin();
      while (scheduler.steps() < steps && scheduler.step()) {}
      heal();
      // Voters whose patience has grown give a leader up after 8 times as long as usual.
      scheduler.runForMs(8_000);
      long before = committed.end();
      appendEverywhere();
      scheduler.runForMs(6_000);
      if (committed.end() <= before) {
        throw new Violation("no progress after healing: committed %d".formatted(before));
      }
      checkAllEqual();
    } catch (CheckFailed e) {
      throw new Violation("a core's own check: " + e.getMessage());
    }
    return new Outcome(
        scheduler.steps(),
        committed.end(),
        epochs,
        appointer.isPresent() ? appointer.get().setChanges() : voterChanges,
        network.messages(),
        scheduler.nowMs());
  }

  boolean troubled() {
    return troubled;
  }

  private void heal() {
    trace.say("world", () -> "---- heals ----");
    troubled = false;
    network.heal();
    for (SimNode node : nodes) {
      node.thaw();
      if (!node.running()) {
        node.start();
      }
    }
    connectAll();
  }

  void connectAll() {
    for (SimNode a : nodes) {
      for (SimNode b : nodes) {
        if (a != b) {
          a.connected(b.id());
        }
      }
    }
  }

  private void appendEverywhere() {
    nodes.forEach(node -> node.append(3));
  }

  /** Every replica holds exactly what was committed; so does every learner that is still one. */
  private void checkAllEqual() {
    appointer.ifPresent(a -> {
      if (a.partition().isChanging() || !a.partition().earlier().isEmpty()) {
        throw new Violation("the replicas still change after healing: " + a.partition());
      }
    });
    for (SimNode node : nodes) {
      boolean member = appointer.map(a -> a.partition().hasMember(node.id())).orElse(true);
      if (!member) {
        continue;
      }
      long held = committed.heldBy(node.log(), node.log().start());
      long mark = node.brain().replica().highWatermark();
      if (held != committed.end()
          || node.log().end() != committed.end()
          || mark != committed.end()) {
        throw new Violation(
            "in the end %s holds %d of %d records, ends at %d, high watermark %d"
                .formatted(node.id(), held, committed.end(), node.log().end(), mark));
      }
      long durable = committed.heldBy(node.log().durable());
      if (durable != committed.end()) {
        throw new Violation(
            "in the end %s has %d of %d on disk".formatted(node.id(), durable, committed.end()));
      }
    }
  }
}
