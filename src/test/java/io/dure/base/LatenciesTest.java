package io.dure.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void aDurationFallsIntoTheFirstBucketThatReachesIt() {
    latencies.record(100_000);
    latencies.record(100_999);
    latencies.record(101_000);
    latencies.record(60_000_000_000L);

    assertThat(latencies.countIn(0)).isEqualTo(2);
    assertThat(latencies.countIn(1)).isEqualTo(1);
    assertThat(latencies.countIn(Latencies.buckets() - 1)).isEqualTo(1);
    assertThat(latencies.count()).isEqualTo(4);
    assertThat(latencies.sumSeconds()).isCloseTo(60.0003, within(0.001));
  }

  @Test
  void quantilesLieWithinTheBucketThatHoldsThem() {
    assertThat(latencies.quantileMs(0.99)).isZero();
    for (int i = 0; i < 99; i++) {
      latencies.record(700_000);
    }
    latencies.record(40_000_000);

    assertThat(latencies.quantileMs(0.5)).isBetween(0.5, 1.0);
    assertThat(latencies.quantileMs(0.99)).isBetween(0.5, 1.0);
    assertThat(latencies.quantileMs(1)).isBetween(25.0, 50.0);
  }

  @Test
  void whatHappenedSinceIsTheDifferenceAndLeavesBothAlone() {
    latencies.record(1_000_000);
    Latencies before = latencies.copy();
    latencies.record(3_000_000);

    assertThat(latencies.since(before).count()).isEqualTo(1);
    assertThat(latencies.since(before).sumSeconds()).isCloseTo(0.003, within(1e-9));
    assertThat(latencies.count()).isEqualTo(2);
    assertThat(before.count()).isEqualTo(1);
  }
}
