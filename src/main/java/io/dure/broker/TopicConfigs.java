package io.dure.broker;

import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;

/** The settings of topics, in the codes in which clients are told of them. */
final class TopicConfigs {
  private TopicConfigs() {}

  /** What a new topic has, as the answer to its creation tells. */
  static List<CreatableTopicConfigs> echo(TopicSettings inForce) {
    List<CreatableTopicConfigs> echo = new ArrayList<>();
    for (ConfigKey setting : TopicSettings.all()) {
      echo.add(
          new CreatableTopicConfigs()
              .setName(setting.name())
              .setValue(inForce.text(setting.name()))
              .setConfigSource(inForce.layers(setting.name()).getFirst().source().code()));
    }
    return echo;
  }

  /** Kafka's code for the type of a setting. */
  static byte type(ConfigKey.Kind kind) {
    return switch (kind) {
      case ConfigKey.Kind.Flag _ -> 1;
      case ConfigKey.Kind.OneOf _ -> 2;
      case ConfigKey.Kind.Whole whole -> (byte) (whole.wide() ? 5 : 3);
      case ConfigKey.Kind.Fraction _ -> 6;
      case ConfigKey.Kind.ListOf _ -> 7;
    };
  }
}
