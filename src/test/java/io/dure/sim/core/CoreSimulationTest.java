package io.dure.sim.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.dure.sim.Seeds;
import io.dure.sim.Trace;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Whatever the schedule and the faults: what was committed stays, and every replica gets it. */
class CoreSimulationTest {
  private static final int SEEDS = 500;

  @Test
  void partitionsKeepWhatWasCommittedThroughEverySeed() {
    runAll("replication");
  }

  @Test
  void theQuorumKeepsWhatWasCommittedThroughEverySeed() {
    runAll("quorum");
  }

  @Test
  void aSeedAlwaysGivesTheSameRun() {
    for (var simulation : CoreSimulation.all()) {
      var first = new ArrayList<String>();
      var second = new ArrayList<String>();
      simulation.run(7, first::add);
      simulation.run(7, second::add);
      assertThat(second).hasSizeGreaterThan(1_000).isEqualTo(first);
    }
  }

  private static void runAll(String name) {
    var simulation =
        CoreSimulation.all().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    Seeds.fromProperties(SEEDS)
        .forEach(seed ->
            assertThatCode(() -> simulation.run(seed, Trace.NOBODY))
                .as("./dev sim --only %s --seed %d", name, seed)
                .doesNotThrowAnyException());
  }
}
