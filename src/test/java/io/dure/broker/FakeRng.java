package io.dure.broker;

import io.dure.base.Rng;
import java.util.Random;

/** Repeats itself from one seed. */
final class FakeRng implements Rng {
  private final Random random = new Random(42);

  @Override
  public int below(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
