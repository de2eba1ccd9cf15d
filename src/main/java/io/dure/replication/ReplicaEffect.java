package io.dure.replication;

import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import java.nio.ByteBuffer;

/** What a replica asks its host to do, in order, all before the next event. */
public sealed interface ReplicaEffect {
  /**
   * Cut the log so that it ends at {@code end} (exclusive). Flushes under way are of an older
   * generation now; a flush of the new one follows by itself, since an epoch is joined only once
   * the cut is durable.
   */
  record Truncate(long end) implements ReplicaEffect {}

  /**
   * Drop the whole log; the next record has offset {@code start}. A new generation, flushed as
   * after a cut.
   *
   * @param producers as the leader's Restart brought them
   */
  record Reset(long start, ByteBuffer producers) implements ReplicaEffect {
    public Reset(long start) {
      this(start, ReplicaMessage.NO_PRODUCERS);
    }
  }

  /**
   * Append a leader's batches as they are. A flush follows by itself and is reported as {@code
   * Flushed}.
   */
  record Append(BatchSpan records) implements ReplicaEffect {}

  /** Make the state durable, then report {@code Persisted}. */
  record Persist(ReplicaState state) implements ReplicaEffect {}

  record Send(NodeId to, ReplicaMessage message) implements ReplicaEffect {}

  /**
   * Read whole batches from {@code from} (inclusive), at least one and otherwise as many bytes as a
   * message may have, send them as {@code Append}, and report {@code Sent} at once.
   */
  record SendRecords(NodeId to, int epoch, long from, long highWatermark)
      implements ReplicaEffect {}

  /** Answer the fence of {@code epoch}: it is durable here. */
  record AnswerFence(int epoch, int joinedEpoch, long end) implements ReplicaEffect {}

  /** Everything below (exclusive) is committed as far as this replica knows; never falls. */
  record Committed(long highWatermark) implements ReplicaEffect {}

  /** This replica leads {@code epoch} from now on; appends may come. */
  record Leads(int epoch) implements ReplicaEffect {}

  /**
   * Everything this leader started with is committed: coordinators may replay, "latest" may be
   * told.
   */
  record Opened(int epoch) implements ReplicaEffect {}

  /** This replica does not lead {@code epoch} any more; what waits for a commit must be refused. */
  record Resigned(int epoch) implements ReplicaEffect {}

  /** The replicas that have joined and keep up changed; for people's eyes (ISR), not for safety. */
  record InStep(int epoch, java.util.Set<NodeId> replicas) implements ReplicaEffect {
    public InStep {
      replicas = java.util.Set.copyOf(replicas);
    }
  }
}
