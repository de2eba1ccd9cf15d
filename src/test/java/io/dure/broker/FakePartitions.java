package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.AbortedTxn;
import io.dure.log.LogPosition;
import io.dure.log.LogSlice;
import io.dure.log.ProducerState;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Partitions of which node 1 leads those that the test adds; each holds so many batches of ten
 * bytes and one record. Others are refused with node 2 as their leader. Answers come through the
 * caller's loop.
 */
final class FakePartitions implements Partitions {
  static final int BATCH_BYTES = 10;

  final Map<PartitionId, Long> ends = new HashMap<>();
  final List<PartitionId> reads = new ArrayList<>();
  final List<PartitionId> appended = new ArrayList<>();
  final List<Locate> located = new ArrayList<>();
  final List<TxnMarker> markers = new ArrayList<>();
  final List<TxnGuard> guards = new ArrayList<>();
  final Set<Long> inTransaction = new HashSet<>();

  /** How often a marker of the transaction before is still to come when a partition is asked. */
  final Map<PartitionId, Integer> markersToCome = new HashMap<>();

  /** Where what is stable ends; elsewhere it ends with what is committed. */
  final Map<PartitionId, Long> stable = new HashMap<>();

  List<AbortedTxn> aborted = List.of();
  List<ProducerState> producers = List.of();
  int openWatches;
  Optional<WireError> failing = Optional.empty();

  private final List<Failure> failures = new ArrayList<>();
  private final FakeFile file = new FakeFile();
  private final List<FakeWatch> watches = new ArrayList<>();

  private record FakeWatch(
      PartitionId partition, long offset, Isolation isolation, Executor caller, Runnable wake) {}

  void lead(PartitionId partition, long records) {
    ends.put(partition, records);
  }

  void commit(PartitionId partition, long records) {
    ends.merge(partition, records, Long::sum);
    wakeDue(partition);
  }

  /** Transactions end: what is stable ends there now. */
  void stabilize(PartitionId partition, long end) {
    stable.put(partition, end);
    wakeDue(partition);
  }

  private long seen(PartitionId partition, Isolation isolation) {
    long end = ends.getOrDefault(partition, 0L);
    return isolation == Isolation.READ_COMMITTED ? stable.getOrDefault(partition, end) : end;
  }

  private void wakeDue(PartitionId partition) {
    List<FakeWatch> due =
        watches.stream()
            .filter(w -> w.partition.equals(partition) && seen(partition, w.isolation) > w.offset)
            .toList();
    watches.removeAll(due);
    due.forEach(w -> w.caller.execute(w.wake));
  }

  private Optional<Leadership> elsewhere() {
    return Optional.of(new Leadership(new NodeId(2), 5));
  }

  @Override
  public void append(
      PartitionId partition,
      ByteBuffer batches,
      int leaderEpoch,
      TxnGuard guard,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    if (!ends.containsKey(partition)) {
      caller.execute(() ->
          done.accept(
              new AppendOutcome.Refused(
                  WireError.NOT_LEADER_OR_FOLLOWER, "led elsewhere", elsewhere())));
    } else if (failing.isPresent()) {
      WireError error = failing.get();
      caller.execute(() -> done.accept(new AppendOutcome.Refused(error, "", Optional.empty())));
    } else {
      appended.add(partition);
      guards.add(guard);
      long base = ends.get(partition);
      commit(partition, 1);
      caller.execute(() -> done.accept(new AppendOutcome.Committed(base, -1, 0)));
    }
  }

  @Override
  public void read(
      PartitionId partition, ReadRequest request, Executor caller, Consumer<ReadOutcome> done) {
    reads.add(partition);
    caller.execute(() -> done.accept(found(partition, request)));
  }

  private ReadOutcome found(PartitionId partition, ReadRequest request) {
    Long end = ends.get(partition);
    if (end == null) {
      return new ReadOutcome.Refused(WireError.NOT_LEADER_OR_FOLLOWER, elsewhere(), -1, -1);
    }
    if (request.lastFetchedEpoch() > 5) {
      return new ReadOutcome.Diverged(new LogPosition(5, 1), end, 0);
    }
    if (request.offset() < 0 || request.offset() > end) {
      return new ReadOutcome.Refused(WireError.OFFSET_OUT_OF_RANGE, Optional.empty(), 0, end);
    }
    long visible = Math.max(request.offset(), seen(partition, request.isolation()));
    long batches =
        Math.min(visible - request.offset(), Math.max(1, request.maxBytes() / BATCH_BYTES));
    int bytes = (int) (batches * BATCH_BYTES);
    var slice = new LogSlice(file, 0, bytes, request.offset(), request.offset() + batches);
    boolean committed = request.isolation() == Isolation.READ_COMMITTED;
    return new ReadOutcome.Found(
        slice, end, 0, seen(partition, Isolation.READ_COMMITTED), committed ? aborted : List.of());
  }

  @Override
  public Watch watch(
      PartitionId partition, long offset, Isolation isolation, Executor caller, Runnable wake) {
    var watch = new FakeWatch(partition, offset, isolation, caller, wake);
    openWatches++;
    if (seen(partition, isolation) > offset) {
      caller.execute(wake);
    } else {
      watches.add(watch);
    }
    return () -> {
      watches.remove(watch);
      openWatches--;
    };
  }

  @Override
  public void deleteRecords(
      PartitionId partition,
      long offset,
      long deadlineMs,
      Executor caller,
      Consumer<DeleteOutcome> done) {
    long end = ends.getOrDefault(partition, -1L);
    long to = offset == -1 ? end : offset;
    caller.execute(() ->
        done.accept(
            end < 0
                ? new DeleteOutcome.Refused(WireError.NOT_LEADER_OR_FOLLOWER, -1)
                : to > end
                    ? new DeleteOutcome.Refused(WireError.OFFSET_OUT_OF_RANGE, 0)
                    : new DeleteOutcome.Deleted(to)));
  }

  @Override
  public void locate(
      PartitionId partition,
      Locate what,
      int leaderEpoch,
      Executor caller,
      Consumer<LocateOutcome> done) {
    located.add(what);
    Long end = ends.get(partition);
    if (end == null || failing.isPresent()) {
      WireError error = failing.orElse(WireError.NOT_LEADER_OR_FOLLOWER);
      caller.execute(() -> done.accept(new LocateOutcome.Refused(error, elsewhere())));
      return;
    }
    LocateOutcome found =
        switch (what) {
          case Locate.Earliest _ -> new LocateOutcome.Found(0, -1, 0);
          case Locate.Latest(Isolation isolation) ->
              new LocateOutcome.Found(seen(partition, isolation), -1, 5);
          case Locate.MaxTimestamp _ -> new LocateOutcome.Found(end - 1, 1_000 + end - 1, 5);
          case Locate.AtTime(long at, Isolation _) ->
              at < 1_000 + end
                  ? new LocateOutcome.Found(Math.max(0, at - 1_000), Math.max(1_000, at), 5)
                  : new LocateOutcome.Found(-1, -1, -1);
          case Locate.EndOfEpoch(int epoch) ->
              epoch < 0
                  ? new LocateOutcome.Found(-1, -1, -1)
                  : new LocateOutcome.Found(end, -1, Math.min(epoch, 5));
        };
    caller.execute(() -> done.accept(found));
  }

  @Override
  public void prepareTransactional(
      PartitionId partition, TxnWriter writer, Executor caller, Consumer<Preparation> done) {
    Preparation preparation =
        !ends.containsKey(partition)
            ? new Preparation.Refused(
                WireError.NOT_LEADER_OR_FOLLOWER, "led elsewhere", elsewhere())
            : markersToCome.getOrDefault(partition, 0) > 0
                ? markerToCome(partition)
                : inTransaction.contains(writer.producerId())
                    ? new Preparation.Open()
                    : new Preparation.ToConfirm(new TxnGuard(5, ends.get(partition)));
    caller.execute(() -> done.accept(preparation));
  }

  private Preparation markerToCome(PartitionId partition) {
    markersToCome.merge(partition, -1, Integer::sum);
    return new Preparation.Refused(WireError.CONCURRENT_TRANSACTIONS, "", Optional.empty());
  }

  @Override
  public void appendMarker(
      PartitionId partition,
      TxnMarker marker,
      int leaderEpoch,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    markers.add(marker);
    if (leaderEpoch >= 0 && leaderEpoch != 5) {
      caller.execute(() ->
          done.accept(
              new AppendOutcome.Refused(WireError.FENCED_LEADER_EPOCH, "", Optional.empty())));
      return;
    }
    append(partition, ByteBuffer.allocate(0), -1, deadlineMs, caller, done);
  }

  @Override
  public void describeProducers(
      PartitionId partition, Executor caller, Consumer<ProducersOutcome> done) {
    ProducersOutcome outcome =
        ends.containsKey(partition)
            ? new ProducersOutcome.Found(producers)
            : new ProducersOutcome.Refused(WireError.NOT_LEADER_OR_FOLLOWER);
    caller.execute(() -> done.accept(outcome));
  }

  @Override
  public void failures(Executor caller, Consumer<List<Failure>> done) {
    List<Failure> now = List.copyOf(failures);
    caller.execute(() -> done.accept(now));
  }

  /** The disk failed under a replica. */
  void failed(PartitionId partition, String folder) {
    failures.add(new Failure(partition, folder, "Input/output error"));
  }

  @Override
  public void copies(Executor caller, Consumer<List<Copy>> done) {
    List<Copy> copies =
        ends.entrySet().stream().map(e -> new Copy(e.getKey(), 10 * e.getValue(), 0)).toList();
    caller.execute(() -> done.accept(copies));
  }

  @Override
  public void listen(String topicName, LeadershipListener listener) {
    throw new UnsupportedOperationException("no coordinator is tested here");
  }
}
