package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.LogPosition;
import io.dure.log.LogSlice;
import io.dure.runtime.Partitions;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  int openWatches;
  Optional<WireError> failing = Optional.empty();

  private final FakeFile file = new FakeFile();
  private final List<FakeWatch> watches = new ArrayList<>();

  private record FakeWatch(PartitionId partition, long offset, Executor caller, Runnable wake) {}

  void lead(PartitionId partition, long records) {
    ends.put(partition, records);
  }

  void commit(PartitionId partition, long records) {
    ends.merge(partition, records, Long::sum);
    List<FakeWatch> due =
        watches.stream()
            .filter(w -> w.partition.equals(partition) && ends.get(partition) > w.offset)
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
    long batches = Math.min(end - request.offset(), Math.max(1, request.maxBytes() / BATCH_BYTES));
    int bytes = (int) (batches * BATCH_BYTES);
    var slice = new LogSlice(file, 0, bytes, request.offset(), request.offset() + batches);
    return new ReadOutcome.Found(slice, end, 0, end);
  }

  @Override
  public Watch watch(PartitionId partition, long offset, Executor caller, Runnable wake) {
    var watch = new FakeWatch(partition, offset, caller, wake);
    openWatches++;
    if (ends.getOrDefault(partition, 0L) > offset) {
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
          case Locate.Latest _ -> new LocateOutcome.Found(end, -1, 5);
          case Locate.MaxTimestamp _ -> new LocateOutcome.Found(end - 1, 1_000 + end - 1, 5);
          case Locate.AtTime(long at) ->
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
  public void listen(String topicName, LeadershipListener listener) {
    throw new UnsupportedOperationException("no coordinator is tested here");
  }
}
