package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How what a partition takes in is averaged, and what is news of it. */
class PartitionLoadTest {
  private static final long ROUND_MS = 10_000;
  private static final long MB = 1L << 20;

  private final PartitionLoad load = new PartitionLoad();
  private long nowMs = 5_000;

  private void looks(int rounds, int bytesPerSecond, boolean learning) {
    for (int i = 0; i < rounds; i++) {
      load.look(nowMs, learning);
      nowMs += ROUND_MS;
      load.took((int) (bytesPerSecond * ROUND_MS / 1000));
    }
    load.look(nowMs, learning);
  }

  @Test
  void theFirstRoundTellsAlready() {
    load.look(nowMs, false);
    assertThat(load.isKnown(ROUND_MS)).isFalse();

    looks(1, 10_000, false);

    assertThat(load.isKnown(ROUND_MS)).isTrue();
    assertThat(load.bytesPerSecond()).isEqualTo(10_000);
  }

  @Test
  void aBurstIsHardlySeenAndWhatLastsIs() {
    looks(20, 10_000, false);
    looks(1, 100_000, false);
    assertThat(load.bytesPerSecond()).isLessThan(30_000);

    looks(20, 100_000, false);
    assertThat(load.bytesPerSecond()).isGreaterThan(95_000);
  }

  @Test
  void aCopyThatIsBeingMadeSaysNothingOfProducers() {
    looks(5, 100_000_000, true);
    assertThat(load.isKnown(ROUND_MS)).isFalse();

    looks(2, 10_000, false);

    assertThat(load.isKnown(ROUND_MS)).isTrue();
    assertThat(load.bytesPerSecond()).isEqualTo(10_000);
  }

  @Test
  void smallChangesAreNoNews() {
    assertThat(load.isNews(0)).isTrue();
    load.told(100 * MB);

    assertThat(load.isNews(109 * MB)).isFalse();
    assertThat(load.isNews(91 * MB)).isFalse();
    assertThat(load.isNews(112 * MB)).isTrue();
    assertThat(load.isNews(88 * MB)).isTrue();
    load.told(2 * MB);
    assertThat(load.isNews(5 * MB)).isFalse();
    looks(1, 200_000, false);
    assertThat(load.isNews(2 * MB)).isTrue();
  }
}
