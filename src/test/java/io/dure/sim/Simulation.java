package io.dure.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/** Something that can be run from a seed. */
public interface Simulation {
  String name();

  /** Runs one seed to its end, or throws {@link Violation}. */
  Figures run(long seed, Trace.Sink sink);

  /**
   * What runs came to, added up.
   *
   * @param others what else this simulation counts, by name
   */
  record Figures(
      long steps,
      long committed,
      long elections,
      long messages,
      long virtualMs,
      SortedMap<String, Long> others) {
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0);

    public Figures(long steps, long committed, long elections, long messages, long virtualMs) {
      this(steps, committed, elections, messages, virtualMs, new TreeMap<>());
    }

    public Figures plus(Figures other) {
      SortedMap<String, Long> sum = new TreeMap<>(others);
      other.others.forEach((name, count) -> sum.merge(name, count, Long::sum));
      return new Figures(
          steps + other.steps,
          committed + other.committed,
          elections + other.elections,
          messages + other.messages,
          virtualMs + other.virtualMs,
          sum);
    }

    @Override
    public String toString() {
      var text =
          new StringBuilder(
              "%,d steps, %,d records committed, %,d epochs, %,d messages, %,d s of virtual time"
                  .formatted(steps, committed, elections, messages, virtualMs / 1000));
      others.forEach((name, count) -> text.append(", %,d %s".formatted(count, name)));
      return text.toString();
    }
  }
}
