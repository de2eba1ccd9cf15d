package io.dure.replication;

import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;

/**
 * What replicas of one partition say to each other, pushed by the leader. Every message carries its
 * epoch.
 */
public sealed interface ReplicaMessage {
  ByteBuffer NO_PRODUCERS = ByteBuffer.allocate(0).asReadOnlyBuffer();

  int epoch();

  /** Follower to leader: I know of your epoch and have nothing from you yet; begin with me. */
  record Follow(int epoch) implements ReplicaMessage {}

  /**
   * Leader to follower: the shape of my log when the epoch began, the same in every repetition. The
   * follower cuts what this log never had, and answers {@link Began}.
   *
   * @param startLog the leader's log when the epoch began; its end is the epoch's starting end
   */
  record Begin(int epoch, EpochHistory startLog) implements ReplicaMessage {}

  /**
   * Follower to leader: my log is a prefix of yours and ends at {@code end} (exclusive); go on from
   * there.
   */
  record Began(int epoch, long end) implements ReplicaMessage {}

  /** Leader to follower: more records, and how far all is committed. */
  record Append(int epoch, BatchSpan records, long highWatermark) implements ReplicaMessage {}

  /**
   * Leader to follower: nothing new but how far all is committed. Also the metadata leader's sign
   * of life.
   */
  record Advance(int epoch, long highWatermark) implements ReplicaMessage {}

  /**
   * Follower to leader: I hold everything below {@code flushedEnd} durably.
   *
   * @param joined whether this epoch is recorded as joined; an acknowledgement counts only then
   */
  record Acked(int epoch, boolean joined, long flushedEnd) implements ReplicaMessage {}

  /**
   * Leader to follower: your log ends before mine starts. Drop it all and start anew at {@code
   * start} (inclusive). For the metadata log the follower must install a snapshot that ends there.
   *
   * @param producers what the log's producers had sent before {@code start}, for the host alone:
   *     put in and taken out by hosts, and of no meaning to the core
   */
  record Restart(int epoch, long start, ByteBuffer producers) implements ReplicaMessage {
    public Restart(int epoch, long start) {
      this(epoch, start, NO_PRODUCERS);
    }
  }
}
