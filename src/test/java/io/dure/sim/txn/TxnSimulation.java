package io.dure.sim.txn;

import io.dure.sim.Simulation;
import io.dure.sim.Trace;

/** Transactions over several partitions, from a seed. */
public final class TxnSimulation implements Simulation {
  @Override
  public String name() {
    return "transactions";
  }

  @Override
  public Figures run(long seed, Trace.Sink sink) {
    return new TxnWorld(seed, sink).run();
  }

  /** Runs seeds until an invariant breaks; empty text if none does. For sabotages. */
  public static String firstViolation(int seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        new TxnSimulation().run(seed, Trace.NOBODY);
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
