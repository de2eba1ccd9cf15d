package io.dure.sim.node;

import io.dure.base.NodeId;
import io.dure.sim.SimNode;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import java.util.List;

/** Makes trouble in a world at the rates of its {@link NodeFaults}, until told to end. */
final class NodeTrouble {
  private final NodeWorld world;
  private final SimScheduler scheduler;
  private final SimRng rng;
  private final NodeFaults faults;
  private boolean over;

  NodeTrouble(NodeWorld world, SimScheduler scheduler, SimRng rng, NodeFaults faults) {
    this.world = world;
    this.scheduler = scheduler;
    this.rng = rng;
    this.faults = faults;
  }

  void begin() {
    every(faults.killMs(), () -> bringDown(false));
    every(faults.powerCutMs(), () -> bringDown(true));
    every(faults.blackoutMs(), this::blackOut);
    every(faults.freezeMs(), this::freeze);
    every(faults.cutMs(), this::cut);
    every(faults.breakMs(), () -> world.breakStream(any(), any()));
    every(faults.pauseMs(), () -> world.pause(any(), any(), rng.between(1, pauseMs())));
    every(faults.flushFailureMs(), () -> world.failFlush(any(), rng.below(4)));
    every(faults.churnMs(), world::churn);
    every(faults.reassignMs(), world::reassign);
    every(2 * faults.reassignMs(), world::restate);
  }

  void end() {
    over = true;
  }

  private void every(int ms, Runnable what) {
    if (ms > 0) {
      scheduler.afterMs(
          rng.between(1, 2L * ms),
          () -> {
            if (!over) {
              what.run();
              every(ms, what);
            }
          });
    }
  }

  private NodeId any() {
    return rng.pick(world.nodes());
  }

  private long pauseMs() {
    return Math.min(300, faults.longestTroubleMs());
  }

  private void bringDown(boolean power) {
    NodeId node = any();
    if (world.isUp(node)) {
      world.bringDown(node, power);
      backLater(node);
    }
  }

  private void blackOut() {
    world.say("all nodes lose power");
    for (NodeId node : world.nodes()) {
      if (world.isUp(node)) {
        world.bringDown(node, true);
        backLater(node);
      }
    }
  }

  /** A node that went down by itself is brought back, too. */
  void backLater(NodeId node) {
    scheduler.afterMs(
        rng.between(1, faults.longestDownMs()),
        () -> {
          if (!over) {
            world.bringUp(node);
          }
        });
  }

  private void freeze() {
    NodeId node = any();
    if (world.isUp(node) && !world.sim(node).isFrozen()) {
      SimNode frozen = world.sim(node);
      world.freeze(node);
      scheduler.afterMs(rng.between(10, faults.longestTroubleMs()), () -> world.thaw(node, frozen));
    }
  }

  private void cut() {
    NodeId one = any();
    NodeId other = any();
    if (one.equals(other)) {
      return;
    }
    List<Boolean> ways = rng.below(3) == 0 ? List.of(true, false) : List.of(true);
    for (boolean there : ways) {
      NodeId from = there ? one : other;
      NodeId to = there ? other : one;
      world.cut(from, to);
      scheduler.afterMs(
          rng.between(10, faults.longestTroubleMs()),
          () -> {
            if (!over) {
              world.mend(from, to);
            }
          });
    }
  }
}
