package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.BatchSpan;
import io.dure.metadata.PartitionImage;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaMessage;
import java.util.List;
import java.util.Optional;

/**
 * What one replica sends the others, as much at a time as may wait to leave: all partitions may lag
 * at once, and what is read for them is held in memory until then. Belongs to its loop.
 */
final class FollowerPushes {
  /**
   * Records that wait to leave for one follower, of all partitions; below what its stream takes.
   */
  private static final long BOUND_BYTES = 24L << 20;

  /** As above, for records that must be read from the file: new ones go first. */
  private static final long CATCH_UP_BYTES = 6L << 20;

  /**
   * As above, while a learner copies what is there already: there is no hurry, and whoever waits
   * for its producers' records shall not wait behind that.
   */
  private static final long LEARNER_BYTES = 1L << 20;

  private final PartitionId id;
  private final LoopPorts ports;
  private final Shard shard;
  private final HostedLog hosted;

  FollowerPushes(PartitionId id, LoopPorts ports, Shard shard, HostedLog hosted) {
    this.id = id;
    this.ports = ports;
    this.shard = shard;
    this.hosted = hosted;
  }

  void message(NodeId to, ReplicaMessage message) {
    ports.sender().send(to, new PeerMessage.Replication(id, message));
  }

  /**
   * Returns the end of what was sent; where it began when too much waits already, or when that was
   * dropped since: the core asks again then, or is about to be told and restarts the follower.
   *
   * @param upTo the core's end of the log
   */
  long records(ReplicaEffect.SendRecords wanted, long upTo, PartitionImage image) {
    if (wanted.from() < startOffset() || !ports.sender().hasRoom(wanted.to(), BOUND_BYTES)) {
      return wanted.from();
    }
    Optional<BatchSpan> records =
        image.isLearner(wanted.to())
            ? forLearner(wanted.to(), wanted.from(), upTo)
            : hosted.readForPush(
                wanted.from(), upTo, ports.sender().hasRoom(wanted.to(), CATCH_UP_BYTES));
    records.ifPresent(span ->
        message(
            wanted.to(), new ReplicaMessage.Append(wanted.epoch(), span, wanted.highWatermark())));
    return records.map(BatchSpan::end).orElse(wanted.from());
  }

  /** Empty where it has to wait: the core asks again with the next tick. */
  private Optional<BatchSpan> forLearner(NodeId to, long from, long upTo) {
    List<CopyRates.Limit> limits = shard.copyLimits(id, to);
    long nowMs = ports.clock().nowMs();
    int allowed = ports.copyRates().allowed(limits, HostedLog.PUSH_BYTES, nowMs);
    if (allowed == 0) {
      return Optional.empty();
    }
    Optional<BatchSpan> records =
        hosted.readForPush(from, upTo, ports.sender().hasRoom(to, LEARNER_BYTES), allowed);
    records.ifPresent(span -> ports.copyRates().sent(limits, span.sizeBytes(), nowMs));
    return records;
  }

  /**
   * Who starts anew behind what was dropped must know the producers of that, who may not have their
   * answers yet and send again. Where it does not go out now the core says it again: there is no
   * room, or the start has moved on and the core is about to be told.
   */
  void restart(NodeId to, ReplicaMessage.Restart restart) {
    if (restart.start() == startOffset() && ports.sender().hasRoom(to, BOUND_BYTES)) {
      message(
          to,
          new ReplicaMessage.Restart(
              restart.epoch(), restart.start(), hosted.log().producersAtStart()));
    }
  }

  private long startOffset() {
    return hosted.log().history().start();
  }
}
