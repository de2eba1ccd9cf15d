package io.dure.group;

import io.dure.group.consumer.ConsumerSettings;

/**
 * The rules and bounds of groups.
 *
 * @param minSessionMs smallest session timeout a member may ask for (inclusive)
 * @param maxSessionMs largest session timeout a member may ask for (inclusive)
 * @param initialDelayMs how long an empty group waits for further members after the first. Kafka
 *     waits 3 s, which every start of a single consumer pays. Ours is shorter because the wait is
 *     prolonged, step by step up to the rebalance timeout, for as long as members keep arriving: a
 *     fleet that starts together is still one rebalance
 * @param newMemberJoinMs how long the parked join of a brand-new member is kept
 * @param maxMembers members of one group
 * @param maxGroups groups of one shard
 * @param maxSubscriptionBytes what one member may send along with a join, all its protocols
 *     together
 * @param maxGroupRecordBytes what a settled group may take as a record
 * @param maxOffsetMetadataChars the text stored beside an offset
 * @param offsetRetentionMs how long offsets outlive their group's use
 * @param expiryCheckMs how often offsets past their time are looked for
 * @param consumer what groups of the new protocol go by, where they have no settings of their own
 */
public record GroupSettings(
    int minSessionMs,
    int maxSessionMs,
    int initialDelayMs,
    int newMemberJoinMs,
    int maxMembers,
    int maxGroups,
    int maxSubscriptionBytes,
    int maxGroupRecordBytes,
    int maxOffsetMetadataChars,
    long offsetRetentionMs,
    long expiryCheckMs,
    ConsumerSettings consumer) {

  public static final GroupSettings DEFAULTS =
      new GroupSettings(
          6_000,
          1_800_000,
          300,
          300_000,
          1_000,
          100_000,
          512 * 1024,
          4 * 1024 * 1024,
          4_096,
          7L * 24 * 3_600_000,
          600_000,
          ConsumerSettings.DEFAULTS);

  public GroupSettings withInitialDelayMs(int delayMs) {
    return new GroupSettings(
        minSessionMs,
        maxSessionMs,
        delayMs,
        newMemberJoinMs,
        maxMembers,
        maxGroups,
        maxSubscriptionBytes,
        maxGroupRecordBytes,
        maxOffsetMetadataChars,
        offsetRetentionMs,
        expiryCheckMs,
        consumer);
  }

  public GroupSettings withMaxMembers(int members) {
    return new GroupSettings(
        minSessionMs,
        maxSessionMs,
        initialDelayMs,
        newMemberJoinMs,
        members,
        maxGroups,
        maxSubscriptionBytes,
        maxGroupRecordBytes,
        maxOffsetMetadataChars,
        offsetRetentionMs,
        expiryCheckMs,
        consumer);
  }

  public GroupSettings withConsumer(ConsumerSettings settings) {
    return new GroupSettings(
        minSessionMs,
        maxSessionMs,
        initialDelayMs,
        newMemberJoinMs,
        maxMembers,
        maxGroups,
        maxSubscriptionBytes,
        maxGroupRecordBytes,
        maxOffsetMetadataChars,
        offsetRetentionMs,
        expiryCheckMs,
        settings);
  }
}
