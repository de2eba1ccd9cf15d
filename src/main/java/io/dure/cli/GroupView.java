package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Consumer groups as one moment's answers of the Admin client show them: who reads, and how far.
 */
record GroupView(String id, String state, String type, int members, List<Share> shares) {

  /**
   * One partition that the group reads or has read.
   *
   * @param committed the next offset to read; empty before the first commit
   * @param end the offset after the last record that a reader may see (exclusive); empty when the
   *     partition has no leader or its topic is gone
   */
  record Share(
      TopicPartition partition, OptionalLong committed, OptionalLong end, Optional<Reader> reader) {
    /** Records that are there and not yet read, as far as both sides are known. */
    OptionalLong lag() {
      return committed.isPresent() && end.isPresent()
          ? OptionalLong.of(Math.max(0, end.getAsLong() - committed.getAsLong()))
          : OptionalLong.empty();
    }
  }

  /** The member that a partition is given to. */
  record Reader(String memberId, String clientId, String host) {}

  /** The sum of what is known. */
  long lag() {
    return shares.stream()
        .map(Share::lag)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .sum();
  }

  static List<String> names(Admin admin) throws ExecutionException, InterruptedException {
    return admin.listConsumerGroups().all().get().stream()
        .map(group -> group.groupId())
        .sorted()
        .toList();
  }

  /** The groups named, in that order. */
  static List<GroupView> read(Admin admin, Collection<String> names)
      throws ExecutionException, InterruptedException {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<String, KafkaFuture<ConsumerGroupDescription>> described =
        admin.describeConsumerGroups(names).describedGroups();
    var specs = new HashMap<String, ListConsumerGroupOffsetsSpec>();
    names.forEach(name -> specs.put(name, new ListConsumerGroupOffsetsSpec()));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
        admin.listConsumerGroupOffsets(specs).all().get();
    var groups = new ArrayList<ConsumerGroupDescription>();
    Set<TopicPartition> all = new HashSet<>();
    for (String name : names) {
      ConsumerGroupDescription group = found(name, described);
      groups.add(group);
      all.addAll(committed.getOrDefault(name, Map.of()).keySet());
      group.members().forEach(m -> all.addAll(m.assignment().topicPartitions()));
    }
    Map<TopicPartition, Long> ends = ends(admin, all);
    return groups.stream()
        .map(group -> of(group, committed.getOrDefault(group.groupId(), Map.of()), ends))
        .toList();
  }

  private static ConsumerGroupDescription found(
      String name, Map<String, KafkaFuture<ConsumerGroupDescription>> described)
      throws ExecutionException, InterruptedException {
    try {
      return Objects.requireNonNull(described.get(name)).get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof GroupIdNotFoundException) {
        throw new Refusal("no such group: " + name + "; ./dure group list names them all");
      }
      throw failure;
    }
  }

  private static GroupView of(
      ConsumerGroupDescription group,
      Map<TopicPartition, OffsetAndMetadata> committed,
      Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Reader> readers = new HashMap<>();
    for (MemberDescription member : group.members()) {
      var reader = new Reader(member.consumerId(), member.clientId(), member.host());
      member.assignment().topicPartitions().forEach(p -> readers.put(p, reader));
    }
    Map<TopicPartition, Share> shares =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    Set<TopicPartition> known = new HashSet<>(readers.keySet());
    committed.forEach((partition, offset) -> {
      if (offset != null) {
        known.add(partition);
      }
    });
    for (TopicPartition partition : known) {
      OffsetAndMetadata offset = committed.get(partition);
      Long end = ends.get(partition);
      shares.put(
          partition,
          new Share(
              partition,
              offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset()),
              end == null ? OptionalLong.empty() : OptionalLong.of(end),
              Optional.ofNullable(readers.get(partition))));
    }
    return new GroupView(
        group.groupId(),
        group.groupState().toString(),
        group.type().toString(),
        group.members().size(),
        List.copyOf(shares.values()));
  }

  /** The end of each partition that has one to tell; a deleted topic has none. */
  static Map<TopicPartition, Long> ends(Admin admin, Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    Set<String> existing = admin.listTopics().names().get();
    Map<TopicPartition, OffsetSpec> wanted =
        partitions.stream()
            .filter(p -> existing.contains(p.topic()))
            .collect(Collectors.toMap(p -> p, _ -> OffsetSpec.latest()));
    var result = admin.listOffsets(wanted);
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (TopicPartition partition : wanted.keySet()) {
      try {
        ListOffsetsResultInfo info = result.partitionResult(partition).get();
        ends.put(partition, info.offset());
      } catch (ExecutionException leaderless) {
        // Left out: shown as not known, which is what it is.
      }
    }
    return ends;
  }

  Map<String, Object> asMap() {
    return object(
        "id",
        id,
        "state",
        state,
        "type",
        type,
        "members",
        members,
        "lag",
        lag(),
        "partitions",
        shares.stream().map(GroupView::shareMap).toList());
  }

  private static Map<String, Object> shareMap(Share share) {
    return object(
        "topic",
        share.partition().topic(),
        "partition",
        share.partition().partition(),
        "committed",
        boxed(share.committed()),
        "end",
        boxed(share.end()),
        "lag",
        boxed(share.lag()),
        "member",
        share.reader().map(Reader::memberId),
        "client",
        share.reader().map(Reader::clientId),
        "host",
        share.reader().map(Reader::host));
  }

  private static Optional<Long> boxed(OptionalLong value) {
    return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
  }
}
