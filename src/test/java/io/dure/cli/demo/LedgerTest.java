package io.dure.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The demonstration's books must notice what they are there to notice. */
class LedgerTest {
  private final Ledger ledger = new Ledger();

  LedgerTest() {
    for (int i = 0; i < 4; i++) {
      ledger.acknowledged(0, ledger.next(0));
    }
  }

  @Test
  void everythingInOrderIsClean() {
    Ledger.Finding finding = ledger.judge(Map.of(0, List.of(0, 1, 2, 3)));
    assertThat(finding.clean()).isTrue();
    assertThat(finding.acknowledged()).isEqualTo(4);
  }

  @Test
  void anAcknowledgedRecordThatIsNotReadIsLost() {
    assertThat(ledger.judge(Map.of(0, List.of(0, 1, 3))).lost()).isEqualTo(1);
    assertThat(ledger.judge(Map.of()).lost()).isEqualTo(4);
  }

  @Test
  void aRecordReadTwiceIsDuplicated() {
    Ledger.Finding finding = ledger.judge(Map.of(0, List.of(0, 1, 2, 2, 3)));
    assertThat(finding.duplicated()).isEqualTo(1);
    assertThat(finding.reordered()).isZero();
  }

  @Test
  void aRecordReadAfterALaterOneIsReordered() {
    assertThat(ledger.judge(Map.of(0, List.of(0, 2, 1, 3))).reordered()).isEqualTo(1);
  }

  @Test
  void aRecordThatWasNeverAcknowledgedMayBeThere() {
    int unanswered = ledger.next(0);
    assertThat(ledger.judge(Map.of(0, List.of(0, 1, 2, 3, unanswered))).clean()).isTrue();
    assertThat(ledger.covers(Map.of(0, List.of(0, 1, 2, 3)))).isTrue();
    assertThat(ledger.covers(Map.of(0, List.of(0, 1, 2, unanswered)))).isFalse();
  }
}
