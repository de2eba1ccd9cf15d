package io.dure.sim;

/** Something that can be run from a seed. */
public interface Simulation {
  String name();

  /** Runs one seed to its end, or throws {@link Violation}. */
  Figures run(long seed, Trace.Sink sink);

  /** What runs came to, added up. */
  record Figures(long steps, long committed, long elections, long messages, long virtualMs) {
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0);

    public Figures plus(Figures other) {
      return new Figures(
          steps + other.steps,
          committed + other.committed,
          elections + other.elections,
          messages + other.messages,
          virtualMs + other.virtualMs);
    }

    @Override
    public String toString() {
      return "%,d steps, %,d records committed, %,d epochs, %,d messages, %,d s of virtual time"
          .formatted(steps, committed, elections, messages, virtualMs / 1000);
    }
  }
}
