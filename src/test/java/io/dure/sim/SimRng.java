package io.dure.sim;

import io.dure.base.Rng;
import java.util.List;
import java.util.SplittableRandom;

/** All chance of a run, from its seed. */
public final class SimRng implements Rng {
  private final SplittableRandom random;

  public SimRng(long seed) {
    // Neighbouring seeds would begin alike.
    this.random = new SplittableRandom(new SplittableRandom(seed).nextLong());
  }

  private SimRng(SplittableRandom random) {
    this.random = random;
  }

  /** Another stream of chance: drawing from it does not move this one. */
  public SimRng split() {
    return new SimRng(random.split());
  }

  @Override
  public int below(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  /** Uniform within [least, most]. */
  public long between(long least, long most) {
    return least + random.nextLong(most - least + 1);
  }

  public boolean chance(int perMille) {
    return random.nextInt(1000) < perMille;
  }

  public <T> T pick(List<T> items) {
    return items.get(below(items.size()));
  }
}
