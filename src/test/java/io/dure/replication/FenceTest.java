package io.dure.replication;

import static io.dure.replication.ReplicaFixture.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.log.EpochHistory;
import org.junit.jupiter.api.Test;

/** A fence is answered when the refusal of older epochs is durable, and not before. */
class FenceTest {
  @Test
  void answersOnlyWhenTheEpochIsDurable() {
    Replica replica = with(new ReplicaState(3, 3), log(2, 10, 3, 15));

    assertThat(replica.step(new ReplicaEvent.Fenced(5))).containsExactly(persist(5, 3));
    assertThat(persisted(replica, 5, 3)).containsExactly(new ReplicaEffect.AnswerFence(5, 3, 15));
  }

  @Test
  void answersARepeatedFenceAgain() {
    Replica replica = with(new ReplicaState(5, 3), log(3, 15));

    assertThat(replica.step(new ReplicaEvent.Fenced(5)))
        .containsExactly(new ReplicaEffect.AnswerFence(5, 3, 15));
  }

  @Test
  void answersAnOlderFenceWithItsOwnEpoch() {
    Replica replica = with(new ReplicaState(5, 3), log(3, 15));

    assertThat(replica.step(new ReplicaEvent.Fenced(4)))
        .containsExactly(new ReplicaEffect.AnswerFence(5, 3, 15));
  }

  @Test
  void aFencedLeaderResigns() {
    Replica leader = leading(4);

    assertThat(leader.step(new ReplicaEvent.Fenced(5))).contains(new ReplicaEffect.Resigned(4));
    assertThat(leader.role()).isInstanceOf(Role.Unattached.class);
  }

  @Test
  void aFencedFollowerRefusesItsOldLeader() {
    Replica replica = fresh();
    receive(replica, TWO, new ReplicaMessage.Begin(1, EpochHistory.EMPTY));
    replica.step(new ReplicaEvent.Fenced(2));

    assertThat(receive(replica, TWO, new ReplicaMessage.Append(1, records(1, 0, 5), 0))).isEmpty();
    assertThat(replica.history().end()).isZero();
  }

  @Test
  void anEpochThatOnlyTheLogRemembersIsPersistedFirst() {
    Replica replica = with(new ReplicaState(5, 5), log(5, 10, 6, 12));

    assertThat(replica.step(new ReplicaEvent.Fenced(6))).containsExactly(persist(6, 5));
    assertThat(persisted(replica, 6, 5)).containsExactly(new ReplicaEffect.AnswerFence(6, 5, 12));
  }
}
