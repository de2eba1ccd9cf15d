package io.dure.metadata;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings of brokers that may change while they run, with Kafka's names: the defaults of topics'
 * settings, and a few that are the brokers' own. Also tells which broker's setting is the default
 * of which topic's.
 */
public final class BrokerKeys {
  public static final String LEADER_THROTTLE = "leader.replication.throttled.rate";
  public static final String FOLLOWER_THROTTLE = "follower.replication.throttled.rate";

  /** Not Kafka's: how fast each node copies what there is to a new replica on another one. */
  public static final String COPY_RATE = "replica.copy.bytes.per.second";

  public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";

  /** Brokers, by number, that lead nothing and are given nothing; they keep their copies. */
  public static final String DRAINED = "brokers.drained";

  /** Brokers, by number, that are to become empty. */
  public static final String DECOMMISSIONED = "brokers.decommissioned";

  /** The cluster's: whether copies and leaders are moved without being asked for. */
  public static final String BALANCE = "balance.enable";

  public static final String BALANCE_GRACE_MS = "balance.grace.ms";
  public static final String BALANCE_MOVES = "balance.moves.per.broker";
  public static final String BALANCE_PLACED = "balance.placed.by.hand";

  /** Settings that only make sense for all brokers together. */
  private static final List<String> OF_ALL =
      List.of(DRAINED, DECOMMISSIONED, BALANCE, BALANCE_GRACE_MS, BALANCE_MOVES, BALANCE_PLACED);

  private static final long DEFAULT_COPY_RATE = 50L << 20;

  /** Settings of topics whose default has no broker's name: they are the topics' alone. */
  private static final List<String> TOPICS_ALONE =
      List.of(
          "errors.deadletterqueue.group.enable",
          "follower.replication.throttled.replicas",
          "leader.replication.throttled.replicas",
          "max.decompressed.message.bytes",
          "remote.log.copy.disable",
          "remote.log.delete.on.disable",
          "remote.copy.lag.bytes",
          "remote.copy.lag.ms",
          "remote.storage.enable");

  /** Broker's names that are not the topic's with "log." before it. */
  private static final Map<String, String> UNLIKE =
      Map.ofEntries(
          Map.entry("max.message.bytes", "message.max.bytes"),
          Map.entry("min.insync.replicas", MIN_INSYNC_REPLICAS),
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

  private static final Map<String, String> BY_TOPIC_NAME = new HashMap<>();
  private static final Map<String, ConfigKey> TOPIC_DEFAULTS = topicDefaults();
  private static final Map<String, ConfigKey> TABLE = table();

  private BrokerKeys() {}

  private static Map<String, ConfigKey> topicDefaults() {
    Map<String, ConfigKey> table = new TreeMap<>();
    for (ConfigKey topic : TopicSettings.all()) {
      if (!TOPICS_ALONE.contains(topic.name())) {
        String key = UNLIKE.getOrDefault(topic.name(), "log." + topic.name());
        BY_TOPIC_NAME.put(topic.name(), key);
        table.put(
            key,
            new ConfigKey(
                key,
                topic.kind(),
                topic.defaultValue(),
                "Topics' default of " + topic.name() + ". " + topic.documentation()));
      }
    }
    return Collections.unmodifiableMap(table);
  }

  private static Map<String, ConfigKey> table() {
    Map<String, ConfigKey> table = new TreeMap<>(TOPIC_DEFAULTS);
    add(
        table,
        LEADER_THROTTLE,
        true,
        0,
        Long.MAX_VALUE,
        Long.toString(Long.MAX_VALUE),
        "Bytes per second that a leader sends to new replicas of partitions that name it as throttled.");
    add(
        table,
        FOLLOWER_THROTTLE,
        true,
        0,
        Long.MAX_VALUE,
        Long.toString(Long.MAX_VALUE),
        "Bytes per second that each leader sends to new replicas that are named as throttled.");
    add(
        table,
        COPY_RATE,
        true,
        0,
        Long.MAX_VALUE,
        Long.toString(DEFAULT_COPY_RATE),
        "Bytes per second that a broker sends to another one's new replicas; 0 stops them.");
    add(
        table,
        DRAINED,
        new ConfigKey.Kind.ListOf(List.of()),
        "",
        "Numbers of brokers that lead nothing and are given nothing, while they keep their copies.");
    add(
        table,
        DECOMMISSIONED,
        new ConfigKey.Kind.ListOf(List.of()),
        "",
        "Numbers of brokers whose copies move to others; once empty and stopped they are forgotten, unless they vote for the controller.");
    add(
        table,
        BALANCE,
        new ConfigKey.Kind.Flag(),
        "true",
        "Whether copies and leaders are moved without being asked for: onto new brokers, off those that leave or died.");
    add(
        table,
        BALANCE_GRACE_MS,
        true,
        1_000,
        Long.MAX_VALUE,
        "600000",
        "How long a broker may be dead before its copies are made anew on others.");
    add(
        table,
        BALANCE_MOVES,
        false,
        1,
        1_000,
        "4",
        "Copies that the balancer has made on one broker, or by one, at a time.");
    add(
        table,
        BALANCE_PLACED,
        new ConfigKey.Kind.Flag(),
        "false",
        "Whether partitions that somebody placed by hand are moved for evenness, too.");
    return Collections.unmodifiableMap(table);
  }

  /** Whether the setting only makes sense for all brokers together. */
  public static boolean isOfAllOnly(String key) {
    return OF_ALL.contains(key);
  }

  private static void add(
      Map<String, ConfigKey> table,
      String key,
      ConfigKey.Kind kind,
      String value,
      String documentation) {
    table.put(key, new ConfigKey(key, kind, value, documentation));
  }

  private static void add(
      Map<String, ConfigKey> table,
      String key,
      boolean wide,
      long min,
      long max,
      String value,
      String documentation) {
    table.put(
        key, new ConfigKey(key, new ConfigKey.Kind.Whole(wide, min, max), value, documentation));
  }

  /** All that may change while brokers run, by name. */
  public static Collection<ConfigKey> all() {
    return TABLE.values();
  }

  public static Optional<ConfigKey> find(String key) {
    return Optional.ofNullable(TABLE.get(key));
  }

  /** Those that are defaults of topics' settings; they may be given at a node's start too. */
  public static Map<String, ConfigKey> topicDefaultsByKey() {
    return TOPIC_DEFAULTS;
  }

  /** The broker's setting that is the default of this one of topics. */
  public static Optional<String> defaultOf(String topicSetting) {
    return Optional.ofNullable(BY_TOPIC_NAME.get(topicSetting));
  }
}
