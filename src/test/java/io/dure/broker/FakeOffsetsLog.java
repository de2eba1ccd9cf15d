package io.dure.broker;

import io.dure.log.BatchBuilder;
import io.dure.log.TxnGuard;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.runtime.Partitions.Preparation;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A partition led here, in memory. It commits at once, or when the test says so, or refuses. */
final class FakeOffsetsLog implements LedPartition {
  private record Batch(long from, long end, ByteBuffer bytes) {}

  private record Open(long end, AppendOutcome outcome, Consumer<AppendOutcome> done) {}

  private final FakeLoop loop;
  private final List<Batch> batches = new ArrayList<>();
  private final ArrayDeque<Open> open = new ArrayDeque<>();
  private long end;
  private long committed;
  boolean commitsAtOnce = true;
  Optional<WireError> refusing = Optional.empty();

  FakeOffsetsLog(FakeLoop loop) {
    this.loop = loop;
  }

  void commit() {
    committed = end;
    while (!open.isEmpty()) {
      Open next = open.remove();
      next.done.accept(next.outcome);
    }
  }

  /** The appends were written, and nobody knows what becomes of them. */
  void failOpen(WireError error) {
    while (!open.isEmpty()) {
      open.remove().done.accept(new AppendOutcome.Refused(error, "", Optional.empty()));
    }
  }

  @Override
  public Executor loop() {
    return loop;
  }

  @Override
  public long startOffset() {
    return 0;
  }

  @Override
  public long endOffset() {
    return end;
  }

  /** One batch a call, so that a replay takes several. */
  @Override
  public Optional<ByteBuffer> readCommitted(long offset, int maxBytes) {
    return batches.stream()
        .filter(b -> b.end > offset && b.end <= committed)
        .findFirst()
        .map(b -> b.bytes.duplicate());
  }

  @Override
  public void append(List<KeyValue> records, Consumer<AppendOutcome> done) {
    if (refusing.isPresent()) {
      done.accept(new AppendOutcome.Refused(refusing.get(), "", Optional.empty()));
      return;
    }
    var builder = new BatchBuilder();
    records.forEach(r -> builder.add(r.key(), r.value(), 1));
    add(builder.build(), records.size(), done);
  }

  @Override
  public Preparation prepareTransactional(long producerId, short producerEpoch) {
    return new Preparation.ToConfirm(new TxnGuard(0, end));
  }

  @Override
  public Optional<AppendOutcome.Refused> transactionalRefusal(
      long producerId, short producerEpoch, TxnGuard guard) {
    return refusing.map(error -> new AppendOutcome.Refused(error, "", Optional.empty()));
  }

  @Override
  public void appendTransactional(
      long producerId,
      short producerEpoch,
      TxnGuard guard,
      List<KeyValue> records,
      Consumer<AppendOutcome> done) {
    Optional<AppendOutcome.Refused> refusal =
        transactionalRefusal(producerId, producerEpoch, guard);
    if (refusal.isPresent()) {
      done.accept(refusal.get());
      return;
    }
    var builder = new BatchBuilder();
    records.forEach(r -> builder.add(r.key(), r.value(), 1));
    add(builder.buildTransactional(producerId, producerEpoch, 0), records.size(), done);
  }

  private void add(ByteBuffer bytes, int records, Consumer<AppendOutcome> done) {
    bytes.putLong(0, end);
    batches.add(new Batch(end, end + records, bytes));
    var outcome = new AppendOutcome.Committed(end, -1, 0);
    end += records;
    open.add(new Open(end, outcome, done));
    if (commitsAtOnce) {
      commit();
    }
  }
}
