package io.dure.group.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConsumerSettingsTest {
  @Test
  void whatAGroupHasOfItsOwnOutsideOfTheBoundsCountsAsTheNearest() {
    var all =
        new ConsumerSettings(
            45_000,
            1_500,
            300,
            10,
            List.of("uniform"),
            100,
            0,
            MigrationPolicy.BIDIRECTIONAL,
            new ConsumerSettings.Bounds(10_000, 50_000, 1_200, 2_000));

    assertThat(all.withTimes(60_000, 500).sessionMs()).isEqualTo(50_000);
    assertThat(all.withTimes(60_000, 500).heartbeatMs()).isEqualTo(1_200);
    assertThat(all.withTimes(5_000, 5_000).sessionMs()).isEqualTo(10_000);
    assertThat(all.withTimes(5_000, 5_000).heartbeatMs()).isEqualTo(2_000);
    assertThat(all.withTimes(20_000, 1_300).heartbeatMs()).isEqualTo(1_300);
  }

  @Test
  void howOftenAGroupIsDealtOutLeavesItsTimesAlone() {
    var times = ConsumerSettings.DEFAULTS.withTimes(20_000, 1_300);

    assertThat(times.withAssignmentInterval(700))
        .isEqualTo(ConsumerSettings.DEFAULTS.withAssignmentInterval(700).withTimes(20_000, 1_300));
    assertThat(times.withAssignmentInterval(700).assignmentIntervalMs()).isEqualTo(700);
  }

  /** Who waits is never to be heard of less often than who does not. */
  @Test
  void aSettlingGroupIsHeardOfAtLeastAsOftenAsASettledOne() {
    assertThat(ConsumerSettings.DEFAULTS.withTimes(45_000, 100).settlingHeartbeatMs())
        .isEqualTo(100);
  }
}
