package io.dure.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PatienceTest {
  private final Patience patience = new Patience(3);

  @Test
  void aSingleTimeCountsForNothing() {
    assertThat(patience.factor(0)).isEqualTo(1);
    patience.tried(10);
    assertThat(patience.factor(10)).isEqualTo(1);
  }

  @Test
  void eachFurtherTimeDoublesTheWaitUpToTheBound() {
    for (int i = 0; i < 10; i++) {
      patience.tried(i);
    }
    assertThat(patience.factor(10)).isEqualTo(8);
  }

  @Test
  void whatIsLongAgoIsForgotten() {
    patience.tried(0);
    patience.tried(60_000);
    assertThat(patience.factor(60_000)).isEqualTo(2);
    assertThat(patience.factor(120_001)).isEqualTo(1);
  }

  @Test
  void withoutDoublingsItIsAlwaysTheSame() {
    Patience none = new Patience(0);
    none.tried(0);
    none.tried(1);
    assertThat(none.factor(1)).isEqualTo(1);
  }
}
