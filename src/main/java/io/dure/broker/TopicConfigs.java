package io.dure.broker;

import io.dure.metadata.TopicSetting;
import io.dure.metadata.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;

/** The settings of topics, in the codes in which clients are told of them. */
final class TopicConfigs {
  static final byte FROM_TOPIC = 1;
  static final byte FROM_CONFIG_FILE = 4;
  static final byte DEFAULT = 5;

  /** Names of the brokers' defaults where they are not the topic's name with "log." before it. */
  private static final Map<String, String> BROKER_NAMES =
      Map.ofEntries(
          Map.entry("max.message.bytes", "message.max.bytes"),
          Map.entry("min.insync.replicas", "min.insync.replicas"),
          Map.entry("compression.type", "compression.type"),
          Map.entry("compression.gzip.level", "compression.gzip.level"),
          Map.entry("compression.lz4.level", "compression.lz4.level"),
          Map.entry("compression.zstd.level", "compression.zstd.level"),
          Map.entry("unclean.leader.election.enable", "unclean.leader.election.enable"),
          Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
          Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
          Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
          Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
          Map.entry("flush.messages", "log.flush.interval.messages"),
          Map.entry("flush.ms", "log.flush.interval.ms"),
          Map.entry("segment.ms", "log.roll.ms"),
          Map.entry("segment.jitter.ms", "log.roll.jitter.ms"),
          Map.entry("segment.index.bytes", "log.index.size.max.bytes"),
          Map.entry("file.delete.delay.ms", "log.segment.delete.delay.ms"));

  private TopicConfigs() {}

  static String brokerName(String name) {
    return BROKER_NAMES.getOrDefault(name, "log." + name);
  }

  /** What a new topic has, as the answer to its creation tells. */
  static List<CreatableTopicConfigs> echo(Map<String, String> own) {
    var inForce = TopicSettings.of(own);
    List<CreatableTopicConfigs> echo = new ArrayList<>();
    for (TopicSetting setting : TopicSettings.all()) {
      echo.add(
          new CreatableTopicConfigs()
              .setName(setting.name())
              .setValue(inForce.text(setting.name()))
              .setConfigSource(inForce.isOwn(setting.name()) ? FROM_TOPIC : DEFAULT));
    }
    return echo;
  }

  /** Kafka's code for the type of a setting. */
  static byte type(TopicSetting.Kind kind) {
    return switch (kind) {
      case TopicSetting.Kind.Flag _ -> 1;
      case TopicSetting.Kind.OneOf _ -> 2;
      case TopicSetting.Kind.Whole whole -> (byte) (whole.wide() ? 5 : 3);
      case TopicSetting.Kind.Fraction _ -> 6;
      case TopicSetting.Kind.ListOf _ -> 7;
    };
  }
}
