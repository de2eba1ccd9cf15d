package io.dure.sim.node;

import io.dure.sim.Simulation;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import java.util.Map;
import java.util.TreeMap;

/** The simulation of whole nodes, as the command line, the tests and the sabotages run it. */
public final class NodeSimulation implements Simulation {
  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public Figures run(long seed, Trace.Sink sink) {
    NodeWorld world = new NodeWorld(seed, sink);
    world.run();
    NodeWorld.Counts counts = world.counts();
    TreeMap<String, Long> others =
        new TreeMap<>(
            Map.of(
                "batches acknowledged", counts.acknowledged,
                "cuts of logs", counts.truncations,
                "nodes killed", counts.kills,
                "nodes without power", counts.powerCuts,
                "flushes failed", counts.failedFlushes,
                "freezes", counts.freezes,
                "streams broken or cut", counts.breaks + counts.cuts,
                "deletions and compactions", counts.deletions + counts.compactions,
                "topics made", counts.topics,
                "reads", counts.reads));
    others.put("changes of metadata voters", counts.voterChanges);
    others.put("wishes for other replicas", counts.reassignments);
    others.put("nodes drained or emptied", counts.restated);
    return new Figures(
        world.scheduler().steps(),
        counts.committed,
        counts.elections,
        world.messages(),
        world.nowMs(),
        others);
  }

  /** Runs seeds until something breaks and says what; empty when nothing does. */
  public static String firstViolation(int seeds) {
    NodeSimulation simulation = new NodeSimulation();
    for (long seed = 0; seed < seeds; seed++) {
      try {
        simulation.run(seed, Trace.NOBODY);
      } catch (RuntimeException | AssertionError e) {
        String what = e instanceof Violation ? e.getMessage() : e.toString();
        return "%s, seed %d: %s".formatted(simulation.name(), seed, what);
      }
    }
    return "";
  }
}
