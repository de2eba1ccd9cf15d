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
 * batch (KIP-534); nothing of what was aborted; the empty batch where it is the last one of a
 * producer that may go on.
 */
final class CompactionFilter {
  private static final LastBatch NONE = new LastBatch((short) -1, -1);

  private final KeyOffsets keys;
  private final long keysEnd;
  private final SeenTransactions transactions;
  private final Map<Long, LastBatch> producers;
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
      Map<Long, LastBatch> producers,
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

  private boolean isLastOf(RecordBatch batch) {
    LastBatch last = producers.getOrDefault(batch.producerId(), NONE);
    return last.lastOffset() >= 0
        ? batch.lastOffset() == last.lastOffset()
        : batch.isControlBatch() && batch.producerEpoch() == last.epoch();
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
          batch.hasProducerId() && isLastOf(batch)
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
