package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.sim.SimRng;
import java.util.List;
import java.util.Optional;

/** Makes the faults of a run happen, each at its own rate, until the world heals. */
final class Trouble {
  private final CoreWorld world;
  private final Faults faults;
  private final List<SimNode> nodes;
  private final Optional<Appointer> appointer;

  Trouble(CoreWorld world, Faults faults, List<SimNode> nodes, Optional<Appointer> appointer) {
    this.world = world;
    this.faults = faults;
    this.nodes = nodes;
    this.appointer = appointer;
  }

  void begin() {
    every(faults.appendMs(), () -> nodes.forEach(node -> node.append(1 + rng().below(4))));
    every(faults.crashMs(), this::crash);
    every(faults.powerCutMs(), this::powerCut);
    every(faults.freezeMs(), this::freeze);
    every(faults.cutMs(), this::cut);
    every(faults.electionMs(), () -> appointer.ifPresent(Appointer::elect));
    every(faults.reconnectMs(), () -> connect(rng().pick(nodes), rng().pick(nodes)));
    every(faults.startMoveMs(), () -> rng().pick(nodes).moveStart());
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
      if (rng().chance(200)) {
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

  private void goneSeen(SimNode node) {
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
    world
        .scheduler()
        .afterMs(
            rng().between(0, faults.maxDownMs()),
            () -> {
              if (!node.running()) {
                node.start();
                for (SimNode other : nodes) {
                  if (other != node) {
                    world.scheduler().afterMs(rng().between(0, 30), () -> connect(node, other));
                  }
                }
              }
            });
  }

  private void connect(SimNode a, SimNode b) {
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

  private void cut() {
    NodeId from = rng().pick(nodes).id();
    NodeId to = rng().pick(nodes).id();
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
              if (was) {
                connect(world.node(from), world.node(to));
              }
            });
  }
}
