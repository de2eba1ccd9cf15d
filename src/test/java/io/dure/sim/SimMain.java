package io.dure.sim;

import io.dure.sim.Simulation.Figures;
import io.dure.sim.compaction.CompactionSimulation;
import io.dure.sim.core.CoreSimulation;
import io.dure.sim.node.NodeSimulation;
import io.dure.sim.txn.TxnSimulation;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code --seeds N [--from S]} runs N seeds of every simulation, {@code --level cores}, {@code
 * nodes}, {@code txn} or {@code compaction} those of one level, {@code --only NAME} a single one;
 * {@code --seed S} repeats one seed with its trace; {@code --sabotage} runs {@link SabotageMain}
 * with the other options. Exit status 1 on a violation.
 */
public final class SimMain {
  private static final int LAST_STEPS = 30;
  private static final long TELL_EVERY_NS = 5_000_000_000L;

  private SimMain() {}

  public static void main(String[] args) throws Exception {
    if (System.getProperty("dure.test.log") == null) {
      System.setProperty("dure.test.log", "OFF"); // what nodes complain of is what is done to them
    }
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
    String level = "all";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seeds" -> seeds = Long.parseLong(args[i + 1]);
        case "--from" -> from = Long.parseLong(args[i + 1]);
        case "--only" -> only = args[i + 1];
        case "--level" -> level = args[i + 1];
        case "--seed" -> {
          from = Long.parseLong(args[i + 1]);
          seeds = 1;
          one = true;
        }
        default -> {
          out.println(
              "unknown option "
                  + args[i]
                  + "; known: --seeds N, --from S, --seed S, --level cores|nodes|txn|compaction|all, --only NAME");
          return 2;
        }
      }
    }
    List<Simulation> wanted = new ArrayList<>();
    for (Simulation simulation : simulations(level)) {
      if (only.isEmpty() || only.equals(simulation.name())) {
        wanted.add(simulation);
      }
    }
    if (wanted.isEmpty()) {
      out.println(
          "no simulation "
              + only
              + " at level "
              + level
              + "; levels: cores, nodes, txn, compaction, all");
      return 2;
    }
    int status = 0;
    for (Simulation simulation : wanted) {
      status |= run(simulation, from, seeds, one ? out::println : Trace.NOBODY, out);
    }
    return status;
  }

  /** The cores alone, whole nodes, transactions, compaction, or all of them. */
  private static List<Simulation> simulations(String level) {
    List<Simulation> all = new ArrayList<>();
    if (level.equals("cores") || level.equals("all")) {
      all.addAll(CoreSimulation.all());
    }
    if (level.equals("nodes") || level.equals("all")) {
      all.add(new NodeSimulation());
    }
    if (level.equals("txn") || level.equals("all")) {
      all.add(new TxnSimulation());
    }
    if (level.equals("compaction") || level.equals("all")) {
      all.add(new CompactionSimulation());
    }
    return all;
  }

  private static int run(
      Simulation simulation, long from, long seeds, Trace.Sink sink, PrintStream out) {
    long startedNs = System.nanoTime();
    Figures sum = Figures.NONE;
    long toldNs = startedNs;
    for (long seed = from; seed < from + seeds; seed++) {
      try {
        sum = sum.plus(simulation.run(seed, sink));
      } catch (RuntimeException | AssertionError e) {
        String what = e instanceof Violation ? e.getMessage() : e.toString();
        if (sink == Trace.NOBODY) {
          lastSteps(simulation, seed).forEach(out::println);
        }
        out.printf("%s: seed %d: VIOLATION: %s%n", simulation.name(), seed, what);
        out.printf("repeat with: ./dev sim --only %s --seed %d%n", simulation.name(), seed);
        if (!(e instanceof Violation)) {
          e.printStackTrace(out);
        }
        return 1;
      }
      long done = seed - from + 1;
      if (System.nanoTime() - toldNs > TELL_EVERY_NS && done < seeds) {
        toldNs = System.nanoTime();
        out.printf("%s: %,d of %,d seeds, %s%n", simulation.name(), done, seeds, sum);
      }
    }
    double seconds = (System.nanoTime() - startedNs) / 1e9;
    out.printf(
        "%s: %,d seeds without a violation in %.1f s: %s%n",
        simulation.name(), seeds, seconds, sum);
    return 0;
  }

  /** A seed gives the same run again, now with somebody listening. */
  private static ArrayDeque<String> lastSteps(Simulation simulation, long seed) {
    var last = new ArrayDeque<String>();
    try {
      simulation.run(
          seed,
          line -> {
            last.add(line);
            if (last.size() > LAST_STEPS) {
              last.removeFirst();
            }
          });
    } catch (RuntimeException | AssertionError e) {
      return last;
    }
    last.add("(not seen again: the run is not the same twice, which is a fault of the simulation)");
    return last;
  }
}
