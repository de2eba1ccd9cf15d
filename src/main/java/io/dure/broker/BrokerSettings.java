package io.dure.broker;

import io.dure.base.Check;
import java.util.Map;

/**
 * What the handlers need to know of the configuration.
 *
 * @param autoCreateTopics whether a Metadata request may create a topic (auto.create.topics.enable)
 * @param deleteTopics whether a topic may be deleted by way of this node (delete.topic.enable)
 * @param started defaults of topics' settings that this node was started with, by the broker's key
 * @param fetchMaxBytes the most that one fetch response may hold (fetch.max.bytes)
 * @param fetchSessionsPerLoop how many incremental fetch sessions are kept on each event loop
 * @param offsetsPartitions how many partitions __consumer_offsets is made with
 *     (offsets.topic.num.partitions)
 * @param transactionPartitions how many partitions __transaction_state is made with
 *     (transaction.state.log.num.partitions)
 */
public record BrokerSettings(
    boolean autoCreateTopics,
    boolean deleteTopics,
    Map<String, String> started,
    int fetchMaxBytes,
    int fetchSessionsPerLoop,
    int offsetsPartitions,
    int transactionPartitions) {
  /**
   * Kafka's defaults, but 16 partitions of internal topics where Kafka makes 50: enough to spread
   * over, cheaper to start.
   */
  public static final BrokerSettings DEFAULT =
      new BrokerSettings(true, true, Map.of(), 55 << 20, 1_000, 16, 16);

  public BrokerSettings {
    started = Map.copyOf(started);
    Check.that(fetchMaxBytes >= 1_024, "fetch.max.bytes is below 1024");
    Check.that(offsetsPartitions >= 1, "offsets.topic.num.partitions is below 1");
    Check.that(transactionPartitions >= 1, "transaction.state.log.num.partitions is below 1");
    Check.that(fetchSessionsPerLoop >= 0, "the number of fetch sessions is negative");
  }
}
