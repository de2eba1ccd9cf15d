package io.dure.replication;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;

/** What can happen to a replica. */
public sealed interface ReplicaEvent {
  /**
   * The controller (or a vote) asks to refuse every epoch below {@code epoch} and to say how far
   * this replica is.
   */
  record Fenced(int epoch) implements ReplicaEvent {}

  /** This life of the process is registered: only what is appointed for it may be led. */
  record Registered(Incarnation incarnation) implements ReplicaEvent {}

  /** May be repeated at will; within an epoch only the learners may differ. */
  record Appointed(Appointment appointment) implements ReplicaEvent {}

  /**
   * From here on these replicas vote in the epoch that this one leads. For the metadata log only
   * (decision 23): the voters of a partition never change within an epoch.
   */
  record VotersChanged(Appointment appointment) implements ReplicaEvent {}

  record Received(NodeId from, ReplicaMessage message) implements ReplicaEvent {}

  /**
   * This leader's host appended records of the own epoch; the log now ends at {@code end}
   * (exclusive).
   */
  record Appended(long end) implements ReplicaEvent {}

  /**
   * Everything below {@code end} is durable, for the log as it was shaped at {@code generation},
   * the cut or the reset that made this generation included. The host flushes whatever is not
   * durable without being asked: after opening the log, after appends, after a cut (even if nothing
   * is appended), after a reset.
   *
   * @param generation how often this log was cut or reset since it was opened
   */
  record Flushed(long generation, long end) implements ReplicaEvent {}

  /** A {@link ReplicaEffect.Persist} is durable. */
  record Persisted(ReplicaState state) implements ReplicaEvent {}

  /**
   * The host sent the records of a {@link ReplicaEffect.SendRecords} up to {@code end} (exclusive),
   * or could send none ({@code end} is then the offset asked for) and is to be asked again later.
   * The next event after the effects.
   */
  record Sent(NodeId to, int epoch, long end) implements ReplicaEvent {}

  /**
   * The log no longer holds what is before {@code start} (retention, DeleteRecords, a snapshot).
   */
  record StartMoved(long start) implements ReplicaEvent {}

  /**
   * A new stream to {@code peer} stands: whatever was under way on the old one may be lost. A host
   * that drops messages for {@code peer} while a stream stands must report this, too, once it takes
   * messages again.
   */
  record PeerConnected(NodeId peer) implements ReplicaEvent {}

  /** Time passes; {@code nowMs} never falls. Sent every 20 to 100 ms. */
  record Tick(long nowMs) implements ReplicaEvent {}
}
