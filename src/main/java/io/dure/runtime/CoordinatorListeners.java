package io.dure.runtime;

import io.dure.log.TxnGuard;
import io.dure.log.TxnMarker;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LeadershipListener;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.runtime.Partitions.Preparation;
import io.dure.runtime.Partitions.TxnWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Who keeps state that is replayed from partitions led here, by topic name. One for each loop; told
 * on it.
 */
final class CoordinatorListeners {
  private final Map<String, LeadershipListener> byTopic;
  private final Map<PartitionHost, LeadershipListener> told = new HashMap<>();

  /** {@code byTopic} is shared by all loops. */
  CoordinatorListeners(ConcurrentHashMap<String, LeadershipListener> byTopic) {
    this.byTopic = byTopic;
  }

  void opened(PartitionHost host, int epoch, Shard shard) {
    LeadershipListener listener = byTopic.get(host.topicName());
    if (listener != null && told.putIfAbsent(host, listener) == null) {
      listener.opened(host.id(), epoch, new Led(host, shard, epoch));
    }
  }

  void resigned(PartitionHost host, int epoch) {
    LeadershipListener listener = told.remove(host);
    if (listener != null) {
      listener.resigned(host.id(), epoch);
    }
  }

  void markerCommitted(PartitionHost host, TxnMarker marker, long offset) {
    LeadershipListener listener = told.get(host);
    if (listener != null) {
      listener.markerCommitted(host.id(), marker, offset);
    }
  }

  void tick(Shard shard, long nowMs) {
    if (told.isEmpty()) {
      return;
    }
    for (PartitionHost host : List.copyOf(told.keySet())) {
      LeadershipListener listener = told.get(host);
      if (listener != null) {
        listener.tick(host.id(), nowMs);
      }
    }
  }

  /** One leadership of one partition. */
  private record Led(PartitionHost host, Shard shard, int epoch) implements LedPartition {
    @Override
    public Executor loop() {
      return shard.loop();
    }

    @Override
    public long startOffset() {
      return host.log().startOffset();
    }

    @Override
    public long endOffset() {
      return host.log().endOffset();
    }

    @Override
    public Optional<ByteBuffer> readCommitted(long offset, int maxBytes) {
      return PartitionReads.committedBytes(host, offset, maxBytes);
    }

    @Override
    public void append(List<KeyValue> records, Consumer<AppendOutcome> done) {
      PartitionAppends.appendRecords(host, shard, epoch, records, done);
    }

    @Override
    public Preparation prepareTransactional(long producerId, short producerEpoch) {
      return TransactionalAppends.prepare(
          host, shard, epoch, new TxnWriter(producerId, producerEpoch, 0, false), false);
    }

    @Override
    public Optional<AppendOutcome.Refused> transactionalRefusal(
        long producerId, short producerEpoch, TxnGuard guard) {
      return TransactionalAppends.refusal(host, shard, epoch, producerId, producerEpoch, guard);
    }

    @Override
    public void appendTransactional(
        long producerId,
        short producerEpoch,
        TxnGuard guard,
        List<KeyValue> records,
        Consumer<AppendOutcome> done) {
      TransactionalAppends.appendRecords(
          host, shard, epoch, producerId, producerEpoch, guard, records, done);
    }
  }
}
