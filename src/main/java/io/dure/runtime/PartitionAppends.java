package io.dure.runtime;

import io.dure.base.DiskException;
import io.dure.log.AppendInfo;
import io.dure.log.BatchBuilder;
import io.dure.log.ProducerVerdict;
import io.dure.log.TxnGuard;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.WaitingAppends.Waiting;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What producers and coordinators add to one partition. On the partition's loop only; stateless.
 */
final class PartitionAppends {
  /** How long a coordinator's append may wait to be committed. */
  static final long COORDINATOR_WAIT_MS = 10_000;

  private static final String NO_ROOM =
      "the disks of too many replicas are nearly full; records are taken again when there is room";

  private PartitionAppends() {}

  static void append(
      PartitionHost host,
      Shard shard,
      ByteBuffer batches,
      int leaderEpoch,
      TxnGuard guard,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    if (host.isStepping()) {
      // We are called from an answer: what the core has just decided must be done first.
      shard
          .loop()
          .execute(
              () -> append(host, shard, batches, leaderEpoch, guard, deadlineMs, caller, done));
      return;
    }
    Optional<AppendOutcome.Refused> refusal =
        refusal(host, shard, batches.remaining(), leaderEpoch);
    if (refusal.isPresent()) {
      shard.numbers().refuse();
      WaitingAppends.answer(caller, done, refusal.get());
      return;
    }
    switch (host.log().producers().check(batches, TransactionalAppends.inForce(host, guard))) {
      case ProducerVerdict.Accepted _ when !host.enoughRoom(batches.remaining()) -> {
        // Of Kafka's errors the one about disks that clients try again, asking for the leader
        // first.
        shard.numbers().refuse();
        WaitingAppends.answer(caller, done, host.refused(WireError.KAFKA_STORAGE_ERROR, NO_ROOM));
      }
      case ProducerVerdict.Accepted _ -> {
        int sizeBytes = batches.remaining();
        appendNow(host, shard, batches, deadlineMs, caller, done)
            .ifPresent(
                info -> shard.numbers().appended(info.endOffset() - info.baseOffset(), sizeBytes));
      }
      case ProducerVerdict.Duplicate duplicate -> repeat(host, duplicate, deadlineMs, caller, done);
      case ProducerVerdict.Refused refused -> {
        shard.numbers().refuse();
        WaitingAppends.answer(caller, done, refused(host, refused));
      }
    }
  }

  static AppendOutcome.Refused refused(PartitionHost host, ProducerVerdict.Refused refused) {
    WireError error =
        switch (refused.reason()) {
          case INVALID_PRODUCER_EPOCH -> WireError.INVALID_PRODUCER_EPOCH;
          case OUT_OF_ORDER_SEQUENCE_NUMBER -> WireError.OUT_OF_ORDER_SEQUENCE_NUMBER;
          case INVALID_TXN_STATE -> WireError.INVALID_TXN_STATE;
          case TRANSACTION_COORDINATOR_FENCED -> WireError.TRANSACTION_COORDINATOR_FENCED;
        };
    return host.refused(error, refused.text());
  }

  static Optional<AppendOutcome.Refused> refusal(
      PartitionHost host, Shard shard, int sizeBytes, int leaderEpoch) {
    if (!host.leads()) {
      WireError error =
          shard.metadata().isMinority() && !host.leaderReachable()
              ? WireError.NOT_ENOUGH_REPLICAS
              : WireError.NOT_LEADER_OR_FOLLOWER;
      return Optional.of(host.refused(error, "this node does not lead the partition"));
    }
    if (leaderEpoch >= 0 && leaderEpoch != host.ledEpoch()) {
      return Optional.of(
          host.refused(
              leaderEpoch < host.ledEpoch()
                  ? WireError.FENCED_LEADER_EPOCH
                  : WireError.UNKNOWN_LEADER_EPOCH,
              "the epoch here is " + host.ledEpoch()));
    }
    if (!host.enoughReachable()) {
      return Optional.of(
          host.refused(
              WireError.NOT_ENOUGH_REPLICAS, "too few replicas are within reach to commit it"));
    }
    if (!shard.waitingBytes().allows(sizeBytes)) {
      return Optional.of(
          host.refused(WireError.REQUEST_TIMED_OUT, "too much is waiting to be committed already"));
    }
    return Optional.empty();
  }

  /** Empty, and refused, when the disk failed. */
  static Optional<AppendInfo> appendNow(
      PartitionHost host,
      Shard shard,
      ByteBuffer batches,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    int sizeBytes = batches.remaining();
    long sinceNs = shard.ports().clock().nowNs();
    AppendInfo info;
    try {
      info = host.write(batches);
    } catch (DiskException e) {
      if (e.isFull()) {
        throw e; // the node stops
      }
      WaitingAppends.answer(
          caller,
          done,
          host.refused(WireError.KAFKA_STORAGE_ERROR, "the disk failed: " + e.getMessage()));
      return Optional.empty();
    }
    host.clients()
        .appends()
        .add(
            new Waiting(
                info.endOffset(),
                sizeBytes,
                sinceNs,
                deadlineMs,
                new AppendOutcome.Committed(
                    info.baseOffset(), info.appendTimeMs(), host.log().startOffset()),
                caller,
                done));
    host.written(info);
    return Optional.of(info);
  }

  /**
   * It is in the log already; it is acknowledged as the first time, that is when it is committed.
   */
  private static void repeat(
      PartitionHost host,
      ProducerVerdict.Duplicate duplicate,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    AppendOutcome.Committed answer =
        new AppendOutcome.Committed(duplicate.baseOffset(), -1, host.log().startOffset());
    if (duplicate.endOffset() <= host.highWatermark()) {
      WaitingAppends.answer(caller, done, answer);
    } else {
      host.clients()
          .appends()
          .addRepeated(new Waiting(duplicate.endOffset(), 0, 0, deadlineMs, answer, caller, done));
    }
  }

  /** A coordinator's records; refused when the leadership they were decided in is over. */
  static void appendRecords(
      PartitionHost host,
      Shard shard,
      int epoch,
      List<KeyValue> records,
      Consumer<AppendOutcome> done) {
    if (host.isStepping()) {
      shard.loop().execute(() -> appendRecords(host, shard, epoch, records, done));
      return;
    }
    ByteBuffer bytes = batchOf(records, shard.ports().clock().wallMs()).build();
    Optional<AppendOutcome.Refused> refusal =
        host.ledEpoch() == epoch
            ? refusal(host, shard, bytes.remaining(), epoch)
            : Optional.of(
                host.refused(WireError.NOT_LEADER_OR_FOLLOWER, "resigned since it was decided"));
    if (refusal.isPresent()) {
      done.accept(refusal.get());
      return;
    }
    long deadlineMs = shard.ports().clock().nowMs() + COORDINATOR_WAIT_MS;
    appendNow(host, shard, bytes, deadlineMs, shard.loop(), done);
  }

  static BatchBuilder batchOf(List<KeyValue> records, long wallMs) {
    var batch = new BatchBuilder();
    for (KeyValue record : records) {
      batch.add(Optional.of(record.key()), record.value(), wallMs);
    }
    return batch;
  }
}
