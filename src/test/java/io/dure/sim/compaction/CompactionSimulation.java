package io.dure.sim.compaction;

import io.dure.sim.Simulation;
import io.dure.sim.Trace;

/** Copies of a compacted log, from a seed. */
public final class CompactionSimulation implements Simulation {
  @Override
  public String name() {
    return "compaction";
  }

  @Override
  public Figures run(long seed, Trace.Sink sink) {
    return new CompactionWorld(seed, sink).run();
  }

  /** Runs seeds until an invariant breaks; empty text if none does. For sabotages. */
  public static String firstViolation(int seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        new CompactionSimulation().run(seed, Trace.NOBODY);
      } catch (RuntimeException | AssertionError e) {
        return "seed "
            + seed
            + ": "
            + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      }
    }
    return "";
  }
}
