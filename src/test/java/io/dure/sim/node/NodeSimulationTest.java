package io.dure.sim.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.dure.sim.Trace;
import java.util.ArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whatever happens to whole nodes: what was acknowledged stays, once, in order, on all of them. */
class NodeSimulationTest {
  /** A run of nodes takes about as long as ten of the cores alone. */
  private static final int SEEDS = 100;

  private final NodeSimulation simulation = new NodeSimulation();

  @Test
  void nodesKeepWhatTheyAcknowledgedThroughEverySeed() {
    Long one = Long.getLong("sim.seed");
    LongStream seeds =
        one != null
            ? LongStream.of(one)
            : LongStream.range(0, Integer.getInteger("sim.nodeSeeds", SEEDS));
    seeds.forEach(seed ->
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
