package io.dure.runtime;

import io.dure.log.ControlBatch;
import io.dure.log.ProducerTable;
import io.dure.log.ProducerVerdict;
import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.Preparation;
import io.dure.runtime.Partitions.TxnWriter;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What one partition does for transactions: guards their first batch, ends them with markers, and
 * takes coordinators' records as part of them. On the partition's loop only; stateless.
 *
 * <p>The guard (KIP-890): a batch that would open a transaction here is taken only when its
 * coordinator confirmed the transaction after {@link #prepare}, and no marker of the producer was
 * appended since. So what comes late, after its transaction was ended, can never open one that
 * nobody would end.
 */
final class TransactionalAppends {
  /** A coordinator's batches all carry this sequence, which nobody looks at. */
  private static final int COORDINATOR_SEQUENCE = 0;

  private TransactionalAppends() {}

  /**
   * @param epoch the leader epoch the caller believes in, or -1
   * @param sequenced whether the writer's batches carry sequence numbers
   */
  static Preparation prepare(
      PartitionHost host, Shard shard, int epoch, TxnWriter writer, boolean sequenced) {
    Optional<AppendOutcome.Refused> refusal = PartitionAppends.refusal(host, shard, 0, epoch);
    if (refusal.isPresent()) {
      AppendOutcome.Refused refused = refusal.get();
      return new Preparation.Refused(refused.error(), refused.reason(), refused.where());
    }
    ProducerTable producers = host.log().producers();
    if (producers.inTransaction(writer.producerId(), writer.producerEpoch())) {
      return new Preparation.Open();
    }
    if (producers.awaitsMarkerBefore(writer.producerId(), writer.producerEpoch())) {
      return new Preparation.Refused(
          WireError.CONCURRENT_TRANSACTIONS,
          "the marker of the producer's transaction before is on its way",
          Optional.empty());
    }
    if (sequenced) {
      producers.announce(
          writer.producerId(), writer.producerEpoch(), writer.firstSequence(), writer.ownEpoch());
    }
    return new Preparation.ToConfirm(new TxnGuard(host.ledEpoch(), host.log().endOffset()));
  }

  /** What the guard is worth in the epoch that is led now. */
  static TxnGuard inForce(PartitionHost host, TxnGuard guard) {
    return guard.leaderEpoch() == host.ledEpoch() ? guard : TxnGuard.NONE;
  }

  static void appendMarker(
      PartitionHost host,
      Shard shard,
      TxnMarker marker,
      int leaderEpoch,
      long deadlineMs,
      Executor caller,
      Consumer<AppendOutcome> done) {
    if (host.isStepping()) {
      shard
          .loop()
          .execute(() -> appendMarker(host, shard, marker, leaderEpoch, deadlineMs, caller, done));
      return;
    }
    ByteBuffer batch = ControlBatch.of(marker, shard.ports().clock().wallMs());
    Optional<AppendOutcome.Refused> refusal =
        PartitionAppends.refusal(host, shard, batch.remaining(), leaderEpoch);
    if (refusal.isPresent()) {
      WaitingAppends.answer(caller, done, refusal.get());
      return;
    }
    switch (host.log().producers().check(marker)) {
      case ProducerVerdict.Accepted _ -> {
        host.markers().appended(host.log().endOffset(), marker);
        var _ = PartitionAppends.appendNow(host, shard, batch, deadlineMs, caller, done);
      }
      case ProducerVerdict.Refused refused ->
          WaitingAppends.answer(caller, done, PartitionAppends.refused(host, refused));
      case ProducerVerdict.Duplicate _ ->
          throw new IllegalStateException("markers have no sequence"); // see ProducerTable
    }
  }

  /** As {@link PartitionAppends#appendRecords}, as part of a producer's transaction. */
  static void appendRecords(
      PartitionHost host,
      Shard shard,
      int epoch,
      long producerId,
      short producerEpoch,
      TxnGuard guard,
      List<KeyValue> records,
      Consumer<AppendOutcome> done) {
    if (host.isStepping()) {
      shard
          .loop()
          .execute(() ->
              appendRecords(host, shard, epoch, producerId, producerEpoch, guard, records, done));
      return;
    }
    Optional<AppendOutcome.Refused> refusal =
        refusal(host, shard, epoch, producerId, producerEpoch, guard);
    if (refusal.isPresent()) {
      done.accept(refusal.get());
      return;
    }
    PartitionAppends.appendNow(
        host,
        shard,
        PartitionAppends.batchOf(records, shard.ports().clock().wallMs())
            .buildTransactional(producerId, producerEpoch, COORDINATOR_SEQUENCE),
        shard.ports().clock().nowMs() + PartitionAppends.COORDINATOR_WAIT_MS,
        shard.loop(),
        done);
  }

  /** Why a coordinator's records would not be taken now. */
  static Optional<AppendOutcome.Refused> refusal(
      PartitionHost host,
      Shard shard,
      int epoch,
      long producerId,
      short producerEpoch,
      TxnGuard guard) {
    if (host.ledEpoch() != epoch) {
      return Optional.of(
          host.refused(WireError.NOT_LEADER_OR_FOLLOWER, "resigned since it was decided"));
    }
    return PartitionAppends.refusal(host, shard, 0, epoch)
        .or(() ->
            host.log().producers().checkCoordinated(producerId, producerEpoch, inForce(host, guard))
                    instanceof ProducerVerdict.Refused refused
                ? Optional.of(PartitionAppends.refused(host, refused))
                : Optional.empty());
  }
}
