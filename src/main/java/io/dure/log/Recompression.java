package io.dure.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** Packs a producer's batch anew where its topic is kept in another compression. */
public final class Recompression {
  private Recompression() {}

  /**
   * How a topic's batches are packed.
   *
   * @param codec as in a batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
   * @param level of that codec; none has levels but gzip, lz4 and zstd
   */
  public record Target(int codec, int level) {}

  /** Whether the batch is in another compression than {@code target}. */
  public static boolean isNeeded(ByteBuffer batch, Target target) {
    return BatchFormat.codec(batch, batch.position()) != target.codec();
  }

  /**
   * The same records of the same producer in the target's compression.
   *
   * @param batch one batch whose records were found to be well formed
   */
  public static ByteBuffer of(ByteBuffer batch, Target target) {
    RecordBatch from = MemoryRecords.readableRecords(batch.duplicate()).batches().iterator().next();
    MemoryRecordsBuilder into =
        MemoryRecords.builder(
            ByteBuffer.allocate(Math.max(512, batch.remaining())),
            RecordBatch.MAGIC_VALUE_V2,
            compression(target),
            TimestampType.CREATE_TIME,
            from.baseOffset(),
            RecordBatch.NO_TIMESTAMP,
            from.producerId(),
            from.producerEpoch(),
            from.baseSequence(),
            from.isTransactional(),
            from.partitionLeaderEpoch());
    try (var records = from.streamingIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        Record record = records.next();
        into.appendWithOffset(record.offset(), record);
      }
    }
    return into.build().buffer().duplicate();
  }

  private static Compression compression(Target target) {
    return switch (target.codec()) {
      case 0 -> Compression.NONE;
      case 1 -> Compression.gzip().level(target.level()).build();
      case 2 -> Compression.snappy().build();
      case 3 -> Compression.lz4().level(target.level()).build();
      default -> Compression.zstd().level(target.level()).build();
    };
  }
}
