package io.dure.group;

import io.dure.base.TopicId;

/**
 * A committed offset.
 *
 * @param leaderEpoch of the last record read, or -1
 * @param commitMs wall time of the commit
 * @param expireMs wall time after which it may be forgotten, where the client asked for one
 *     (OffsetCommit up to v4); -1
 * @param topicId the incarnation of the topic that was read; {@link TopicId#ZERO} when not known
 */
public record StoredOffset(
    long offset, int leaderEpoch, String metadata, long commitMs, long expireMs, TopicId topicId) {

  /** Whether this was committed for that incarnation of the topic, as far as both sides know. */
  boolean fits(TopicId asked) {
    return topicId.equals(TopicId.ZERO) || asked.equals(TopicId.ZERO) || topicId.equals(asked);
  }
}
