package io.dure.sim.group;

import io.dure.sim.Seeds;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many groups, each from one seed. */
class GroupSimulationTest {
  static LongStream seeds() {
    // One takes as long as ten of the cores'.
    boolean one = Long.getLong("sim.seed") != null;
    return Seeds.fromProperties(200).filter(seed -> one || seed % 10 == 0);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noPartitionHasTwoOwnersAndAllAreReadInTheEnd(long seed) {
    GroupSimulation.run(seed);
  }
}
