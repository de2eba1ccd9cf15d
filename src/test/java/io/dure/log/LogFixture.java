package io.dure.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Batches for tests. */
final class LogFixture {
  private LogFixture() {}

  static ByteBuffer batch(int records, int valueBytes, long timestampMs) {
    var builder = new BatchBuilder();
    for (int i = 0; i < records; i++) {
      byte[] value = new byte[valueBytes];
      java.util.Arrays.fill(value, (byte) (timestampMs + i));
      builder.add(("k" + i).getBytes(StandardCharsets.UTF_8), Optional.of(value), timestampMs + i);
    }
    return builder.build();
  }

  /** A batch of an idempotent producer. */
  static ByteBuffer batch(int records, long producerId, int producerEpoch, int baseSequence) {
    ByteBuffer batch = batch(records, 10, 1_000);
    batch.putLong(43, producerId);
    batch.putShort(51, (short) producerEpoch);
    batch.putInt(53, baseSequence);
    BatchFormat.writeCrc(batch, 0);
    return batch;
  }

  static byte[] bytes(BatchSpan span) {
    byte[] bytes = new byte[span.sizeBytes()];
    span.bytes().duplicate().get(bytes);
    return bytes;
  }

  static byte[] bytes(LogSlice slice) {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    return bytes.array();
  }

  static void flush(PartitionLog log) {
    FlushTicket ticket = log.beginFlush();
    ticket.run();
    log.flushed(ticket);
  }
}
