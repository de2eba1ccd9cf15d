package io.dure.log;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * What compaction leaves of a batch: the last record of each key; tombstones and transaction
 * markers until their time is over, which begins with the first cleaning and is written into the
 * batch (KIP-534); nothing of what was aborted; the empty batch where a producer that may go on is
 * recognized by it.
 */
final class CompactionFilter {
  private final KeyOffsets keys;
  private final long keysEnd;
  private final SeenTransactions transactions;
  private final Map<Long, RememberedBatches> producers;
  private final Filter filter;
  private boolean discarding;

  /**
   * @param keys the last offset of each key, of all records below {@code keysEnd} (exclusive) that
   *     were never cleaned
   */
  CompactionFilter(
      KeyOffsets keys,
      long keysEnd,
      SeenTransactions transactions,
      Map<Long, RememberedBatches> producers,
      long wallMs,
      long tombstoneMs) {
    this.keys = keys;
    this.keysEnd = keysEnd;
    this.transactions = transactions;
    this.producers = producers;
    this.filter = new Filter(wallMs, tombstoneMs);
  }

  /** The batch without what is dropped; empty when nothing of it is left. */
  ByteBuffer apply(ByteBuffer batch) {
    if (EmptyBatch.is(batch, 0)) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer room = ByteBuffer.allocate(batch.remaining());
    ByteBuffer left =
        MemoryRecords.readableRecords(batch.duplicate())
            .filterTo(filter, room, BufferSupplier.NO_CACHING, Integer.MAX_VALUE)
            .outputBuffer();
    return left.flip();
  }

  private boolean isRemembered(RecordBatch batch) {
    RememberedBatches known = producers.getOrDefault(batch.producerId(), RememberedBatches.NONE);
    return known.lastOffsets().isEmpty()
        ? batch.isControlBatch() && batch.producerEpoch() == known.epoch()
        : known.lastOffsets().contains(batch.lastOffset());
  }

  private final class Filter extends RecordFilter {
    Filter(long wallMs, long tombstoneMs) {
      super(wallMs, tombstoneMs);
    }

    @Override
    protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
      boolean discardable =
          batch.isControlBatch()
              ? transactions.endsNothing(batch.lastOffset(), batch.producerId())
              : transactions.isAborted(
                  batch.lastOffset(), batch.producerId(), batch.isTransactional());
      discarding =
          batch.isControlBatch()
              ? discardable
                  && batch.deleteHorizonMs().isPresent()
                  && batch.deleteHorizonMs().getAsLong() <= currentTime
              : discardable;
      BatchRetention retention =
          batch.hasProducerId() && isRemembered(batch)
              ? BatchRetention.RETAIN_EMPTY
              : discarding ? BatchRetention.DELETE : BatchRetention.DELETE_EMPTY;
      return new BatchRetentionResult(retention, discardable && batch.isControlBatch());
    }

    @Override
    protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
      if (discarding) {
        return false;
      }
      if (batch.isControlBatch() || record.offset() >= keysEnd) {
        return true;
      }
      if (!record.hasKey() || keys.get(record.key()) > record.offset()) {
        return false;
      }
      return record.hasValue()
          || batch.deleteHorizonMs().isEmpty()
          || currentTime < batch.deleteHorizonMs().getAsLong();
    }
  }
}
