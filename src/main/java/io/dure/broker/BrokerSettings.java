package io.dure.broker;

import io.dure.base.Check;

/**
 * What the handlers need to know of the configuration.
 *
 * @param autoCreateTopics whether a Metadata request may create a topic (auto.create.topics.enable)
 * @param maxMessageBytes the default of a topic's max.message.bytes: the largest batch a producer
 *     may send
 * @param fetchMaxBytes the most that one fetch response may hold (fetch.max.bytes)
 * @param fetchSessionsPerLoop how many incremental fetch sessions are kept on each event loop
 * @param offsetsPartitions how many partitions __consumer_offsets is made with
 *     (offsets.topic.num.partitions)
 */
public record BrokerSettings(
    boolean autoCreateTopics,
    int maxMessageBytes,
    int fetchMaxBytes,
    int fetchSessionsPerLoop,
    int offsetsPartitions) {
  /**
   * Kafka's defaults, but 16 partitions of offsets where Kafka makes 50: enough to spread over,
   * cheaper to start.
   */
  public static final BrokerSettings DEFAULT =
      new BrokerSettings(true, 1_048_588, 55 << 20, 1_000, 16);

  public BrokerSettings {
    Check.that(maxMessageBytes >= 0, "max.message.bytes is negative");
    Check.that(fetchMaxBytes >= 1_024, "fetch.max.bytes is below 1024");
    Check.that(offsetsPartitions >= 1, "offsets.topic.num.partitions is below 1");
    Check.that(fetchSessionsPerLoop >= 0, "the number of fetch sessions is negative");
  }
}
