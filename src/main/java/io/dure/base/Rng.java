package io.dure.base;

/** Chance, injected so that a simulation repeats from its seed. */
public interface Rng {
  /** Uniform within [0, bound); {@code bound} is positive. */
  int below(int bound);

  long nextLong();
}
