package io.dure.group.consumer;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** One change of a consumer group's durable state, as it stands in {@code __consumer_offsets}. */
public sealed interface ConsumerRecord {
  String groupId();

  /**
   * @param metadataHash stands for the topics that the members read, as they were at this epoch
   */
  record EpochStored(String groupId, int epoch, long metadataHash, long createdMs)
      implements ConsumerRecord {}

  record EpochForgotten(String groupId) implements ConsumerRecord {}

  record MemberStored(String groupId, String memberId, MemberTerms terms)
      implements ConsumerRecord {}

  record MemberForgotten(String groupId, String memberId) implements ConsumerRecord {}

  record TargetEpochStored(String groupId, int epoch, long dealtMs) implements ConsumerRecord {}

  record TargetEpochForgotten(String groupId) implements ConsumerRecord {}

  record TargetStored(String groupId, String memberId, PartitionSet partitions)
      implements ConsumerRecord {}

  record TargetForgotten(String groupId, String memberId) implements ConsumerRecord {}

  record HoldingStored(String groupId, String memberId, Holding holding)
      implements ConsumerRecord {}

  record HoldingForgotten(String groupId, String memberId) implements ConsumerRecord {}

  /**
   * Which topics a pattern matches.
   *
   * @param imageEnd the end of the metadata it was matched against
   */
  record RegexStored(
      String groupId, String regex, Set<String> topics, long imageEnd, long matchedMs)
      implements ConsumerRecord {
    public RegexStored {
      topics = Collections.unmodifiableSet(new TreeSet<>(topics));
    }
  }

  record RegexForgotten(String groupId, String regex) implements ConsumerRecord {}
}
