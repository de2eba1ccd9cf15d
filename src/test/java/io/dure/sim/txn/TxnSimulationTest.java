package io.dure.sim.txn;

import io.dure.sim.Seeds;
import io.dure.sim.Trace;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the schedule and the faults: all of a transaction is seen, or nothing of it. */
class TxnSimulationTest {
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void transactionsAreAtomicAndNoneHangs(long seed) {
    new TxnSimulation().run(seed, Trace.NOBODY);
  }

  static LongStream seeds() {
    return Seeds.fromProperties(200);
  }
}
