package io.dure.base;

import java.util.UUID;

/**
 * The identity of one incarnation of a topic: a topic deleted and made again has another id
 * (KIP-516).
 */
public record TopicId(UUID value) {
  /** Stands for "no id" on the wire. */
  public static final TopicId ZERO = new TopicId(new UUID(0, 0));

  /** The metadata log's topic, with the id that Kafka reserves for it. */
  public static final TopicId METADATA = new TopicId(new UUID(0, 1));
}
