package io.dure.group;

import io.dure.base.TopicId;

/**
 * The partition an offset belongs to; the id is {@link TopicId#ZERO} where the caller does not know
 * it.
 */
public record OffsetKey(String topic, TopicId topicId, int partition) {}
