package io.dure.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * One record, unpacked from its batch. The buffers are views and must not be written.
 *
 * @param producerId -1 when it was not written by an idempotent producer
 * @param transactional whether it counts only if its producer's next marker is a commit
 * @param marker present when the record is a marker itself, the end of a transaction; key and value
 *     are nobody's data then
 */
public record LogRecord(
    long offset,
    long timestampMs,
    Optional<ByteBuffer> key,
    Optional<ByteBuffer> value,
    long producerId,
    short producerEpoch,
    boolean transactional,
    Optional<TxnMarker> marker) {
  /**
   * The records of whole batches, markers among them; for replays of internal partitions and for
   * lookups.
   */
  public static List<LogRecord> in(ByteBuffer batches) {
    List<LogRecord> records = new ArrayList<>();
    int at = batches.position();
    for (RecordBatch batch : MemoryRecords.readableRecords(batches.duplicate()).batches()) {
      Optional<TxnMarker> marker =
          batch.isControlBatch() ? ControlBatch.marker(batches, at) : Optional.empty();
      if (!batch.isControlBatch() || marker.isPresent()) {
        for (Record record : batch) {
          records.add(
              new LogRecord(
                  record.offset(),
                  record.timestamp(),
                  Optional.ofNullable(record.key()),
                  Optional.ofNullable(record.value()),
                  batch.producerId(),
                  batch.producerEpoch(),
                  batch.isTransactional(),
                  marker));
        }
      }
      at += batch.sizeInBytes();
    }
    return records;
  }

  /**
   * The first records at or after {@code from}, markers left out; nothing past the last of them is
   * unpacked, however much a batch holds.
   */
  public static List<LogRecord> some(ByteBuffer batches, long from, int most) {
    List<LogRecord> records = new ArrayList<>();
    for (RecordBatch batch : MemoryRecords.readableRecords(batches.duplicate()).batches()) {
      if (batch.isControlBatch() || batch.lastOffset() < from) {
        continue;
      }
      try (var unpacked = batch.streamingIterator(BufferSupplier.NO_CACHING)) {
        while (unpacked.hasNext() && records.size() < most) {
          Record record = unpacked.next();
          if (record.offset() >= from) {
            records.add(
                new LogRecord(
                    record.offset(),
                    record.timestamp(),
                    Optional.ofNullable(record.key()),
                    Optional.ofNullable(record.value()),
                    batch.producerId(),
                    batch.producerEpoch(),
                    batch.isTransactional(),
                    Optional.empty()));
          }
        }
      }
      if (records.size() == most) {
        break;
      }
    }
    return records;
  }

  /**
   * Where whole batches end (exclusive): records need not reach that far where a compaction left
   * batches without any. {@code batches} is not empty.
   */
  public static long endOf(ByteBuffer batches) {
    long end = -1;
    for (int at = batches.position();
        at < batches.limit();
        at += (int) BatchFormat.sizeBytes(batches, at)) {
      end = BatchFormat.endOffset(batches, at);
    }
    return end;
  }
}
