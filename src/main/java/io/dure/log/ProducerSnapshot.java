package io.dure.log;

import io.dure.log.OpenTransactions.Decided;
import io.dure.log.Producer.Batch;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Kafka's producer snapshot (version 1), which knows one batch per producer, followed by ours with
 * the batches before that and the transactions whose markers are not known to be committed. The
 * checksum covers all of it, and Kafka's tools read it.
 */
final class ProducerSnapshot {
  private static final int VERSION = 1;
  private static final int HEAD_BYTES = 6;
  private static final int ENTRY_BYTES = 46;
  private static final int OLDER_BYTES = 24;
  private static final int DECIDED_BYTES = 16;
  private static final int EXTENSION = 0x44555245;
  private static final Batch NO_BATCH = new Batch(-1, -1, 0, -1);

  private ProducerSnapshot() {}

  static byte[] encode(Map<Long, Producer> producers, OpenTransactions open) {
    int older = producers.values().stream().mapToInt(ProducerSnapshot::older).sum();
    ByteBuffer out =
        ByteBuffer.allocate(
            HEAD_BYTES
                + 4
                + producers.size() * ENTRY_BYTES
                + 4
                + producers.size()
                + older * OLDER_BYTES
                + 4
                + open.decidedCount() * DECIDED_BYTES
                + producers.size() * 8);
    out.putShort((short) VERSION).putInt(0).putInt(producers.size());
    producers.forEach((id, producer) -> {
      Batch last = producer.batches.isEmpty() ? NO_BATCH : producer.batches.getLast();
      out.putLong(id).putShort(producer.epoch);
      out.putInt(last.lastSequence()).putLong(last.lastOffset()).putInt(last.offsetDelta());
      out.putLong(producer.lastTimestampMs);
      out.putInt(producer.coordinatorEpoch).putLong(producer.txnFirstOffset);
    });
    out.putInt(EXTENSION);
    for (Producer producer : producers.values()) {
      int count = older(producer);
      out.put((byte) count);
      producer.batches.stream()
          .limit(count)
          .forEach(b ->
              out.putInt(b.lastSequence())
                  .putLong(b.lastOffset())
                  .putInt(b.offsetDelta())
                  .putLong(b.timestampMs()));
    }
    out.putInt(open.decidedCount());
    for (Decided each : open.decided()) {
      out.putLong(each.firstOffset()).putLong(each.markerOffset());
    }
    for (Producer producer : producers.values()) {
      out.putLong(producer.batches.isEmpty() ? -1 : producer.batches.getLast().timestampMs());
    }
    out.putInt(2, crcOf(out.array()));
    return out.array();
  }

  private static int older(Producer producer) {
    return Math.max(0, producer.batches.size() - 1);
  }

  /** Fills what is empty; false, and still empty, when the bytes are torn or corrupt. */
  static boolean decode(byte[] bytes, Map<Long, Producer> producers, OpenTransactions open) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEAD_BYTES + 4 || in.getShort() != VERSION || in.getInt() != crcOf(bytes)) {
      return false;
    }
    int count = in.getInt();
    ByteBuffer entries = in.slice(in.position(), count * ENTRY_BYTES);
    in.position(in.position() + count * ENTRY_BYTES);
    boolean extended = in.remaining() >= 4 && in.getInt() == EXTENSION;
    for (int i = 0; i < count; i++) {
      long id = entries.getLong();
      var producer = new Producer(entries.getShort());
      for (int older = extended ? in.get() : 0; older > 0; older--) {
        producer.add(new Batch(in.getInt(), in.getLong(), in.getInt(), in.getLong()));
      }
      int lastSequence = entries.getInt();
      long lastOffset = entries.getLong();
      int delta = entries.getInt();
      producer.lastTimestampMs = entries.getLong();
      producer.coordinatorEpoch = entries.getInt();
      producer.txnFirstOffset = entries.getLong();
      if (lastSequence >= 0) {
        producer.add(new Batch(lastSequence, lastOffset, delta, producer.lastTimestampMs));
      }
      producers.put(id, producer);
      if (producer.inTransaction()) {
        open.began(producer.txnFirstOffset, id);
      }
    }
    // Snapshots from before there were transactions end here.
    for (int left = in.remaining() >= 4 ? in.getInt() : 0; left > 0; left--) {
      open.addDecided(new Decided(in.getLong(), in.getLong()));
    }
    // A marker is later than the last batch, and Kafka's entry has one time for both.
    for (Iterator<Producer> each = producers.values().iterator();
        each.hasNext() && in.remaining() >= 8; ) {
      each.next().lastBatchAt(in.getLong());
    }
    return true;
  }

  private static int crcOf(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes, HEAD_BYTES, bytes.length - HEAD_BYTES);
    return (int) crc.getValue();
  }
}
