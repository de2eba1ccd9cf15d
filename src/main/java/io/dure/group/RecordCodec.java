package io.dure.group;

import io.dure.base.TopicId;
import io.dure.group.consumer.ConsumerCodec;
import io.dure.wire.Blob;
import io.dure.wire.MalformedRecord;
import io.dure.wire.RecordReader;
import io.dure.wire.RecordWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of {@code __consumer_offsets} in Apache Kafka's format: a key and a value that each start
 * with a two-byte version.
 *
 * <pre>
 *   offset key   1: group, topic, partition
 *   offset value 1: offset, metadata, committed at, expires at
 *                3: offset, leader epoch, metadata, committed at
 *                4: the same with compact texts and, as tagged field 0, the topic's id
 *   group key    2: group
 *   group value  3: type, generation, protocol, leader, settled at, members
 * </pre>
 *
 * Kinds 3 and above are {@link ConsumerCodec}'s. Written are offset values 1 (with an expiry), 3
 * and 4 (with a topic id) and group values 3; read are all of Kafka's versions. A value of nothing
 * (a tombstone) forgets.
 */
public final class RecordCodec {
  /** A text of so many characters fits into a record whatever characters they are. */
  static final int MAX_TEXT_CHARS = Short.MAX_VALUE / 3;

  private static final short OFFSET_KEY_OLD = 0;
  private static final short OFFSET_KEY = 1;
  private static final short GROUP_KEY = 2;
  private static final int COMPACT_FROM = 4;

  private RecordCodec() {}

  public static byte[] key(GroupRecord record) {
    return switch (record) {
      case GroupRecord.OffsetStored r -> offsetKey(r.groupId(), r.topic(), r.partition());
      case GroupRecord.OffsetPending r -> key(r.offset());
      case GroupRecord.OffsetForgotten r -> offsetKey(r.groupId(), r.topic(), r.partition());
      case GroupRecord.GroupStored r -> groupKey(r.groupId());
      case GroupRecord.GroupForgotten r -> groupKey(r.groupId());
      case GroupRecord.OfConsumer r -> ConsumerCodec.key(r.change());
    };
  }

  /** Empty: a tombstone. */
  public static Optional<byte[]> value(GroupRecord record) {
    return switch (record) {
      case GroupRecord.OffsetStored r -> Optional.of(offsetValue(r.offset()));
      case GroupRecord.OffsetPending r -> value(r.offset());
      case GroupRecord.GroupStored r -> Optional.of(groupValue(r));
      case GroupRecord.OfConsumer r -> ConsumerCodec.value(r.change());
      case GroupRecord.OffsetForgotten _, GroupRecord.GroupForgotten _ -> Optional.empty();
    };
  }

  /** Empty for a kind of record that groups of consumers do not have. */
  public static Optional<GroupRecord> decode(byte[] key, Optional<byte[]> value) {
    var in = new RecordReader(key);
    return switch (in.int16()) {
      case OFFSET_KEY_OLD, OFFSET_KEY ->
          Optional.of(offsetRecord(in.string(), in.string(), in.int32(), value));
      case GROUP_KEY -> Optional.of(groupRecord(in.string(), value));
      default -> ConsumerCodec.decode(key, value).map(GroupRecord.OfConsumer::new);
    };
  }

  /** The same for a record of a transactional batch of {@code producer}. */
  public static Optional<GroupRecord> decode(
      byte[] key, Optional<byte[]> value, ProducerRef producer) {
    return decode(key, value)
        .map(record ->
            record instanceof GroupRecord.OffsetStored stored
                ? new GroupRecord.OffsetPending(producer, stored)
                : record);
  }

  private static byte[] offsetKey(String groupId, String topic, int partition) {
    return new RecordWriter()
        .int16(OFFSET_KEY)
        .string(groupId)
        .string(topic)
        .int32(partition)
        .toArray();
  }

  private static byte[] groupKey(String groupId) {
    return new RecordWriter().int16(GROUP_KEY).string(groupId).toArray();
  }

  private static byte[] offsetValue(StoredOffset o) {
    if (o.expireMs() >= 0) {
      return new RecordWriter()
          .int16(1)
          .int64(o.offset())
          .string(o.metadata())
          .int64(o.commitMs())
          .int64(o.expireMs())
          .toArray();
    }
    if (o.topicId().equals(TopicId.ZERO)) {
      return new RecordWriter()
          .int16(3)
          .int64(o.offset())
          .int32(o.leaderEpoch())
          .string(o.metadata())
          .int64(o.commitMs())
          .toArray();
    }
    return new RecordWriter()
        .int16(4)
        .int64(o.offset())
        .int32(o.leaderEpoch())
        .compactString(o.metadata())
        .int64(o.commitMs())
        .varint(1)
        .varint(0)
        .varint(16)
        .uuid(o.topicId().value())
        .toArray();
  }

  private static GroupRecord offsetRecord(
      String groupId, String topic, int partition, Optional<byte[]> value) {
    if (value.isEmpty()) {
      return new GroupRecord.OffsetForgotten(groupId, topic, partition);
    }
    var in = new RecordReader(value.get());
    int version = known(in.int16());
    long offset = in.int64();
    int leaderEpoch = version >= 3 ? in.int32() : -1;
    String metadata = version >= COMPACT_FROM ? in.compactString() : in.string();
    long commitMs = in.int64();
    long expireMs = version == 1 ? in.int64() : -1;
    TopicId topicId = version >= COMPACT_FROM ? tag0(in) : TopicId.ZERO;
    return new GroupRecord.OffsetStored(
        groupId,
        topic,
        partition,
        new StoredOffset(offset, leaderEpoch, metadata, commitMs, expireMs, topicId));
  }

  private static byte[] groupValue(GroupRecord.GroupStored g) {
    RecordWriter out =
        new RecordWriter()
            .int16(3)
            .string(g.protocolType())
            .int32(g.generation())
            .nullableString(g.protocol())
            .nullableString(g.leader())
            .int64(g.settledMs())
            .int32(g.members().size());
    for (GroupRecord.StoredMember m : g.members()) {
      out.string(m.memberId())
          .nullableString(m.instanceId())
          .string(m.clientId())
          .string(m.clientHost())
          .int32(m.rebalanceTimeoutMs())
          .int32(m.sessionTimeoutMs())
          .bytes(m.subscription())
          .bytes(m.assignment());
    }
    return out.toArray();
  }

  private static GroupRecord groupRecord(String groupId, Optional<byte[]> value) {
    if (value.isEmpty()) {
      return new GroupRecord.GroupForgotten(groupId);
    }
    var in = new RecordReader(value.get());
    int version = known(in.int16());
    boolean compact = version >= COMPACT_FROM;
    String protocolType = compact ? in.compactString() : in.string();
    int generation = in.int32();
    Optional<String> protocol = compact ? in.compactNullableString() : in.nullableString();
    Optional<String> leader = compact ? in.compactNullableString() : in.nullableString();
    long settledMs = version >= 2 ? in.int64() : -1;
    int count = compact ? in.varint() - 1 : in.int32();
    List<GroupRecord.StoredMember> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(member(in, version));
    }
    return new GroupRecord.GroupStored(
        groupId, protocolType, generation, protocol, leader, settledMs, members);
  }

  private static GroupRecord.StoredMember member(RecordReader in, int version) {
    boolean compact = version >= COMPACT_FROM;
    String memberId = compact ? in.compactString() : in.string();
    Optional<String> instanceId =
        version < 3 ? Optional.empty() : compact ? in.compactNullableString() : in.nullableString();
    String clientId = compact ? in.compactString() : in.string();
    String clientHost = compact ? in.compactString() : in.string();
    int givenRebalanceMs = version >= 1 ? in.int32() : -1;
    int sessionMs = in.int32();
    int rebalanceMs = givenRebalanceMs >= 0 ? givenRebalanceMs : sessionMs;
    Blob subscription = compact ? in.compactBytes() : in.bytes();
    Blob assignment = compact ? in.compactBytes() : in.bytes();
    if (compact) {
      tag0(in);
    }
    return new GroupRecord.StoredMember(
        memberId,
        instanceId,
        clientId,
        clientHost,
        rebalanceMs,
        sessionMs,
        subscription,
        assignment);
  }

  /** Reads a section of tagged fields, of which we know one: the topic id, tag 0. */
  private static TopicId tag0(RecordReader in) {
    TopicId id = TopicId.ZERO;
    int count = in.varint();
    for (int i = 0; i < count; i++) {
      int tag = in.varint();
      int size = in.varint();
      if (tag == 0 && size == 16) {
        id = new TopicId(in.uuid());
      } else {
        in.skip(size);
      }
    }
    return id;
  }

  private static int known(short version) {
    if (version < 0 || version > 4) {
      throw new MalformedRecord("value version " + version + " is not within 0 to 4");
    }
    return version;
  }
}
