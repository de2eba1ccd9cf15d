package io.dure.sim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.dure.sim.Seeds;
import io.dure.sim.Trace;
import java.util.ArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whatever happens to whole nodes: what was acknowledged stays, once, in order, on all of them. */
class NodeSimulationTest {
  private static final int SEEDS = 200;

  /** They found something once, and are run always. */
  private static final long[] ONCE_FAILED = {
    1062, 2741, 831113, 841327, 900049, 900868, 910430, 910588, 952037, 983526
  };

  private final NodeSimulation simulation = new NodeSimulation();

  @Test
  void nodesKeepWhatTheyAcknowledgedThroughEverySeed() {
    LongStream.concat(Seeds.fromProperties(SEEDS), LongStream.of(ONCE_FAILED))
        .forEach(seed ->
            assertThatCode(() -> simulation.run(seed, Trace.NOBODY))
                .as("./dev sim --level nodes --seed %d", seed)
                .doesNotThrowAnyException());
  }

  @Test
  void aSeedAlwaysGivesTheSameRun() {
    for (long seed = 0; seed < 4; seed++) {
      var first = new ArrayList<String>();
      var second = new ArrayList<String>();
      simulation.run(seed, first::add);
      simulation.run(seed, second::add);
      assertThat(second).hasSizeGreaterThan(100).isEqualTo(first);
    }
  }
}
