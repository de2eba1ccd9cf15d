package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.sim.Seeds;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Offsets committed in transactions, through everything that may befall the coordinators. */
class TxnOffsetsChaosTest {

  static LongStream seeds() {
    return Seeds.fromProperties(12);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void offsetsAreExactlyWhatTheLogsCommittedTransactionsSay(long seed) {
    assertThat(TxnOffsetsSimulation.run(seed)).as("acknowledged").isPositive();
  }
}
