package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Clock;
import io.dure.base.Latencies;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Writers whose records lie in the log of a leader that is deposed. */
class WaitingClientsTest {
  private boolean leads = true;
  private final List<AppendOutcome> answers = new ArrayList<>();
  private final WaitingClients clients =
      new WaitingClients(
          new WaitingClients.Site() {
            @Override
            public boolean leads() {
              return leads;
            }

            @Override
            public boolean enoughReachable() {
              return true;
            }

            @Override
            public AppendOutcome.Refused refused(WireError error, String reason) {
              return new AppendOutcome.Refused(error, reason, Optional.empty());
            }
          },
          new ByteBudget(1_000),
          new Latencies(),
          new StoppedClock());

  private static final class StoppedClock implements Clock {
    @Override
    public long nowMs() {
      return 0;
    }

    @Override
    public long wallMs() {
      return 0;
    }
  }

  private void waitUntilCommitted(long end) {
    var committed = new AppendOutcome.Committed(end - 1, -1, 0);
    clients
        .appends()
        .add(
            new WaitingAppends.Waiting(
                end, 10, 0, 1_000_000, committed, Runnable::run, answers::add));
  }

  private void deposed() {
    clients.interregnum().begin(0, leads);
    leads = false;
    clients.resigned();
  }

  @Test
  void theyAreAnsweredByTheNextEpochIfItHasTheSameLeader() {
    waitUntilCommitted(5);
    deposed();
    assertThat(answers).isEmpty();

    leads = true;
    clients.endInterregnum();
    assertThat(answers).isEmpty();
    clients.committed(5, 5);

    assertThat(answers).containsExactly(new AppendOutcome.Committed(4, -1, 0));
  }

  @Test
  void theyAreRefusedAsSoonAsAnotherLeads() {
    waitUntilCommitted(5);
    deposed();
    clients.endInterregnum();

    assertThat(answers)
        .singleElement()
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER));
    leads = true;
    clients.committed(9, 9);
    assertThat(answers).hasSize(1);
  }

  /** What another leader commits at that offset may be something else. */
  @Test
  void nobodyIsAnsweredByWhatAFollowerHears() {
    waitUntilCommitted(5);
    deposed();

    clients.committed(9, 9);

    assertThat(answers).isEmpty();
  }

  @Test
  void theyAreRefusedAtOnceWhereTheLeaderIsKnown() {
    waitUntilCommitted(5);
    leads = false;
    clients.resigned();

    assertThat(answers).hasSize(1);
  }

  @Test
  void theyAreRefusedWhenNobodyLeadsForTooLong() {
    waitUntilCommitted(5);
    deposed();
    clients.endTooLongInterregnum(Interregnum.AT_MOST_MS - 1);
    assertThat(answers).isEmpty();

    clients.endTooLongInterregnum(Interregnum.AT_MOST_MS);

    assertThat(answers).hasSize(1);
  }
}
