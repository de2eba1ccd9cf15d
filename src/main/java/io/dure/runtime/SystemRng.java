package io.dure.runtime;

import io.dure.base.Rng;
import java.security.SecureRandom;

/** Chance from the machine; for identities that must never meet twice. */
public final class SystemRng implements Rng {
  private final SecureRandom random = new SecureRandom();

  @Override
  public int below(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
