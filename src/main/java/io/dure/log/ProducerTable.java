package io.dure.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * What a log knows of its idempotent producers: of each the epoch and the last five batches, by
 * which a repeated batch is recognized and a missing one noticed. Every replica keeps it while
 * appending, so it survives a change of leaders; it depends on the log's batches only. Confined to
 * the log's loop.
 *
 * <p>Bounded: beyond {@value #MOST} producers the one silent for longest is forgotten.
 */
public final class ProducerTable {
  static final int MOST = 50_000;
  private static final int KEPT_BATCHES = 5;
  private static final int SNAPSHOT_VERSION = 1;
  private static final int SNAPSHOT_HEAD_BYTES = 6;
  private static final int ENTRY_BYTES = 46;
  private static final int OLDER_BYTES = 24;
  private static final int EXTENSION = 0x44555245;

  private static final ProducerVerdict ACCEPTED = new ProducerVerdict.Accepted();

  private final Map<Long, Producer> producers = new LinkedHashMap<>(2, 0.75f, true);

  /** One producer: its batches oldest first, all of {@code epoch}. */
  private static final class Producer {
    private short epoch;
    private long lastTimestampMs;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>(KEPT_BATCHES);

    Producer(short epoch) {
      this.epoch = epoch;
    }

    void add(Batch batch) {
      if (batches.size() == KEPT_BATCHES) {
        batches.removeFirst();
      }
      batches.addLast(batch);
    }
  }

  /** One batch; sequence numbers wrap around from 2^31-1 to 0. */
  private record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
    int firstSequence() {
      return lastSequence >= offsetDelta
          ? lastSequence - offsetDelta
          : Integer.MAX_VALUE - (offsetDelta - lastSequence) + 1;
    }
  }

  public int size() {
    return producers.size();
  }

  boolean isEmpty() {
    return producers.isEmpty();
  }

  /** Judges the first batch of {@code batches}, as Kafka's leaders do; changes nothing. */
  public ProducerVerdict check(ByteBuffer batches) {
    int at = batches.position();
    long id = BatchFormat.producerId(batches, at);
    if (id == BatchFormat.NO_PRODUCER || !producers.containsKey(id)) {
      return ACCEPTED;
    }
    Producer producer = producers.get(id);
    short epoch = BatchFormat.producerEpoch(batches, at);
    int first = BatchFormat.baseSequence(batches, at);
    if (epoch < producer.epoch) {
      return new ProducerVerdict.Refused(
          ProducerVerdict.Reason.INVALID_PRODUCER_EPOCH,
          "epoch "
              + epoch
              + " of producer "
              + id
              + " is older than its last epoch "
              + producer.epoch);
    }
    if (epoch > producer.epoch) {
      return first == 0 ? ACCEPTED : outOfOrder(id, first, 0, epoch);
    }
    int last = lastSequence(first, BatchFormat.lastOffsetDelta(batches, at));
    for (Batch known : producer.batches) {
      if (known.firstSequence() == first && known.lastSequence() == last) {
        return new ProducerVerdict.Duplicate(
            known.lastOffset() - known.offsetDelta(), known.lastOffset() + 1, known.timestampMs());
      }
    }
    int expected = producer.batches.isEmpty() ? 0 : next(producer.batches.getLast().lastSequence());
    return first == expected ? ACCEPTED : outOfOrder(id, first, expected, epoch);
  }

  private static ProducerVerdict outOfOrder(long id, int first, int expected, short epoch) {
    return new ProducerVerdict.Refused(
        ProducerVerdict.Reason.OUT_OF_ORDER_SEQUENCE_NUMBER,
        "sequence "
            + first
            + " of producer "
            + id
            + " (epoch "
            + epoch
            + ") where "
            + expected
            + " is next");
  }

  private static int next(int sequence) {
    return sequence == Integer.MAX_VALUE ? 0 : sequence + 1;
  }

  private static int lastSequence(int first, int delta) {
    return first > Integer.MAX_VALUE - delta
        ? delta - (Integer.MAX_VALUE - first) - 1
        : first + delta;
  }

  /** Takes note of an appended batch. What a leader appended is taken as it is. */
  void apply(ByteBuffer bytes, int at) {
    long id = BatchFormat.producerId(bytes, at);
    if (id == BatchFormat.NO_PRODUCER) {
      return;
    }
    short epoch = BatchFormat.producerEpoch(bytes, at);
    Producer producer = producers.computeIfAbsent(id, _ -> new Producer(epoch));
    if (producer.epoch != epoch) {
      producer.epoch = epoch;
      producer.batches.clear();
    }
    long timestampMs = BatchFormat.maxTimestamp(bytes, at);
    producer.lastTimestampMs = timestampMs;
    if (!BatchFormat.isControl(bytes, at)) {
      int delta = BatchFormat.lastOffsetDelta(bytes, at);
      producer.add(
          new Batch(
              lastSequence(BatchFormat.baseSequence(bytes, at), delta),
              BatchFormat.endOffset(bytes, at) - 1,
              delta,
              timestampMs));
    }
    if (producers.size() > MOST) {
      Iterator<Producer> eldestFirst = producers.values().iterator();
      eldestFirst.next();
      eldestFirst.remove();
    }
  }

  /** Forgets producers whose last batch is {@code expiryMs} or more older than {@code wallMs}. */
  public void expire(long wallMs, long expiryMs) {
    producers.values().removeIf(p -> wallMs - p.lastTimestampMs >= expiryMs);
  }

  void clear() {
    producers.clear();
  }

  void replaceBy(ProducerTable other) {
    producers.clear();
    producers.putAll(other.producers);
  }

  /**
   * Kafka's producer snapshot (version 1), which knows one batch per producer, followed by ours
   * with the batches before that; the checksum covers both, so Kafka's tools read it.
   */
  byte[] encode() {
    int older = producers.values().stream().mapToInt(p -> Math.max(0, p.batches.size() - 1)).sum();
    ByteBuffer out =
        ByteBuffer.allocate(
            SNAPSHOT_HEAD_BYTES
                + 4
                + producers.size() * ENTRY_BYTES
                + 4
                + producers.size()
                + older * OLDER_BYTES);
    out.putShort((short) SNAPSHOT_VERSION).putInt(0).putInt(producers.size());
    producers.forEach((id, producer) -> {
      Batch last =
          producer.batches.isEmpty() ? new Batch(-1, -1, 0, -1) : producer.batches.getLast();
      out.putLong(id).putShort(producer.epoch);
      out.putInt(last.lastSequence()).putLong(last.lastOffset()).putInt(last.offsetDelta());
      out.putLong(producer.lastTimestampMs).putInt(-1).putLong(-1);
    });
    out.putInt(EXTENSION);
    for (Producer producer : producers.values()) {
      int count = Math.max(0, producer.batches.size() - 1);
      out.put((byte) count);
      producer.batches.stream()
          .limit(count)
          .forEach(b ->
              out.putInt(b.lastSequence())
                  .putLong(b.lastOffset())
                  .putInt(b.offsetDelta())
                  .putLong(b.timestampMs()));
    }
    out.putInt(2, crcOf(out.array()));
    return out.array();
  }

  /** Fills an empty table; false, and still empty, when the bytes are torn or corrupt. */
  boolean decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < SNAPSHOT_HEAD_BYTES + 4
        || in.getShort() != SNAPSHOT_VERSION
        || in.getInt() != crcOf(bytes)) {
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
      entries.getInt();
      entries.getLong();
      if (lastSequence >= 0) {
        producer.add(new Batch(lastSequence, lastOffset, delta, producer.lastTimestampMs));
      }
      producers.put(id, producer);
    }
    return true;
  }

  private static int crcOf(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes, SNAPSHOT_HEAD_BYTES, bytes.length - SNAPSHOT_HEAD_BYTES);
    return (int) crc.getValue();
  }
}
