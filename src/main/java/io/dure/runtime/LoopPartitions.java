package io.dure.runtime;

import io.dure.base.PartitionId;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * {@link Partitions} over the loops of one node: each call goes to the loop that owns the
 * partition.
 */
final class LoopPartitions implements Partitions {
  private final List<Shard> shards;
  private final MetadataView metadata;
  private final ConcurrentHashMap<String, LeadershipListener> listeners;

  LoopPartitions(
      List<Shard> shards,
      MetadataView metadata,
      ConcurrentHashMap<String, LeadershipListener> listeners) {
    this.shards = shards;
    this.metadata = metadata;
    this.listeners = listeners;
  }

  /** Which of so many loops owns a partition; the same in every call. */
  static int loopOf(PartitionId partition, int loops) {
    return loops == 1 ? 0 : Math.floorMod(partition.hashCode() * 0x9E3779B9 >>> 7, loops);
  }

  private Shard shardOf(PartitionId partition) {
    return shards.get(loopOf(partition, shards.size()));
  }

  /** Who leads a partition as the image says, unless that is this node. */
  private Optional<Leadership> leaderOf(PartitionId partition) {
    return metadata
        .image()
        .partition(partition)
        .flatMap(p -> p.leader().map(leader -> new Leadership(leader, p.epoch())));
  }

  /** The answer for a partition of which this node holds no replica (yet). */
  private WireError absent(PartitionId partition) {
    return metadata.image().partition(partition).isPresent()
        ? WireError.NOT_LEADER_OR_FOLLOWER
        : WireError.UNKNOWN_TOPIC_OR_PARTITION;
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
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          Optional<PartitionHost> host = shard.host(partition);
          if (host.isPresent()) {
            onceLed(
                host.get(),
                batches.remaining(),
                () ->
                    PartitionAppends.append(
                        host.get(), shard, batches, leaderEpoch, guard, deadlineMs, caller, done));
          } else {
            WaitingAppends.answer(caller, done, refusedAbsent(partition));
          }
        });
  }

  private static void onceLed(PartitionHost host, int sizeBytes, Runnable action) {
    if (!host.clients().interregnum().holds(sizeBytes, action)) {
      action.run();
    }
  }

  private AppendOutcome.Refused refusedAbsent(PartitionId partition) {
    return new AppendOutcome.Refused(absent(partition), "no replica here", leaderOf(partition));
  }

  @Override
  public void prepareTransactional(
      PartitionId partition, TxnWriter writer, Executor caller, Consumer<Preparation> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          Optional<PartitionHost> host = shard.host(partition);
          if (host.isPresent()) {
            onceLed(
                host.get(),
                0,
                () ->
                    WaitingAppends.answer(
                        caller,
                        done,
                        TransactionalAppends.prepare(host.get(), shard, -1, writer, true)));
          } else {
            WaitingAppends.answer(
                caller,
                done,
                new Preparation.Refused(absent(partition), "no replica here", leaderOf(partition)));
          }
        });
  }

  @Override
  public void appendMarker(
      PartitionId partition,
      TxnMarker marker,
      int leaderEpoch,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          Optional<PartitionHost> host = shard.host(partition);
          if (host.isPresent()) {
            onceLed(
                host.get(),
                0,
                () ->
                    TransactionalAppends.appendMarker(
                        host.get(), shard, marker, leaderEpoch, deadlineMs, caller, done));
          } else {
            WaitingAppends.answer(caller, done, refusedAbsent(partition));
          }
        });
  }

  @Override
  public void describeProducers(
      PartitionId partition, Executor caller, Consumer<ProducersOutcome> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          ProducersOutcome outcome =
              shard
                  .host(partition)
                  .<ProducersOutcome>map(
                      host -> new ProducersOutcome.Found(host.log().producers().states()))
                  .orElseGet(() -> new ProducersOutcome.Refused(absent(partition)));
          WaitingAppends.answer(caller, done, outcome);
        });
  }

  @Override
  public void copies(Executor caller, Consumer<List<Copy>> done) {
    gather(0, new ArrayList<>(), caller, done);
  }

  /** One loop after the other adds what it holds. */
  private void gather(int loop, List<Copy> found, Executor caller, Consumer<List<Copy>> done) {
    if (loop == shards.size()) {
      WaitingAppends.answer(caller, done, List.copyOf(found));
      return;
    }
    Shard shard = shards.get(loop);
    shard
        .loop()
        .execute(() -> {
          for (PartitionHost host : shard.hosts()) {
            found.add(
                new Copy(
                    host.id(),
                    host.log().sizeBytes(),
                    Math.max(0, host.highWatermark() - host.log().endOffset())));
          }
          gather(loop + 1, found, caller, done);
        });
  }

  @Override
  public void failures(Executor caller, Consumer<List<Failure>> done) {
    gatherFailures(0, new ArrayList<>(), caller, done);
  }

  private void gatherFailures(
      int loop, List<Failure> found, Executor caller, Consumer<List<Failure>> done) {
    if (loop == shards.size()) {
      WaitingAppends.answer(caller, done, List.copyOf(found));
      return;
    }
    Shard shard = shards.get(loop);
    shard
        .loop()
        .execute(() -> {
          shard.failed().all().forEach(found::add);
          gatherFailures(loop + 1, found, caller, done);
        });
  }

  @Override
  public void read(
      PartitionId partition, ReadRequest request, Executor caller, Consumer<ReadOutcome> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          ReadOutcome outcome =
              shard
                  .host(partition)
                  .map(host -> PartitionReads.read(host, metadata.isMinority(), request))
                  .orElseGet(() ->
                      new ReadOutcome.Refused(absent(partition), leaderOf(partition), -1, -1));
          if (outcome instanceof ReadOutcome.Found found) {
            shard.numbers().read(found.slice().sizeBytes());
          }
          WaitingAppends.answer(caller, done, outcome);
        });
  }

  @Override
  public Watch watch(
      PartitionId partition, long offset, Isolation isolation, Executor caller, Runnable wake) {
    Shard shard = shardOf(partition);
    Watches.Entry entry =
        new Watches.Entry(offset, isolation == Isolation.READ_COMMITTED, caller, wake);
    shard.loop().run(() -> watch(shard, partition, entry));
    return () ->
        shard
            .loop()
            .run(() ->
                shard.host(partition).ifPresent(host -> host.clients().watches().remove(entry)));
  }

  private void watch(Shard shard, PartitionId partition, Watches.Entry entry) {
    Optional<PartitionHost> host = shard.host(partition);
    if (host.isEmpty()
        || entry.isDue(host.get().highWatermark(), host.get().lastStable())
        || !host.get().leads()
            && !host.get().clients().interregnum().isOnForDeposed()
            && !metadata.isMinority()) {
      entry.wake();
    } else {
      host.get().clients().watches().add(entry);
    }
  }

  @Override
  public void deleteRecords(
      PartitionId partition,
      long offset,
      long deadlineMs,
      Executor caller,
      Consumer<DeleteOutcome> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          Optional<PartitionHost> host = shard.host(partition);
          if (host.isPresent() && host.get().leads()) {
            host.get().start().delete(offset, deadlineMs, caller, done);
          } else {
            WireError error =
                host.isPresent() ? WireError.NOT_LEADER_OR_FOLLOWER : absent(partition);
            WaitingAppends.answer(caller, done, new DeleteOutcome.Refused(error, -1));
          }
        });
  }

  @Override
  public void locate(
      PartitionId partition,
      Locate what,
      int leaderEpoch,
      Executor caller,
      Consumer<LocateOutcome> done) {
    Shard shard = shardOf(partition);
    shard
        .loop()
        .run(() -> {
          LocateOutcome outcome =
              shard
                  .host(partition)
                  .map(
                      host -> PartitionReads.locate(host, metadata.isMinority(), what, leaderEpoch))
                  .orElseGet(
                      () -> new LocateOutcome.Refused(absent(partition), leaderOf(partition)));
          WaitingAppends.answer(caller, done, outcome);
        });
  }

  @Override
  public void listen(String topicName, LeadershipListener listener) {
    listeners.put(topicName, listener);
    for (Shard shard : shards) {
      shard
          .loop()
          .run(() -> shard.opened(topicName).forEach(host -> shard.opened(host, host.ledEpoch())));
    }
  }
}
