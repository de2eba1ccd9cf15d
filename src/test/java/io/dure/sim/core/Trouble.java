package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.sim.SimRng;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the faults of a run happen, each at its own rate, until the world heals. */
final class Trouble {
  private final CoreWorld world;
  private final Faults faults;
  private final List<SimNode> nodes;
  private final Optional<Appointer> appointer;

  /** Between two changes of the wanted replicas on average; 0: never. */
  private final int changeMs;

  /** Where no appointer decides who the replicas are. */
  private final Optional<VoterTrouble> voters;

  Trouble(CoreWorld world, Faults faults, List<SimNode> nodes, Optional<Appointer> appointer) {
    this.world = world;
    this.faults = faults;
    this.nodes = nodes;
    this.appointer = appointer;
    this.voters =
        appointer.isPresent()
            ? Optional.empty()
            : Optional.of(
                new VoterTrouble(world, this, nodes, world.quorumSettings().electionTimeoutMs()));
    this.changeMs =
        voters
            .map(VoterTrouble::changeMs)
            .orElseGet(() -> rng().chance(300) ? 0 : 10 + rng().below(400));
  }

  void begin() {
    every(faults.appendMs(), () -> nodes.forEach(node -> node.append(1 + rng().below(4))));
    every(faults.crashMs(), this::crash);
    every(faults.powerCutMs(), this::powerCut);
    every(faults.freezeMs(), this::freeze);
    every(faults.hauntMs(), this::haunt);
    every(faults.cutMs(), this::cut);
    every(faults.electionMs(), () -> appointer.ifPresent(Appointer::elect));
    every(changeMs, this::change);
    every(faults.reconnectMs(), () -> connect(rng().pick(nodes), rng().pick(nodes)));
    every(faults.startMoveMs(), () -> rng().pick(nodes).moveStart());
  }

  /** Other replicas are wanted, or other voters. */
  private void change() {
    appointer.ifPresent(Appointer::change);
    voters.ifPresent(VoterTrouble::change);
  }

  void onVotersChanged(SimNode leader) {
    voters.ifPresent(each -> each.onVotersChanged(leader, faults.ambush()));
  }

  private SimRng rng() {
    return world.rng();
  }

  private void every(int meanMs, Runnable fault) {
    if (meanMs > 0) {
      world
          .scheduler()
          .afterUs(
              rng().between(1, 2_000L * meanMs),
              () -> {
                if (world.troubled()) {
                  fault.run();
                  every(meanMs, fault);
                }
              });
    }
  }

  private void crash() {
    SimNode node = rng().pick(nodes);
    if (node.running()) {
      if (rng().chance(400)) {
        node.powerCut();
      } else {
        node.crash();
      }
      goneSeen(node);
      startLater(node);
    }
  }

  /** All at once, or all but some. */
  private void powerCut() {
    boolean all = rng().chance(700);
    for (SimNode node : nodes) {
      if (node.running() && (all || rng().chance(500))) {
        node.powerCut();
        startLater(node);
      }
    }
  }

  void goneSeen(SimNode node) {
    int life = node.life();
    for (SimNode other : nodes) {
      if (other != node && rng().chance(500)) {
        world
            .scheduler()
            .afterUs(
                rng().between(100, 20_000),
                () -> {
                  if (!node.running() && node.life() == life) {
                    other.peerGone(node.id());
                  }
                });
      }
    }
  }

  private void startLater(SimNode node) {
    world.scheduler().afterMs(rng().between(0, faults.maxDownMs()), () -> startNow(node));
  }

  void startNow(SimNode node) {
    if (!node.running()) {
      node.start();
      for (SimNode other : nodes) {
        if (other != node) {
          world.scheduler().afterMs(rng().between(0, 30), () -> connect(node, other));
        }
      }
    }
  }

  void connect(SimNode a, SimNode b) {
    if (a != b && a.running() && b.running()) {
      a.connected(b.id());
      b.connected(a.id());
    }
  }

  private void freeze() {
    SimNode node = rng().pick(nodes);
    if (node.running() && !node.frozen()) {
      node.freeze();
      world.scheduler().afterMs(rng().between(1, 2L * faults.maxDownMs()), node::thaw);
    }
  }

  /** A new leader writes and dies before anybody can join it. */
  void onLeads(SimNode leader) {
    voters.ifPresent(each -> each.onLeads(leader));
    ambush(
        leader,
        rng().between(0, 1_500),
        () -> {
          leader.append(1);
          leader.crash();
          world.scheduler().afterMs(rng().between(20, 200), () -> startNow(leader));
        });
  }

  /** Who answered a fence should remember it. */
  void onFenceAnswered(SimNode node) {
    ambush(
        node,
        rng().between(0, 500),
        () -> {
          leader().filter(leader -> leader != node).ifPresent(leader -> hide(leader, node));
          cutAndStart(node);
        });
  }

  /** Who dropped its log may have it back, and who could know better is gone. */
  void onReset(SimNode node) {
    ambush(
        node,
        rng().between(1_000, 15_000),
        () -> {
          cutAndStart(node);
          leader()
              .ifPresent(leader -> {
                leader.crash();
                world.scheduler().afterMs(rng().between(50, 300), () -> startNow(leader));
              });
        });
  }

  /** Who deletes its copy loses power over it, and is wanted again. */
  void onCopyDeleted(SimNode node) {
    int life = node.life();
    if (world.troubled() && rng().chance(400)) {
      world
          .scheduler()
          .afterUs(
              rng().between(0, 6_000),
              () -> {
                if (world.troubled() && node.running() && node.life() == life) {
                  cutAndStart(node);
                  appointer.ifPresent(a -> a.wantAlso(node.id()));
                }
              });
    }
  }

  private Optional<SimNode> leader() {
    return nodes.stream().filter(n -> n.running() && n.brain().replica().leads()).findFirst();
  }

  /** For a while nothing reaches the leader but from one node. */
  private void hide(SimNode leader, SimNode but) {
    var others = new ArrayList<NodeId>(List.of(Appointer.ID));
    nodes.stream().filter(n -> n != leader && n != but).forEach(n -> others.add(n.id()));
    others.forEach(other -> world.network().cut(other, leader.id()));
    world
        .scheduler()
        .afterMs(
            rng().between(20, 100),
            () -> others.forEach(other -> world.network().mend(other, leader.id())));
  }

  private void cutAndStart(SimNode node) {
    node.powerCut();
    world.scheduler().afterMs(rng().between(0, 10), () -> startNow(node));
  }

  private void ambush(SimNode node, long delayUs, Runnable strike) {
    if (world.troubled() && rng().chance(faults.ambush())) {
      int life = node.life();
      world
          .scheduler()
          .afterUs(
              delayUs,
              () -> {
                if (world.troubled() && node.running() && node.life() == life) {
                  strike.run();
                  goneSeen(node);
                }
              });
    }
  }

  /** A leader writes and dies; it comes back just when its successor does the same. */
  private void haunt() {
    Optional<SimNode> leader = leader();
    if (leader.isPresent()) {
      SimNode node = leader.get();
      node.append(1);
      node.crash();
      goneSeen(node);
      world
          .scheduler()
          .afterMs(
              rng().between(10, 150),
              () -> {
                if (world.troubled() && rng().chance(800)) {
                  haunt();
                }
                startNow(node);
              });
    }
  }

  /** A node, or now and then the controller. */
  private NodeId anyone() {
    return appointer.isPresent() && rng().chance(250) ? Appointer.ID : rng().pick(nodes).id();
  }

  private void cut() {
    NodeId from = anyone();
    NodeId to = anyone();
    boolean both = rng().chance(300);
    world.trace().say("world", () -> "cuts " + from + " -> " + to + (both ? " and back" : ""));
    world.network().cut(from, to);
    if (both) {
      world.network().cut(to, from);
    }
    world
        .scheduler()
        .afterMs(
            rng().between(10, 3L * faults.maxDownMs()),
            () -> {
              boolean was = world.network().mend(from, to) | world.network().mend(to, from);
              boolean nodesOnly = !from.equals(Appointer.ID) && !to.equals(Appointer.ID);
              if (was && nodesOnly) {
                connect(world.node(from), world.node(to));
              }
            });
  }
}
