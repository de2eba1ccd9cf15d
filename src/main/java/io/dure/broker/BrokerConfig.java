package io.dure.broker;

/**
 * One setting of this node, as DescribeConfigs tells it.
 *
 * @param isDefault whether nobody set it
 * @param type Kafka's code: 1 boolean, 2 text, 3 int, 5 long, 6 double, 7 list
 */
public record BrokerConfig(
    String name, String value, boolean isDefault, byte type, String documentation) {}
