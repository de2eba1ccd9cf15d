package io.dure.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** One record, unpacked from its batch. The buffers are views and must not be written. */
public record LogRecord(
    long offset, long timestampMs, Optional<ByteBuffer> key, Optional<ByteBuffer> value) {
  /**
   * The records of whole batches, control batches left out; for replays of internal partitions and
   * for lookups.
   */
  public static List<LogRecord> in(ByteBuffer batches) {
    List<LogRecord> records = new ArrayList<>();
    for (RecordBatch batch : MemoryRecords.readableRecords(batches.duplicate()).batches()) {
      if (!batch.isControlBatch()) {
        for (Record record : batch) {
          records.add(
              new LogRecord(
                  record.offset(),
                  record.timestamp(),
                  Optional.ofNullable(record.key()),
                  Optional.ofNullable(record.value())));
        }
      }
    }
    return records;
  }
}
