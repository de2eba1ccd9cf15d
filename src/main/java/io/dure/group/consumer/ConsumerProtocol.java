package io.dure.group.consumer;

import io.dure.base.TopicId;
import io.dure.metadata.TopicImage;
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
 * What consumers of the older protocol tell each other through the coordinator: here the
 * coordinator reads along and answers in the leader's stead.
 *
 * <pre>
 *   subscription: version, topics, user data; from 1 owned partitions; from 2 generation; from 3 rack
 *   assignment:   version, partitions, user data
 * </pre>
 */
public final class ConsumerProtocol {
  public static final String TYPE = "consumer";

  private static final int NEWEST = 3;

  private ConsumerProtocol() {}

  /** What one member reads, and what it owned when it joined. */
  public record Subscription(
      int version, Set<String> topics, List<Owned> owned, Optional<String> rack) {
    /** The partitions of topics that still exist. */
    public PartitionSet ownedIn(Topics topics) {
      return known(owned, topics);
    }
  }

  /** Partitions of one topic by name. */
  public record Owned(String topic, List<Integer> partitions) {}

  /** Empty when these bytes are something else. */
  public static Optional<Subscription> subscription(Blob metadata) {
    try {
      var in = new RecordReader(metadata.raw());
      int version = in.int16();
      int count = in.int32();
      var topics = new TreeSet<String>();
      for (int i = 0; i < count; i++) {
        topics.add(in.string());
      }
      skipBytes(in);
      List<Owned> owned = version >= 1 ? partitions(in) : List.of();
      if (version >= 2) {
        in.int32();
      }
      Optional<String> rack = version >= 3 ? in.nullableString() : Optional.empty();
      return version < 0
          ? Optional.empty()
          : Optional.of(new Subscription(version, topics, owned, rack));
    } catch (MalformedRecord _) {
      return Optional.empty();
    }
  }

  /** Empty when these bytes are something else; of no bytes, nothing. */
  public static Optional<PartitionSet> assignment(Blob assignment, Topics topics) {
    if (assignment.sizeBytes() == 0) {
      return Optional.of(PartitionSet.NONE);
    }
    try {
      var in = new RecordReader(assignment.raw());
      in.int16();
      return Optional.of(known(partitions(in), topics));
    } catch (MalformedRecord _) {
      return Optional.empty();
    }
  }

  private static List<Owned> partitions(RecordReader in) {
    int count = in.int32();
    var all = new ArrayList<Owned>();
    for (int i = 0; i < count; i++) {
      String topic = in.string();
      int size = in.int32();
      var partitions = new ArrayList<Integer>();
      for (int p = 0; p < size; p++) {
        partitions.add(in.int32());
      }
      all.add(new Owned(topic, partitions));
    }
    return all;
  }

  private static void skipBytes(RecordReader in) {
    int size = in.int32();
    if (size > 0) {
      in.skip(size);
    }
  }

  private static PartitionSet known(List<Owned> owned, Topics topics) {
    var draft = new PartitionSet.Draft();
    for (Owned topic : owned) {
      Optional<TopicImage> image = topics.named(topic.topic());
      for (int partition : topic.partitions()) {
        if (image.isPresent() && partition >= 0 && partition < image.get().partitions().size()) {
          draft.add(image.get().id(), partition);
        }
      }
    }
    return draft.done();
  }

  /** As the members of this version of the subscription read it; deleted topics are left out. */
  public static Blob assignment(int version, PartitionSet assigned, Topics topics) {
    List<TopicId> known =
        assigned.topics().stream().filter(id -> topics.nameOf(id).isPresent()).toList();
    var out = new RecordWriter().int16(Math.min(version, NEWEST)).int32(known.size());
    for (TopicId id : known) {
      List<Integer> partitions = assigned.partitionsOf(id);
      out.string(topics.nameOf(id).orElseThrow()).int32(partitions.size());
      partitions.forEach(out::int32);
    }
    return Blob.of(out.int32(-1).toArray());
  }
}
