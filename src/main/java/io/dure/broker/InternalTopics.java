package io.dure.broker;

import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;

/** The cluster's own topics, as they are made on first use. */
public final class InternalTopics {
  public static final String OFFSETS = "__consumer_offsets";
  public static final String TRANSACTIONS = "__transaction_state";

  /** Kafka's: compacted, in small segments, each batch as it came. */
  private static final Map<String, String> CONFIGS =
      Map.of(
          "cleanup.policy", "compact",
          "compression.type", "producer",
          "segment.bytes", Integer.toString(100 << 20));

  private InternalTopics() {}

  static CreatableTopic creatable(String name, BrokerSettings settings) {
    var topic =
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(
                name.equals(TRANSACTIONS)
                    ? settings.transactionPartitions()
                    : settings.offsetsPartitions())
            .setReplicationFactor((short) -1);
    CONFIGS.forEach((key, value) ->
        topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
    return topic;
  }
}
