package io.dure.replication;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;
import java.util.List;

/** Short words for the tests of this room. */
final class ReplicaFixture {
  static final NodeId SELF = new NodeId(1);
  static final NodeId TWO = new NodeId(2);
  static final NodeId THREE = new NodeId(3);
  static final NodeId LEARNER = new NodeId(9);
  static final Incarnation THIS_LIFE = new Incarnation(7);

  private ReplicaFixture() {}

  static Replica fresh() {
    return with(ReplicaState.INITIAL, EpochHistory.EMPTY);
  }

  /** A replica that has everything it holds on disk. */
  static Replica with(ReplicaState state, EpochHistory log) {
    return new Replica(SELF, THIS_LIFE, state, log, log.end(), ReplicaSettings.DEFAULT);
  }

  /** A log by (epoch, end) pairs. */
  static EpochHistory log(int... epochsAndEnds) {
    EpochHistory log = EpochHistory.EMPTY;
    for (int i = 0; i < epochsAndEnds.length; i += 2) {
      log = log.append(epochsAndEnds[i], epochsAndEnds[i + 1]);
    }
    return log;
  }

  static Appointment appointed(int epoch, NodeId leader) {
    return new Appointment(
        epoch, leader, THIS_LIFE, List.of(SELF, TWO, THREE), List.of(LEARNER), 2);
  }

  static Appointment alone(int epoch) {
    return new Appointment(epoch, SELF, THIS_LIFE, List.of(SELF), List.of(), 1);
  }

  static BatchSpan records(int epoch, long from, long end) {
    return new BatchSpan(
        ByteBuffer.allocate(0), from, end, List.of(new EpochHistory.Entry(epoch, from)));
  }

  static List<ReplicaEffect> appoint(Replica replica, Appointment appointment) {
    return replica.step(new ReplicaEvent.Appointed(appointment));
  }

  static List<ReplicaEffect> receive(Replica replica, NodeId from, ReplicaMessage message) {
    return replica.step(new ReplicaEvent.Received(from, message));
  }

  static List<ReplicaEffect> flushed(Replica replica, long generation, long end) {
    return replica.step(new ReplicaEvent.Flushed(generation, end));
  }

  static List<ReplicaEffect> persisted(Replica replica, int epoch, int joinedEpoch) {
    return replica.step(new ReplicaEvent.Persisted(new ReplicaState(epoch, joinedEpoch)));
  }

  static List<ReplicaEffect> tick(Replica replica, long nowMs) {
    return replica.step(new ReplicaEvent.Tick(nowMs));
  }

  static ReplicaEffect send(NodeId to, ReplicaMessage message) {
    return new ReplicaEffect.Send(to, message);
  }

  static ReplicaEffect persist(int epoch, int joinedEpoch) {
    return new ReplicaEffect.Persist(new ReplicaState(epoch, joinedEpoch));
  }

  /** Leads {@code epoch} with an empty log and has joined it; nobody else has. */
  static Replica leading(int epoch) {
    Replica replica = fresh();
    appoint(replica, appointed(epoch, SELF));
    persisted(replica, epoch, epoch);
    return replica;
  }

  /** Appends, and says what the effects ask to be said at once. */
  static void append(Replica leader, long end) {
    settle(leader, leader.step(new ReplicaEvent.Appended(end)), end);
  }

  static void settle(Replica leader, List<ReplicaEffect> effects, long end) {
    for (ReplicaEffect effect : effects) {
      if (effect instanceof ReplicaEffect.SendRecords(NodeId to, int epoch, long _, long _)) {
        leader.step(new ReplicaEvent.Sent(to, epoch, end));
      }
    }
  }
}
