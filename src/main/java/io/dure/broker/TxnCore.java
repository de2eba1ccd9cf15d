package io.dure.broker;

import io.dure.base.Moment;
import io.dure.log.LogRecord;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.txn.TxnAnswer;
import io.dure.txn.TxnCommand;
import io.dure.txn.TxnDecision;
import io.dure.txn.TxnRecordCodec;
import io.dure.txn.TxnSettings;
import io.dure.txn.TxnShard;
import java.util.List;
import java.util.stream.Stream;

/**
 * A {@link TxnShard} as its host drives it: its records as bytes, and its orders for markers given
 * to a {@link MarkerCourier} when the outcome they tell is committed. On the partition's loop.
 */
final class TxnCore implements CoordinatorCore<TxnCommand, TxnAnswer> {
  private final TxnShard shard;
  private final MarkerCourier courier;

  TxnCore(TxnSettings settings, Cluster cluster, CoordinatorHost.Seat<TxnCommand> seat) {
    this.shard = new TxnShard(settings);
    this.courier = new MarkerCourier(cluster, seat.epoch(), seat.log().loop(), seat.tell());
  }

  @Override
  public void replay(LogRecord record) {
    if (record.key().isPresent()) {
      TxnRecordCodec.decode(
              CoordinatorHost.bytes(record.key().get()), record.value().map(CoordinatorHost::bytes))
          .ifPresent(shard::apply);
    }
  }

  @Override
  public Decided<TxnAnswer> resume(Moment now, ClusterImage image) {
    return encoded(shard.resume(now));
  }

  @Override
  public Decided<TxnAnswer> decide(long ticket, TxnCommand command, Moment now) {
    return encoded(shard.decide(ticket, command, now));
  }

  @Override
  public Decided<TxnAnswer> tick(Moment now, ClusterImage image) {
    courier.tick();
    return encoded(shard.tick(now));
  }

  private Decided<TxnAnswer> encoded(TxnDecision decision) {
    return new Decided<>(
        decision.records().stream()
            .map(record -> new KeyValue(TxnRecordCodec.key(record), TxnRecordCodec.value(record)))
            .toList(),
        decision.replies().stream()
            .map(reply -> new Decided.Reply<>(reply.ticket(), reply.answer()))
            .toList(),
        carried(decision));
  }

  private List<Runnable> carried(TxnDecision decision) {
    return decision.orders().isEmpty()
        ? List.of()
        : Stream.<Runnable>of(() -> courier.carry(decision.orders())).toList();
  }
}
