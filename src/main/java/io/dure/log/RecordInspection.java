package io.dure.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * Looks at each record of a producer's batch, compressed or not, where a topic's settings ask for
 * it. Keys and values are passed over, so memory stays small however large they are.
 *
 * @param broken what does not add up in the batch as a whole; empty when all does
 * @param keyless which records (from 0) have no key
 * @param untimely those with a timestamp outside of what was asked for
 */
public record RecordInspection(
    Optional<String> broken, List<Integer> keyless, List<Untimely> untimely) {
  /** A record (from 0) and its timestamp. */
  public record Untimely(int index, long timestampMs) {}

  /**
   * @param batch one batch that {@link ProducedBatches#check} has passed
   * @param earliestMs the least timestamp (inclusive); -1, no timestamp, is taken always
   * @param latestMs the largest timestamp (inclusive)
   * @param maxBytes of the batch when it is unpacked
   */
  public static RecordInspection of(
      ByteBuffer batch, long earliestMs, long latestMs, int maxBytes) {
    List<Integer> keyless = new ArrayList<>(0);
    List<Untimely> untimely = new ArrayList<>(0);
    int index = 0;
    try {
      for (RecordBatch each : MemoryRecords.readableRecords(batch.duplicate()).batches()) {
        DefaultRecordBatch unpacked = (DefaultRecordBatch) each;
        try (var records = unpacked.skipKeyValueIterator(BufferSupplier.NO_CACHING, maxBytes)) {
          while (records.hasNext()) {
            Record record = records.next();
            if (record.offset() != each.baseOffset() + index) {
              return broken("record " + index + " of the batch has the offset " + record.offset());
            }
            if (!record.hasKey()) {
              keyless.add(index);
            }
            long timestampMs = record.timestamp();
            if (timestampMs != RecordBatch.NO_TIMESTAMP
                && (timestampMs < earliestMs || timestampMs > latestMs)) {
              untimely.add(new Untimely(index, timestampMs));
            }
            index++;
          }
        }
      }
    } catch (KafkaException | IllegalArgumentException e) {
      return broken("the records cannot be unpacked: " + e.getMessage());
    }
    return new RecordInspection(Optional.empty(), keyless, untimely);
  }

  private static RecordInspection broken(String why) {
    return new RecordInspection(Optional.of(why), List.of(), List.of());
  }
}
