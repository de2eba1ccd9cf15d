package io.dure.group.consumer;

import io.dure.base.TopicId;
import io.dure.wire.Blob;
import io.dure.wire.MalformedRecord;
import io.dure.wire.RecordReader;
import io.dure.wire.RecordWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Records of consumer groups in Apache Kafka's format: a key that starts with its kind, and a value
 * of version 0 with compact texts and tagged fields, or none (a tombstone).
 *
 * <pre>
 *   3 group            epoch; tag 0 hash of its topics; tag 1 when it was made
 *   5 member           what it told; tag 0 its terms of the older protocol
 *   6 group            epoch of the target; tag 0 when it was dealt
 *   7 member           its target
 *   8 member           epoch, previous epoch, stage, assigned, revoking
 *  16 regular expression   topics, version of the metadata, when it was matched
 * </pre>
 *
 * Kind 4 (Kafka before 4.1) is passed over.
 */
public final class ConsumerCodec {
  private static final int EPOCH = 3;
  private static final int MEMBER = 5;
  private static final int TARGET_EPOCH = 6;
  private static final int TARGET = 7;
  private static final int HOLDING = 8;
  private static final int REGEX = 16;

  private ConsumerCodec() {}

  public static byte[] key(ConsumerRecord record) {
    return switch (record) {
      case ConsumerRecord.EpochStored r -> key(EPOCH, r.groupId()).toArray();
      case ConsumerRecord.EpochForgotten r -> key(EPOCH, r.groupId()).toArray();
      case ConsumerRecord.MemberStored r -> key(MEMBER, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.MemberForgotten r ->
          key(MEMBER, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.TargetEpochStored r -> key(TARGET_EPOCH, r.groupId()).toArray();
      case ConsumerRecord.TargetEpochForgotten r -> key(TARGET_EPOCH, r.groupId()).toArray();
      case ConsumerRecord.TargetStored r -> key(TARGET, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.TargetForgotten r ->
          key(TARGET, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.HoldingStored r ->
          key(HOLDING, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.HoldingForgotten r ->
          key(HOLDING, r.groupId()).string(r.memberId()).toArray();
      case ConsumerRecord.RegexStored r -> key(REGEX, r.groupId()).string(r.regex()).toArray();
      case ConsumerRecord.RegexForgotten r -> key(REGEX, r.groupId()).string(r.regex()).toArray();
    };
  }

  private static RecordWriter key(int kind, String groupId) {
    return new RecordWriter().int16(kind).string(groupId);
  }

  /** Empty: a tombstone. */
  public static Optional<byte[]> value(ConsumerRecord record) {
    return switch (record) {
      case ConsumerRecord.EpochStored r -> Optional.of(epochValue(r));
      case ConsumerRecord.MemberStored r -> Optional.of(memberValue(r.terms()));
      case ConsumerRecord.TargetEpochStored r ->
          Optional.of(
              new RecordWriter()
                  .int16(0)
                  .int32(r.epoch())
                  .varint(1)
                  .varint(0)
                  .varint(Long.BYTES)
                  .int64(r.dealtMs())
                  .toArray());
      case ConsumerRecord.TargetStored r -> {
        var out = new RecordWriter().int16(0);
        write(out, r.partitions());
        yield Optional.of(out.varint(0).toArray());
      }
      case ConsumerRecord.HoldingStored r -> {
        Holding h = r.holding();
        var out =
            new RecordWriter()
                .int16(0)
                .int32(h.epoch())
                .int32(h.previousEpoch())
                .int8(h.stage().code());
        write(out, h.assigned(), h.tenures());
        write(out, h.revoking(), h.tenures());
        yield Optional.of(out.varint(0).toArray());
      }
      case ConsumerRecord.RegexStored r -> {
        var out = new RecordWriter().int16(0);
        write(out, r.topics());
        yield Optional.of(out.int64(r.imageEnd()).int64(r.matchedMs()).varint(0).toArray());
      }
      case ConsumerRecord.EpochForgotten _,
          ConsumerRecord.MemberForgotten _,
          ConsumerRecord.TargetEpochForgotten _,
          ConsumerRecord.TargetForgotten _,
          ConsumerRecord.HoldingForgotten _,
          ConsumerRecord.RegexForgotten _ ->
          Optional.empty();
    };
  }

  private static byte[] epochValue(ConsumerRecord.EpochStored r) {
    return new RecordWriter()
        .int16(0)
        .int32(r.epoch())
        .varint(2)
        .varint(0)
        .varint(Long.BYTES)
        .int64(r.metadataHash())
        .varint(1)
        .varint(Long.BYTES)
        .int64(r.createdMs())
        .toArray();
  }

  private static byte[] memberValue(MemberTerms t) {
    var out =
        new RecordWriter()
            .int16(0)
            .compactNullableString(t.instanceId())
            .compactNullableString(t.rackId())
            .compactString(t.clientId())
            .compactString(t.clientHost());
    write(out, t.topics());
    out.compactNullableString(t.regex())
        .int32(t.rebalanceTimeoutMs())
        .compactNullableString(t.assignor());
    if (t.classic().isEmpty()) {
      return out.varint(0).toArray();
    }
    byte[] classic = classicTerms(t.classic().get());
    return out.varint(1).varint(0).varint(classic.length).raw(classic).toArray();
  }

  /** A nullable structure in a tagged field starts with 1 where it is there. */
  private static byte[] classicTerms(ClassicTerms classic) {
    var out =
        new RecordWriter()
            .varint(1)
            .int32(classic.sessionTimeoutMs())
            .varint(classic.protocols().size() + 1);
    for (ClassicTerms.Supported p : classic.protocols()) {
      out.compactString(p.name()).compactBytes(p.metadata()).varint(0);
    }
    return out.varint(0).toArray();
  }

  private static void write(RecordWriter out, Set<String> texts) {
    out.varint(texts.size() + 1);
    texts.forEach(out::compactString);
  }

  private static void write(RecordWriter out, PartitionSet partitions) {
    out.varint(partitions.topics().size() + 1);
    for (TopicId topic : partitions.topics()) {
      List<Integer> its = partitions.partitionsOf(topic);
      out.uuid(topic.value()).varint(its.size() + 1);
      its.forEach(out::int32);
      out.varint(0);
    }
  }

  /** In a tagged field, since a reader of before KIP-1251 passes it over. */
  private static void write(RecordWriter out, PartitionSet partitions, Tenures tenures) {
    out.varint(partitions.topics().size() + 1);
    for (TopicId topic : partitions.topics()) {
      List<Integer> its = partitions.partitionsOf(topic);
      out.uuid(topic.value()).varint(its.size() + 1);
      its.forEach(out::int32);
      var epochs = new RecordWriter().varint(its.size() + 1);
      its.forEach(partition -> epochs.int32(tenures.of(topic, partition).orElseThrow()));
      byte[] bytes = epochs.toArray();
      out.varint(1).varint(0).varint(bytes.length).raw(bytes);
    }
  }

  // ---- reading

  /** Empty for a kind of record that consumer groups do not have. */
  public static Optional<ConsumerRecord> decode(byte[] key, Optional<byte[]> value) {
    var in = new RecordReader(key);
    int kind = in.int16();
    return switch (kind) {
      case EPOCH, MEMBER, TARGET_EPOCH, TARGET, HOLDING, REGEX ->
          Optional.of(
              value.isPresent() ? stored(kind, in, opened(value.get())) : forgotten(kind, in));
      default -> Optional.empty();
    };
  }

  private static RecordReader opened(byte[] value) {
    var in = new RecordReader(value);
    int version = in.int16();
    if (version != 0) {
      throw new MalformedRecord("value version " + version + " is not 0");
    }
    return in;
  }

  private static ConsumerRecord forgotten(int kind, RecordReader key) {
    String group = key.string();
    return switch (kind) {
      case EPOCH -> new ConsumerRecord.EpochForgotten(group);
      case MEMBER -> new ConsumerRecord.MemberForgotten(group, key.string());
      case TARGET_EPOCH -> new ConsumerRecord.TargetEpochForgotten(group);
      case TARGET -> new ConsumerRecord.TargetForgotten(group, key.string());
      case HOLDING -> new ConsumerRecord.HoldingForgotten(group, key.string());
      default -> new ConsumerRecord.RegexForgotten(group, key.string());
    };
  }

  private static ConsumerRecord stored(int kind, RecordReader key, RecordReader in) {
    String group = key.string();
    return switch (kind) {
      case EPOCH -> epochStored(group, in);
      case MEMBER -> new ConsumerRecord.MemberStored(group, key.string(), terms(in));
      case TARGET_EPOCH -> targetEpochStored(group, in);
      case TARGET -> new ConsumerRecord.TargetStored(group, key.string(), partitions(in));
      case HOLDING -> new ConsumerRecord.HoldingStored(group, key.string(), holding(in));
      default ->
          new ConsumerRecord.RegexStored(group, key.string(), texts(in), in.int64(), in.int64());
    };
  }

  private static ConsumerRecord epochStored(String group, RecordReader in) {
    int epoch = in.int32();
    long hash = 0;
    long createdMs = -1;
    for (int tags = in.varint(); tags > 0; tags--) {
      int tag = in.varint();
      int size = in.varint();
      if (tag == 0 && size == Long.BYTES) {
        hash = in.int64();
      } else if (tag == 1 && size == Long.BYTES) {
        createdMs = in.int64();
      } else {
        in.skip(size);
      }
    }
    return new ConsumerRecord.EpochStored(group, epoch, hash, createdMs);
  }

  private static ConsumerRecord targetEpochStored(String group, RecordReader in) {
    int epoch = in.int32();
    long dealtMs = 0;
    for (int tags = in.varint(); tags > 0; tags--) {
      int tag = in.varint();
      int size = in.varint();
      if (tag == 0 && size == Long.BYTES) {
        dealtMs = in.int64();
      } else {
        in.skip(size);
      }
    }
    return new ConsumerRecord.TargetEpochStored(group, epoch, dealtMs);
  }

  private static MemberTerms terms(RecordReader in) {
    Optional<String> instanceId = in.compactNullableString();
    Optional<String> rackId = in.compactNullableString();
    String clientId = in.compactString();
    String clientHost = in.compactString();
    Set<String> topics = texts(in);
    Optional<String> regex = in.compactNullableString();
    int rebalanceTimeoutMs = in.int32();
    Optional<String> assignor = in.compactNullableString();
    Optional<ClassicTerms> classic = Optional.empty();
    for (int tags = in.varint(); tags > 0; tags--) {
      int tag = in.varint();
      int size = in.varint();
      if (tag == 0) {
        classic = classicTerms(in);
      } else {
        in.skip(size);
      }
    }
    return new MemberTerms(
        instanceId,
        rackId,
        clientId,
        clientHost,
        rebalanceTimeoutMs,
        topics,
        regex.filter(r -> !r.isEmpty()),
        assignor,
        classic);
  }

  private static Optional<ClassicTerms> classicTerms(RecordReader in) {
    if (in.int8() < 0) {
      return Optional.empty();
    }
    int sessionMs = in.int32();
    var protocols = new ArrayList<ClassicTerms.Supported>();
    for (int left = in.varint() - 1; left > 0; left--) {
      String name = in.compactString();
      Blob metadata = in.compactBytes();
      skipTags(in);
      protocols.add(new ClassicTerms.Supported(name, metadata));
    }
    skipTags(in);
    return Optional.of(new ClassicTerms(sessionMs, protocols));
  }

  private static Set<String> texts(RecordReader in) {
    var texts = new TreeSet<String>();
    for (int left = in.varint() - 1; left > 0; left--) {
      texts.add(in.compactString());
    }
    return texts;
  }

  private static Holding holding(RecordReader in) {
    int epoch = in.int32();
    int previousEpoch = in.int32();
    Holding.Stage stage = Holding.Stage.of(in.int8());
    var known = new Tenures.Draft();
    PartitionSet assigned = partitions(in, known);
    PartitionSet revoking = partitions(in, known);
    // Whoever wrote it without tenures knew commits of the member's very epoch only.
    Tenures tenures = known.done().over(assigned.plus(revoking), epoch);
    return new Holding(epoch, previousEpoch, stage, assigned, revoking, tenures);
  }

  private static PartitionSet partitions(RecordReader in) {
    return partitions(in, new Tenures.Draft());
  }

  private static PartitionSet partitions(RecordReader in, Tenures.Draft tenures) {
    var draft = new PartitionSet.Draft();
    for (int left = in.varint() - 1; left > 0; left--) {
      var topic = new TopicId(in.uuid());
      var its = new ArrayList<Integer>();
      for (int more = in.varint() - 1; more > 0; more--) {
        its.add(in.int32());
      }
      its.forEach(partition -> draft.add(topic, partition));
      for (int tags = in.varint(); tags > 0; tags--) {
        int tag = in.varint();
        int size = in.varint();
        if (tag == 0) {
          epochs(in, topic, its, tenures);
        } else {
          in.skip(size);
        }
      }
    }
    return draft.done();
  }

  /** One for each partition, in the same order. */
  private static void epochs(
      RecordReader in, TopicId topic, List<Integer> partitions, Tenures.Draft tenures) {
    int count = in.varint() - 1;
    if (count != partitions.size()) {
      throw new MalformedRecord(count + " epochs of " + partitions.size() + " partitions");
    }
    partitions.forEach(partition -> tenures.add(topic, partition, in.int32()));
  }

  private static void skipTags(RecordReader in) {
    for (int tags = in.varint(); tags > 0; tags--) {
      in.varint();
      in.skip(in.varint());
    }
  }
}
