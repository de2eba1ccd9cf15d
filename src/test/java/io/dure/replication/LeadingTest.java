package io.dure.replication;

import static io.dure.replication.ReplicaFixture.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.EpochHistory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A leader commits what q joined replicas hold durably, and tells everybody without being asked.
 */
class LeadingTest {
  @Test
  void aSingleReplicaCommitsItsOwnFlushes() {
    Replica replica = fresh();

    assertThat(appoint(replica, alone(0)))
        .containsExactly(persist(0, -1), new ReplicaEffect.Leads(0), persist(0, 0));
    assertThat(persisted(replica, 0, -1)).isEmpty();
    assertThat(persisted(replica, 0, 0)).containsExactly(new ReplicaEffect.Opened(0));
    assertThat(replica.step(new ReplicaEvent.Appended(5))).isEmpty();
    assertThat(flushed(replica, 0, 5)).containsExactly(new ReplicaEffect.Committed(5));
  }

  @Test
  void beginsWithEveryReplicaAndLearner() {
    assertThat(appoint(with(new ReplicaState(1, 1), log(1, 10)), appointed(2, SELF)))
        .contains(
            send(TWO, new ReplicaMessage.Begin(2, log(1, 10))),
            send(THREE, new ReplicaMessage.Begin(2, log(1, 10))),
            send(LEARNER, new ReplicaMessage.Begin(2, log(1, 10))));
  }

  @Test
  void doesNotLeadWhatAnotherLifeOfItsProcessWasAppointedFor() {
    Replica replica = fresh();
    var older =
        new Appointment(4, SELF, new Incarnation(6), List.of(SELF, TWO, THREE), List.of(), 2);

    assertThat(appoint(replica, older)).containsExactly(persist(4, -1));
    assertThat(replica.role()).isInstanceOf(Role.Unattached.class);
  }

  @Test
  void leadsOnceItsLifeIsRegistered() {
    var replica =
        new Replica(
            SELF,
            Incarnation.NONE,
            ReplicaState.INITIAL,
            EpochHistory.EMPTY,
            0,
            ReplicaSettings.DEFAULT);
    appoint(replica, appointed(1, SELF));
    replica.step(new ReplicaEvent.Registered(THIS_LIFE));

    assertThat(appoint(replica, appointed(1, SELF))).contains(new ReplicaEffect.Leads(1));
  }

  @Test
  void acknowledgementsOfReplicasThatHaveNotJoinedDoNotCount() {
    Replica leader = leading(1);
    append(leader, 5);
    flushed(leader, 0, 5);

    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, false, 5))).isEmpty();
    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, true, 5)))
        .contains(new ReplicaEffect.Committed(5), new ReplicaEffect.Opened(1));
  }

  /**
   * Its word that it joined was lost with its process. It comes back knowing that it has joined,
   * and not yet how much of its log is durable: an epoch opened by that would not have all that it
   * began with committed.
   */
  @Test
  void whoJoinedAndWasStartedAgainCountsOnceItKnowsWhatItHolds() {
    Replica leader = with(new ReplicaState(0, 0), log(0, 70));
    appoint(leader, appointed(1, SELF));
    persisted(leader, 1, 1);
    receive(leader, TWO, new ReplicaMessage.Acked(1, false, 66));

    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, true, 0))).isEmpty();
    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, true, 70)))
        .contains(new ReplicaEffect.Committed(70), new ReplicaEffect.Opened(1));
  }

  @Test
  void acknowledgementsOfLearnersDoNotCount() {
    Replica leader = leading(1);
    append(leader, 5);
    flushed(leader, 0, 5);

    assertThat(receive(leader, LEARNER, new ReplicaMessage.Acked(1, true, 5))).isEmpty();
    assertThat(leader.highWatermark()).isZero();
  }

  @Test
  void itsOwnRecordsCountOnlyOnceFlushed() {
    Replica leader = leading(1);
    append(leader, 5);
    receive(leader, TWO, new ReplicaMessage.Acked(1, true, 5));

    assertThat(leader.highWatermark()).isZero();
    assertThat(flushed(leader, 0, 5)).contains(new ReplicaEffect.Committed(5));
  }

  @Test
  void theSlowestReplicaGatesNothing() {
    Replica leader = leading(1);
    append(leader, 5);

    receive(leader, TWO, new ReplicaMessage.Acked(1, true, 5));
    receive(leader, THREE, new ReplicaMessage.Acked(1, true, 5));

    assertThat(leader.highWatermark()).isEqualTo(5);
  }

  @Test
  void streamsRecordsWithinItsWindow() {
    Replica leader = leading(1);
    receive(leader, TWO, new ReplicaMessage.Began(1, 0));
    for (int end = 1; end <= 20; end++) {
      append(leader, end);
    }

    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, true, 1)))
        .contains(new ReplicaEffect.SendRecords(TWO, 1, 8, 0));
  }

  @Test
  void tellsTheHighWatermarkAtOnceWhenNothingElseIsToBeSent() {
    Replica leader = leading(1);
    settle(leader, receive(leader, TWO, new ReplicaMessage.Began(1, 0)), 0);
    append(leader, 5);
    flushed(leader, 0, 5);

    assertThat(receive(leader, TWO, new ReplicaMessage.Acked(1, true, 5)))
        .contains(send(TWO, new ReplicaMessage.Advance(1, 5)));
  }

  @Test
  void anIdlePartitionSaysNothing() {
    Replica leader = leading(1);
    for (NodeId node : List.of(TWO, THREE, LEARNER)) {
      receive(leader, node, new ReplicaMessage.Began(1, 0));
      receive(leader, node, new ReplicaMessage.Acked(1, true, 0));
    }
    tick(leader, 0);
    assertThat(tick(leader, 200))
        .containsExactly(new ReplicaEffect.InStep(1, Set.of(SELF, TWO, THREE, LEARNER)));

    assertThat(leader.idle()).isTrue();
    for (long now = 250; now < 60_000; now += 50) {
      assertThat(tick(leader, now)).isEmpty();
    }
  }

  @Test
  void beginsAnewWhenRecordsAreNotMadeDurableInTime() {
    Replica leader = leading(1);
    receive(leader, TWO, new ReplicaMessage.Began(1, 0));
    append(leader, 5);

    assertThat(tick(leader, 900))
        .doesNotContain(send(TWO, new ReplicaMessage.Begin(1, EpochHistory.EMPTY)));
    assertThat(tick(leader, 1_000))
        .contains(send(TWO, new ReplicaMessage.Begin(1, EpochHistory.EMPTY)));
  }

  @Test
  void beginsAnewOverANewStream() {
    Replica leader = leading(1);
    receive(leader, TWO, new ReplicaMessage.Began(1, 0));

    assertThat(leader.step(new ReplicaEvent.PeerConnected(TWO)))
        .containsExactly(send(TWO, new ReplicaMessage.Begin(1, EpochHistory.EMPTY)));
  }

  @Test
  void restartsAFollowerThatEndsBeforeItsLogStarts() {
    Replica leader = with(new ReplicaState(1, 1), log(1, 10));
    appoint(leader, appointed(2, SELF));
    leader.step(new ReplicaEvent.StartMoved(6));

    assertThat(receive(leader, TWO, new ReplicaMessage.Began(2, 4)))
        .containsExactly(send(TWO, new ReplicaMessage.Restart(2, 6)));
  }

  @Test
  void commitsOnlyWithAsManyAsItsQuorumAsks() {
    Replica leader = fresh();
    appoint(leader, new Appointment(1, SELF, THIS_LIFE, List.of(SELF, TWO, THREE), List.of(), 3));
    persisted(leader, 1, 1);
    append(leader, 5);
    flushed(leader, 0, 5);

    receive(leader, TWO, new ReplicaMessage.Acked(1, true, 5));
    assertThat(leader.highWatermark()).isZero();
    receive(leader, THREE, new ReplicaMessage.Acked(1, true, 4));
    assertThat(leader.highWatermark()).isEqualTo(4);
  }

  @Test
  void takesALearnerWithinItsEpoch() {
    Replica leader = leading(1);
    var four = new NodeId(4);
    var more =
        new Appointment(1, SELF, THIS_LIFE, List.of(SELF, TWO, THREE), List.of(LEARNER, four), 2);

    assertThat(appoint(leader, more))
        .containsExactly(send(four, new ReplicaMessage.Begin(1, EpochHistory.EMPTY)));
  }
}
