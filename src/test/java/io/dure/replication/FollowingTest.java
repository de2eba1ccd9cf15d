package io.dure.replication;

import static io.dure.replication.ReplicaFixture.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.log.EpochHistory;
import org.junit.jupiter.api.Test;

/** A follower cuts what its leader never had, copies the rest, joins when all of it is durable. */
class FollowingTest {
  @Test
  void asksItsAppointedLeaderToBegin() {
    Replica replica = fresh();

    assertThat(appoint(replica, appointed(2, TWO)))
        .containsExactly(persist(2, -1), send(TWO, new ReplicaMessage.Follow(2)));
    assertThat(appoint(replica, appointed(2, TWO))).isEmpty();
  }

  @Test
  void followsALeaderWhoseAppointmentItHasNotHeardOf() {
    Replica replica = fresh();

    assertThat(receive(replica, TWO, new ReplicaMessage.Advance(2, 0)))
        .containsExactly(persist(2, -1), send(TWO, new ReplicaMessage.Follow(2)));
    assertThat(replica.leader()).contains(TWO);
  }

  @Test
  void dropsRecordsItsLeaderNeverHad() {
    Replica replica = with(new ReplicaState(2, 2), log(1, 10, 2, 15));

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, log(1, 12))))
        .containsExactly(
            persist(3, 2),
            new ReplicaEffect.Truncate(10),
            send(TWO, new ReplicaMessage.Began(3, 10)),
            send(TWO, new ReplicaMessage.Acked(3, false, 10)));
  }

  @Test
  void aRepeatedBeginCutsNothingThatWasCopiedInItsEpoch() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY));
    receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 0, 8), 0));

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY)))
        .doesNotHaveAnyElementsOfTypes(ReplicaEffect.Truncate.class)
        .contains(send(TWO, new ReplicaMessage.Began(3, 8)));
  }

  @Test
  void joinsWhenTheLeadersStartIsDurableAndThenAcknowledges() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, log(1, 10)));
    receive(replica, TWO, new ReplicaMessage.Append(3, records(1, 0, 10), 0));
    receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 10, 12), 0));

    assertThat(flushed(replica, 0, 9))
        .containsExactly(send(TWO, new ReplicaMessage.Acked(3, false, 9)));
    assertThat(flushed(replica, 0, 12))
        .containsExactly(persist(3, 3), send(TWO, new ReplicaMessage.Acked(3, false, 12)));
    assertThat(persisted(replica, 3, 3))
        .containsExactly(send(TWO, new ReplicaMessage.Acked(3, true, 12)));
  }

  @Test
  void doesNotJoinBeforeItsCutIsDurable() {
    Replica replica = with(new ReplicaState(2, 2), log(1, 10, 2, 15));

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, log(1, 10))))
        .doesNotContain(persist(3, 3));
    assertThat(flushed(replica, 1, 10)).contains(persist(3, 3));
  }

  @Test
  void aFlushOfTheLogBeforeACutSaysNothing() {
    Replica replica = with(new ReplicaState(2, 2), log(1, 10, 2, 15));
    receive(replica, TWO, new ReplicaMessage.Begin(3, log(1, 10)));

    assertThat(flushed(replica, 0, 15)).isEmpty();
    assertThat(replica.flushedEnd()).isEqualTo(10);
  }

  @Test
  void reportsAGapOnceAndIgnoresWhatIsBehindIt() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY));

    assertThat(receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 4, 6), 0)))
        .containsExactly(send(TWO, new ReplicaMessage.Began(3, 0)));
    assertThat(receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 6, 8), 0))).isEmpty();
  }

  @Test
  void acknowledgesAgainWhatItAlreadyHolds() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY));
    receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 0, 5), 0));
    flushed(replica, 0, 5);

    assertThat(receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 0, 5), 0)))
        .containsExactly(send(TWO, new ReplicaMessage.Acked(3, false, 5)));
  }

  @Test
  void startsAnewWhereItsLeaderStartsAndIsNotJoinedUntilThatIsDurable() {
    Replica replica = with(new ReplicaState(2, 2), log(1, 10));
    EpochHistory late = EpochHistory.emptyAt(50).append(2, 60);

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, late)))
        .contains(send(TWO, new ReplicaMessage.Began(3, 10)))
        .doesNotHaveAnyElementsOfTypes(ReplicaEffect.Truncate.class);
    assertThat(receive(replica, TWO, new ReplicaMessage.Restart(3, 70)))
        .containsExactly(
            new ReplicaEffect.Reset(70),
            send(TWO, new ReplicaMessage.Began(3, 70)),
            new ReplicaEffect.Committed(70));
    assertThat(flushed(replica, 1, 70)).contains(persist(3, 3));
  }

  @Test
  void keepsALogThatCannotBeComparedUntilItIsToldWhereToStart() {
    Replica replica = with(new ReplicaState(2, 2), log(1, 100));
    EpochHistory late = EpochHistory.emptyAt(50).append(2, 60);

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, late)))
        .containsExactly(persist(3, 2), send(TWO, new ReplicaMessage.Began(3, 49)));
    assertThat(receive(replica, TWO, new ReplicaMessage.Restart(3, 50)))
        .contains(new ReplicaEffect.Reset(50));
  }

  @Test
  void aLateRestartDropsNothing() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY));
    receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 0, 80), 0));

    assertThat(receive(replica, TWO, new ReplicaMessage.Restart(3, 70))).isEmpty();
  }

  @Test
  void anEmptyLogThatStartsBehindTheLeadersStartingEndIsOfThisEpoch() {
    Replica replica = with(new ReplicaState(3, 3), EpochHistory.emptyAt(70));

    assertThat(receive(replica, TWO, new ReplicaMessage.Begin(3, log(1, 50))))
        .containsExactly(
            send(TWO, new ReplicaMessage.Began(3, 70)),
            send(TWO, new ReplicaMessage.Acked(3, true, 70)));
  }

  @Test
  void learnsWhatIsCommittedButNeverPastItsOwnEnd() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(3, EpochHistory.EMPTY));

    assertThat(receive(replica, TWO, new ReplicaMessage.Append(3, records(3, 0, 5), 9)))
        .contains(new ReplicaEffect.Committed(5));
    assertThat(receive(replica, TWO, new ReplicaMessage.Advance(3, 4))).isEmpty();
  }

  @Test
  void asksAgainWhileItsLeaderDoesNotBegin() {
    Replica replica = fresh();
    appoint(replica, appointed(2, TWO));

    assertThat(tick(replica, 100)).isEmpty();
    assertThat(tick(replica, 200)).containsExactly(send(TWO, new ReplicaMessage.Follow(2)));
    assertThat(tick(replica, 400)).isEmpty();
    assertThat(tick(replica, 600)).containsExactly(send(TWO, new ReplicaMessage.Follow(2)));
  }
}
