package io.dure.sim;

import io.dure.sim.Simulation.Figures;
import io.dure.sim.core.CoreSimulation;
import io.dure.sim.node.NodeSimulation;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code --seeds N [--from S] [--only NAME]} runs N seeds of every simulation; {@code --seed S
 * [--only NAME]} repeats one with its trace; {@code --sabotage} runs {@link SabotageMain} with the
 * other options. Exit status 1 on a violation.
 */
public final class SimMain {
  private SimMain() {}

  public static void main(String[] args) throws Exception {
    List<String> options = new ArrayList<>(List.of(args));
    if (options.remove("--sabotage")) {
      SabotageMain.main(options.toArray(String[]::new));
    }
    System.exit(run(args, System.out));
  }

  static int run(String[] args, PrintStream out) {
    long from = 0;
    long seeds = 1_000;
    boolean one = false;
    String only = "";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seeds" -> seeds = Long.parseLong(args[i + 1]);
        case "--from" -> from = Long.parseLong(args[i + 1]);
        case "--only" -> only = args[i + 1];
        case "--seed" -> {
          from = Long.parseLong(args[i + 1]);
          seeds = 1;
          one = true;
        }
        default -> {
          out.println(
              "unknown option " + args[i] + "; known: --seeds N, --from S, --seed S, --only NAME");
          return 2;
        }
      }
    }
    int status = 0;
    for (Simulation simulation : simulations()) {
      if (only.isEmpty() || only.equals(simulation.name())) {
        status |= run(simulation, from, seeds, one ? out::println : Trace.NOBODY, out);
      }
    }
    return status;
  }

  /** Every simulation there is. */
  static List<Simulation> simulations() {
    List<Simulation> all = new ArrayList<>(CoreSimulation.all());
    all.add(new NodeSimulation());
    return all;
  }

  private static int run(
      Simulation simulation, long from, long seeds, Trace.Sink sink, PrintStream out) {
    long startedNs = System.nanoTime();
    Figures sum = Figures.NONE;
    for (long seed = from; seed < from + seeds; seed++) {
      try {
        sum = sum.plus(simulation.run(seed, sink));
      } catch (RuntimeException | AssertionError e) {
        String what = e instanceof Violation ? e.getMessage() : e.toString();
        out.printf("%s: seed %d: VIOLATION: %s%n", simulation.name(), seed, what);
        out.printf("repeat with: ./dev sim --only %s --seed %d%n", simulation.name(), seed);
        if (!(e instanceof Violation)) {
          e.printStackTrace(out);
        }
        return 1;
      }
      long done = seed - from + 1;
      if (done % 1_000 == 0 && done < seeds) {
        out.printf("%s: %,d seeds, %s%n", simulation.name(), done, sum);
      }
    }
    double seconds = (System.nanoTime() - startedNs) / 1e9;
    out.printf(
        "%s: %,d seeds without a violation in %.1f s: %s%n",
        simulation.name(), seeds, seconds, sum);
    return 0;
  }
}
