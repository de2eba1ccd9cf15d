package io.dure.sim.node;

import io.dure.base.PartitionId;
import io.dure.log.EpochHistory;
import io.dure.runtime.NodeProbe;
import java.util.List;

/** What happened at a node, as the invariants are told; the metadata log is a partition, too. */
sealed interface NodeFact {
  PartitionId partition();

  /** The replica leads another epoch from now on. */
  record Led(Life life, PartitionId partition, int epoch, NodeProbe.Replica replica)
      implements NodeFact {}

  /**
   * The high watermark of a replica, after a turn in which it changed.
   *
   * @param batches those between the two, as far as they are in the replica's log
   */
  record Moved(
      Life life,
      PartitionId partition,
      long before,
      long now,
      NodeProbe.Replica replica,
      List<Batch> batches)
      implements NodeFact {}

  /** The replica's log after a turn in which something was cut from it. */
  record Cut(Life life, PartitionId partition, long highWatermark, NodeProbe.Replica replica)
      implements NodeFact {}

  /** A producer is being told that its batch is committed. */
  record Acknowledged(Life life, PartitionId partition, long base, int contentCrc)
      implements NodeFact {}

  /** A replica's log, {@code before} until this turn, starts at {@code start} now. */
  record Dropped(Life life, PartitionId partition, EpochHistory before, long start)
      implements NodeFact {}

  /** Somebody is being told that everything below is deleted for good. */
  record Deleted(Life life, PartitionId partition, long lowWatermark) implements NodeFact {}

  /** A consumer was given these batches. */
  record Read(Life life, PartitionId partition, List<Batch> batches) implements NodeFact {}
}
