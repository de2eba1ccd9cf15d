package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.AbortedTxn;
import io.dure.log.LogPosition;
import io.dure.log.LogSlice;
import io.dure.log.ProducerState;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The partitions this node holds a replica of, for request handlers. Callable from any thread;
 * every call returns at once, and its answer comes exactly once, through {@code caller} (an event
 * loop runs it in place when the call came from that very loop and the partition lives there).
 */
public interface Partitions {
  /**
   * Appends a producer's batches and answers when they are committed, or refused. The buffer is
   * ours from now on.
   *
   * @param leaderEpoch the epoch the sender believes in, or -1
   * @param guard from {@link #prepareTransactional}, for the first batch of a transaction here
   * @param deadlineMs monotonic time (see {@link io.dure.base.Clock#nowMs}) after which the wait is
   *     given up
   */
  void append(
      PartitionId partition,
      ByteBuffer batches,
      int leaderEpoch,
      TxnGuard guard,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done);

  /** As above, of batches that begin no transaction. */
  default void append(
      PartitionId partition,
      ByteBuffer batches,
      int leaderEpoch,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    append(partition, batches, leaderEpoch, TxnGuard.NONE, deadlineMs, caller, done);
  }

  /**
   * To be asked before a transactional batch is appended: whether its transaction is open here, or
   * its coordinator has to confirm it first (KIP-890).
   */
  void prepareTransactional(
      PartitionId partition, TxnWriter writer, Executor caller, Consumer<Preparation> done);

  /**
   * @param firstSequence of the batch that is to be appended
   * @param ownEpoch whether each transaction of this producer has an epoch of its own (transaction
   *     version 2)
   */
  record TxnWriter(long producerId, short producerEpoch, int firstSequence, boolean ownEpoch) {}

  sealed interface Preparation {
    /** Append it. */
    record Open() implements Preparation {}

    /** Have it confirmed, then append it with this guard. */
    record ToConfirm(TxnGuard guard) implements Preparation {}

    /** CONCURRENT_TRANSACTIONS while the marker of the producer's transaction before is awaited. */
    record Refused(WireError error, String reason, Optional<Leadership> where)
        implements Preparation {}
  }

  /**
   * Ends a producer's transaction on a partition and answers when that is committed and, on a
   * coordinator's own partition, the coordinator was told; or refused, with
   * TRANSACTION_COORDINATOR_FENCED or INVALID_PRODUCER_EPOCH where the marker is out of date.
   *
   * @param leaderEpoch the epoch the coordinator believes in, or -1
   */
  void appendMarker(
      PartitionId partition,
      TxnMarker marker,
      int leaderEpoch,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done);

  /** As above, whatever the leadership. */
  default void appendMarker(
      PartitionId partition,
      TxnMarker marker,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    appendMarker(partition, marker, -1, deadlineMs, caller, done);
  }

  /** What a replica on this node, led here or not, knows of its producers. */
  void describeProducers(PartitionId partition, Executor caller, Consumer<ProducersOutcome> done);

  /** All replicas on this node, led here or not, in no order. */
  void copies(Executor caller, Consumer<List<Copy>> done);

  /**
   * A replica on this node's disk.
   *
   * @param sizeBytes of all its segments
   * @param lag records committed elsewhere that it does not hold yet, as far as it knows
   */
  record Copy(PartitionId partition, long sizeBytes, long lag) {}

  /** The replicas here that are out of use since the disk failed under them. */
  void failures(Executor caller, Consumer<List<Failure>> done);

  /**
   * A replica that is out of use.
   *
   * @param folder within the data folder
   */
  record Failure(PartitionId partition, String folder, String reason) {}

  sealed interface ProducersOutcome {
    record Found(List<ProducerState> producers) implements ProducersOutcome {}

    record Refused(WireError error) implements ProducersOutcome {}
  }

  /** What became of an append. */
  sealed interface AppendOutcome {
    /**
     * Committed by a majority; also for a repeated batch of an idempotent producer, with its first
     * offset.
     */
    record Committed(long baseOffset, long appendTimeMs, long logStart) implements AppendOutcome {}

    /**
     * Not acknowledged; {@code where} tells the leader when the error is that this node is not it.
     */
    record Refused(WireError error, String reason, Optional<Leadership> where)
        implements AppendOutcome {}
  }

  /** Who leads, as this node's image says. */
  record Leadership(NodeId leader, int epoch) {}

  /** Reads whole committed batches from {@code offset}. */
  void read(
      PartitionId partition, ReadRequest request, Executor caller, Consumer<ReadOutcome> done);

  /**
   * @param offset first offset wanted (inclusive)
   * @param maxBytes bound of the answer; the first batch comes whole even when it is larger
   * @param leaderEpoch the epoch the reader believes in, or -1
   * @param lastFetchedEpoch the epoch of the reader's last record, or -1: where it diverges the
   *     answer says so
   * @param isolation what of open and aborted transactions the reader wants to see
   */
  record ReadRequest(
      long offset, int maxBytes, int leaderEpoch, int lastFetchedEpoch, Isolation isolation) {}

  /** What a reader sees of transactions. */
  enum Isolation {
    /** Everything a majority holds. */
    READ_UNCOMMITTED,
    /** Up to the last stable offset, and told what of it was aborted. */
    READ_COMMITTED
  }

  /** What a read found. */
  sealed interface ReadOutcome {
    /**
     * Possibly empty; all of it below {@code highWatermark}, or below {@code lastStable} for a
     * reader of committed transactions.
     *
     * @param aborted transactions that the slice may hold records of, by their first offset; for
     *     readers of committed transactions only
     */
    record Found(
        LogSlice slice,
        long highWatermark,
        long logStart,
        long lastStable,
        List<AbortedTxn> aborted)
        implements ReadOutcome {}

    /**
     * The reader holds records that were never committed here: cut back to {@code common}
     * (KIP-595).
     */
    record Diverged(LogPosition common, long highWatermark, long logStart) implements ReadOutcome {}

    record Refused(WireError error, Optional<Leadership> where, long logStart, long highWatermark)
        implements ReadOutcome {}
  }

  /**
   * Runs {@code wake} once through {@code caller}: when something is committed (for a reader of
   * committed transactions: stable) at or past {@code offset}, or the partition's leadership here
   * changes, or at once if either is so already. Closing the handle forgets the watch.
   */
  Watch watch(
      PartitionId partition, long offset, Isolation isolation, Executor caller, Runnable wake);

  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Deletes a partition's records before {@code offset}, -1 standing for all committed ones;
   * answers when all replicas in step have done so.
   */
  void deleteRecords(
      PartitionId partition,
      long offset,
      long deadlineMs,
      Executor caller,
      Consumer<DeleteOutcome> done);

  /** What became of a deletion. */
  sealed interface DeleteOutcome {
    /** No replica in step holds anything before {@code lowWatermark}. */
    record Deleted(long lowWatermark) implements DeleteOutcome {}

    record Refused(WireError error, long lowWatermark) implements DeleteOutcome {}
  }

  /** Looks an offset up in a partition that this node leads. */
  void locate(
      PartitionId partition,
      Locate what,
      int leaderEpoch,
      Executor caller,
      Consumer<LocateOutcome> done);

  sealed interface Locate {
    record Earliest() implements Locate {}

    /**
     * The high watermark, or the last stable offset; refused with OFFSET_NOT_AVAILABLE until the
     * epoch is open.
     */
    record Latest(Isolation isolation) implements Locate {}

    record MaxTimestamp(Isolation isolation) implements Locate {}

    /**
     * The first record with a timestamp at or after {@code timestampMs} that the reader may see.
     */
    record AtTime(long timestampMs, Isolation isolation) implements Locate {}

    /** The end of an epoch at or below the given one (OffsetForLeaderEpoch). */
    record EndOfEpoch(int epoch) implements Locate {}
  }

  sealed interface LocateOutcome {
    /**
     * {@code offset} and {@code timestampMs} are -1 when nothing fits; {@code epoch} is the
     * record's, or -1.
     */
    record Found(long offset, long timestampMs, int epoch) implements LocateOutcome {}

    record Refused(WireError error, Optional<Leadership> where) implements LocateOutcome {}
  }

  /**
   * Tells {@code listener}, on the loop that owns the partition, of all partitions of {@code
   * topicName} led here.
   */
  void listen(String topicName, LeadershipListener listener);

  /**
   * For coordinators whose state is replayed from a partition: called on the partition's own loop
   * only.
   */
  interface LeadershipListener {
    /** This node leads {@code epoch} and all that came before is committed: replay, then serve. */
    void opened(PartitionId partition, int epoch, LedPartition log);

    /** Not any more: drop the state. */
    void resigned(PartitionId partition, int epoch);

    /** Time passes, about every 50 ms, while a partition is led. */
    void tick(PartitionId partition, long nowMs);

    /**
     * A marker that was appended in this leadership, at {@code offset}, is committed; whoever
     * ordered it is answered after this. Markers from before stand in what is replayed. One that
     * comes while a replay goes on may be among what is replayed: its offset tells.
     */
    default void markerCommitted(PartitionId partition, TxnMarker marker, long offset) {}
  }

  /** A partition led here, on its own loop. */
  interface LedPartition {
    /** The owner loop; work for this partition from elsewhere goes through it. */
    Executor loop();

    long startOffset();

    /** End (exclusive) of everything appended, committed or not. */
    long endOffset();

    /** Blocks briefly for the disk; only for replays. Empty at the end of the log. */
    Optional<ByteBuffer> readCommitted(long offset, int maxBytes);

    /** Appends one batch of records (key, value), and answers when it is committed or refused. */
    void append(List<KeyValue> records, Consumer<AppendOutcome> done);

    /** As {@link Partitions#prepareTransactional}, for {@link #appendTransactional}. */
    Preparation prepareTransactional(long producerId, short producerEpoch);

    /** What {@link #appendTransactional} would be refused with at this moment. */
    Optional<AppendOutcome.Refused> transactionalRefusal(
        long producerId, short producerEpoch, TxnGuard guard);

    /**
     * Appends one batch as part of a producer's transaction: it counts when a commit marker of that
     * producer follows. Refused as a producer's own batch would be, but for its sequence.
     */
    void appendTransactional(
        long producerId,
        short producerEpoch,
        TxnGuard guard,
        List<KeyValue> records,
        Consumer<AppendOutcome> done);
  }

  /** A record's key and value; a null value is a tombstone and is written as an empty Optional. */
  record KeyValue(byte[] key, Optional<byte[]> value) {}
}
