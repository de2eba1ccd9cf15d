package io.dure.txn;

import io.dure.wire.MalformedRecord;
import io.dure.wire.RecordReader;
import io.dure.wire.RecordWriter;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The records as bytes, in the format of Kafka's {@code __transaction_state}: key version 0; values
 * are written in version 1 and read in 0 and 1. One tagged field is ours, the last epoch, with a
 * number far from Kafka's; its readers pass over it. Layout in docs/formats.md. Stateless.
 */
public final class TxnRecordCodec {
  private static final short KEY_VERSION = 0;
  private static final short VALUE_VERSION = 1;

  private static final int PREVIOUS_ID_TAG = 0;
  private static final int NEXT_ID_TAG = 1;
  private static final int CLIENT_VERSION_TAG = 2;
  private static final int LAST_EPOCH_TAG = 10_000;

  private TxnRecordCodec() {}

  public static byte[] key(TxnRecord record) {
    return new RecordWriter().int16(KEY_VERSION).string(record.transactionalId()).toArray();
  }

  /** Empty for a tombstone. */
  public static Optional<byte[]> value(TxnRecord record) {
    return switch (record) {
      case TxnRecord.Stored stored -> Optional.of(value(stored.transaction()));
      case TxnRecord.Forgotten _ -> Optional.empty();
    };
  }

  /** Empty for a kind of record that we do not know. */
  public static Optional<TxnRecord> decode(byte[] key, Optional<byte[]> value) {
    var in = new RecordReader(key);
    if (in.int16() != KEY_VERSION) {
      return Optional.empty();
    }
    String id = in.string();
    return Optional.of(
        value.isPresent()
            ? new TxnRecord.Stored(id, transaction(new RecordReader(value.get())))
            : new TxnRecord.Forgotten(id));
  }

  private static byte[] value(Transaction t) {
    RecordWriter out =
        new RecordWriter()
            .int16(VALUE_VERSION)
            .int64(t.producerId())
            .int16(t.epoch())
            .int32(t.timeoutMs())
            .int8(t.state().code());
    Map<String, Set<Integer>> topics = new TreeMap<>();
    t.partitions()
        .forEach(p -> topics.computeIfAbsent(p.topic(), _ -> new TreeSet<>()).add(p.partition()));
    out.varint(topics.size() + 1);
    topics.forEach((topic, partitions) -> {
      out.compactString(topic).varint(partitions.size() + 1);
      partitions.forEach(out::int32);
      out.varint(0);
    });
    out.int64(t.updateMs()).int64(t.startMs());
    writeTags(t, out);
    return out.toArray();
  }

  /** Fields at their default are left out, as Kafka does. */
  private static void writeTags(Transaction t, RecordWriter out) {
    boolean previous = t.previousProducerId() != Transaction.NO_ID;
    boolean next = t.nextProducerId() != Transaction.NO_ID;
    boolean client = t.clientVersion() != 0;
    boolean last = t.lastEpoch() != Transaction.NO_EPOCH;
    out.varint((previous ? 1 : 0) + (next ? 1 : 0) + (client ? 1 : 0) + (last ? 1 : 0));
    if (previous) {
      out.varint(PREVIOUS_ID_TAG).varint(8).int64(t.previousProducerId());
    }
    if (next) {
      out.varint(NEXT_ID_TAG).varint(8).int64(t.nextProducerId());
    }
    if (client) {
      out.varint(CLIENT_VERSION_TAG).varint(2).int16(t.clientVersion());
    }
    if (last) {
      out.varint(LAST_EPOCH_TAG).varint(2).int16(t.lastEpoch());
    }
  }

  private static Transaction transaction(RecordReader in) {
    short version = in.int16();
    if (version < 0 || version > VALUE_VERSION) {
      throw new MalformedRecord("value version " + version + " is neither 0 nor 1");
    }
    boolean flexible = version > 0;
    long producerId = in.int64();
    short epoch = in.int16();
    int timeoutMs = in.int32();
    TransactionState state = state(in.int8());
    Set<TopicPart> partitions = partitions(in, flexible);
    long updateMs = in.int64();
    long startMs = in.int64();
    Tags tags = flexible ? Tags.read(in) : Tags.ABSENT;
    return new Transaction(
        producerId,
        tags.previousId,
        tags.nextId,
        epoch,
        tags.lastEpoch,
        timeoutMs,
        state,
        partitions,
        startMs,
        updateMs,
        tags.clientVersion);
  }

  private static TransactionState state(byte code) {
    return TransactionState.of(code)
        .orElseThrow(() -> new MalformedRecord("no transaction rests in state " + code));
  }

  private static Set<TopicPart> partitions(RecordReader in, boolean flexible) {
    int topics = flexible ? in.varint() - 1 : in.int32();
    Set<TopicPart> partitions = new HashSet<>();
    for (int i = 0; i < topics; i++) {
      String topic = flexible ? in.compactString() : in.string();
      int count = flexible ? in.varint() - 1 : in.int32();
      for (int j = 0; j < count; j++) {
        partitions.add(new TopicPart(topic, in.int32()));
      }
      if (flexible) {
        Tags.read(in);
      }
    }
    return partitions;
  }

  private record Tags(long previousId, long nextId, short clientVersion, short lastEpoch) {
    private static final Tags ABSENT =
        new Tags(Transaction.NO_ID, Transaction.NO_ID, (short) 0, Transaction.NO_EPOCH);

    private static Tags read(RecordReader in) {
      Tags tags = ABSENT;
      int count = in.varint();
      for (int i = 0; i < count; i++) {
        int tag = in.varint();
        int size = in.varint();
        tags = tags.with(tag, size, in);
      }
      return tags;
    }

    private Tags with(int tag, int size, RecordReader in) {
      if (tag == PREVIOUS_ID_TAG && size == 8) {
        return new Tags(in.int64(), nextId, clientVersion, lastEpoch);
      }
      if (tag == NEXT_ID_TAG && size == 8) {
        return new Tags(previousId, in.int64(), clientVersion, lastEpoch);
      }
      if (tag == CLIENT_VERSION_TAG && size == 2) {
        return new Tags(previousId, nextId, in.int16(), lastEpoch);
      }
      if (tag == LAST_EPOCH_TAG && size == 2) {
        return new Tags(previousId, nextId, clientVersion, in.int16());
      }
      in.skip(size);
      return this;
    }
  }
}
