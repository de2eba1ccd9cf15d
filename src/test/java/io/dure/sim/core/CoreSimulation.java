package io.dure.sim.core;

import io.dure.sim.Simulation;
import io.dure.sim.Trace;
import java.util.List;

/** The simulations of the cores, as the command line and the tests run them. */
public final class CoreSimulation {
  private CoreSimulation() {}

  /** A partition's replicas under a controller, and the voters and learners of the metadata log. */
  public static List<Simulation> all() {
    return List.of(
        of("replication", CoreWorld.Kind.PARTITION), of("quorum", CoreWorld.Kind.QUORUM));
  }

  private static Simulation of(String name, CoreWorld.Kind kind) {
    return new Simulation() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Figures run(long seed, Trace.Sink sink) {
        CoreWorld.Outcome outcome = new CoreWorld(kind, seed, sink).run();
        return new Figures(
            outcome.steps(),
            outcome.committed(),
            outcome.epochs(),
            outcome.messages(),
            outcome.virtualMs());
      }
    };
  }
}
