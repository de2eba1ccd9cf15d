package io.dure.sim;

import java.util.stream.LongStream;

/**
 * Which seeds a test runs. {@code -Dsim.seeds=100000} for more, {@code -Dsim.seed=46} to repeat
 * one.
 */
public final class Seeds {
  private Seeds() {}

  public static LongStream fromProperties(int unlessTold) {
    Long one = Long.getLong("sim.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.range(0, Integer.getInteger("sim.seeds", unlessTold));
  }
}
