package io.dure.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whatever the schedule and the faults: elections never lose what was committed, and end. */
class ElectionsUnderFaultsTest {
  private static final int SEEDS = Integer.getInteger("elections.seeds", 300);

  @Test
  void leadersHoldWhatWasCommittedAndThePreferredOneLeadsInTheEnd() {
    long appointments = 0;
    long plannedReturns = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        ElectionsUnderFaults run = new ElectionsUnderFaults(seed);
        run.run(3_000);
        assertThat(run.heal()).as("progress after healing").isTrue();
        appointments += run.appointments;
        plannedReturns += run.plannedReturns;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    assertThat(appointments).isGreaterThan(SEEDS * 5L);
    assertThat(plannedReturns).isGreaterThan(SEEDS / 3);
  }
}
