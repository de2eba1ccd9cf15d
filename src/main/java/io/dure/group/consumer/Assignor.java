package io.dure.group.consumer;

import io.dure.base.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Deals the partitions of the topics that a group reads out to its members. */
interface Assignor {
  /** Every partition of every topic that somebody reads is given to exactly one of its readers. */
  Map<String, PartitionSet> assign(List<Reader> readers, Map<TopicId, Topic> topics);

  /**
   * A member.
   *
   * @param topics what it reads; readers of the same topics share one set
   * @param before its last target
   */
  record Reader(
      String memberId,
      Optional<String> instanceId,
      Optional<String> rack,
      Set<TopicId> topics,
      PartitionSet before) {}

  /** A topic; {@code racks} has those of each partition, by index. */
  record Topic(TopicId id, String name, List<Set<String>> racks) {
    int partitions() {
      return racks.size();
    }
  }

  /** By its name on the wire; empty when there is none of that name. */
  static Optional<Assignor> named(String name) {
    return switch (name) {
      case "uniform" -> Optional.of(new UniformAssignor());
      case "range" -> Optional.of(new RangeAssignor());
      default -> Optional.empty();
    };
  }
}
