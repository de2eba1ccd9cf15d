package io.dure.sim.core;

import io.dure.sim.Simulation;
import io.dure.sim.Trace;
import io.dure.sim.Violation;
import java.util.List;
import java.util.TreeMap;

/** The simulations of the cores, as the command line and the tests run them. */
public final class CoreSimulation {
  private CoreSimulation() {}

  /** A partition's replicas under a controller, and the voters and learners of the metadata log. */
  public static List<Simulation> all() {
    return List.of(
        of("replication", CoreWorld.Kind.PARTITION), of("quorum", CoreWorld.Kind.QUORUM));
  }

  /**
   * Runs seeds until something breaks and says what; empty when nothing does. For the sabotages,
   * which load it apart.
   */
  public static String firstViolation(int seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      for (Simulation simulation : all()) {
        try {
          simulation.run(seed, Trace.NOBODY);
        } catch (RuntimeException e) {
          String what = e instanceof Violation ? e.getMessage() : e.toString();
          return "%s, seed %d: %s".formatted(simulation.name(), seed, what);
        }
      }
    }
    return "";
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
        var others = new TreeMap<String, Long>();
        others.put("changes of voters", outcome.setChanges());
        return new Figures(
            outcome.steps(),
            outcome.committed(),
            outcome.epochs(),
            outcome.messages(),
            outcome.virtualMs(),
            others);
      }
    };
  }
}
