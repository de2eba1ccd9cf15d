package io.dure.sim.compaction;

import io.dure.sim.Seeds;
import io.dure.sim.Trace;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However and whenever copies compact, readers have the last value of every key. */
class CompactionSimulationTest {
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void readersHaveTheLastValueOfEveryKey(long seed) {
    new CompactionSimulation().run(seed, Trace.NOBODY);
  }

  static LongStream seeds() {
    return Seeds.fromProperties(80).limit(80); // each is a long run
  }
}
