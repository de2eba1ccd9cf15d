package io.dure.metadata;

import io.dure.base.CheckFailed;
import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The settings of one topic as they are in force, and where each comes from. Also the table of all
 * there are, with the names, ranges and defaults that Apache Kafka 4.4 gives them.
 */
public final class TopicSettings {
  public static final String CLEANUP_POLICY = "cleanup.policy";
  public static final String COMPRESSION_TYPE = "compression.type";
  public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
  public static final String TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
  public static final String TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
  public static final String TIMESTAMP_TYPE = "message.timestamp.type";
  public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
  public static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
  public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
  public static final String REMOTE_STORAGE_ENABLE = "remote.storage.enable";
  public static final String DEAD_LETTER_QUEUE = "errors.deadletterqueue.group.enable";
  public static final String RETENTION_BYTES = "retention.bytes";
  public static final String RETENTION_MS = "retention.ms";
  public static final String DELETE_RETENTION_MS = "delete.retention.ms";
  public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
  public static final String MAX_DECOMPRESSED_BYTES = "max.decompressed.message.bytes";
  public static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
  public static final String PREALLOCATE = "preallocate";
  public static final String SEGMENT_INDEX_BYTES = "segment.index.bytes";
  public static final String SEGMENT_JITTER_MS = "segment.jitter.ms";
  public static final String SEGMENT_BYTES = "segment.bytes";
  public static final String SEGMENT_MS = "segment.ms";
  public static final String LEADER_THROTTLED = "leader.replication.throttled.replicas";
  public static final String FOLLOWER_THROTTLED = "follower.replication.throttled.replicas";

  private static final Pattern THROTTLED_REPLICAS =
      Pattern.compile("|\\*|none|\\d+:\\d+(,\\d+:\\d+)*");

  private static final long MAX = Long.MAX_VALUE;
  private static final Map<String, ConfigKey> TABLE =
      table(
          list(
              CLEANUP_POLICY,
              "delete",
              "What happens to old records: delete, compact or both.",
              "compact",
              "delete"),
          oneOf(
              COMPRESSION_TYPE,
              "producer",
              "How batches are compressed in the log; producer: as they came.",
              "uncompressed",
              "zstd",
              "lz4",
              "snappy",
              "gzip",
              "producer"),
          int32("compression.gzip.level", "-1", -1, 9, "Level for gzip."),
          int32("compression.lz4.level", "9", 1, 17, "Level for lz4."),
          int32("compression.zstd.level", "3", -131_072, 22, "Level for zstd."),
          int64(
              "delete.retention.ms",
              "86400000",
              0,
              "How long tombstones of a compacted topic are kept."),
          flag(
              DEAD_LETTER_QUEUE,
              "Whether the topic takes what share groups could not process; not supported."),
          int64(
              "file.delete.delay.ms",
              "60000",
              0,
              "Without effect: a dropped segment goes at once."),
          int64("flush.messages", Long.toString(MAX), 1, "Without effect: every write is flushed."),
          int64("flush.ms", Long.toString(MAX), 0, "Without effect: every write is flushed."),
          list(
              FOLLOWER_THROTTLED,
              "",
              "New replicas (PARTITION:BROKER, or *) that follower.replication.throttled.rate holds"
                  + " back."),
          int32(
              "index.interval.bytes",
              "4096",
              0,
              Integer.MAX_VALUE,
              "Bytes between entries of the index."),
          list(
              LEADER_THROTTLED,
              "",
              "Leaders (PARTITION:BROKER, or *) that leader.replication.throttled.rate holds"
                  + " back."),
          int64("local.retention.bytes", "-2", -2, "Without effect: no topic is tiered."),
          int64("local.retention.ms", "-2", -2, "Without effect: no topic is tiered."),
          int64(
              MAX_COMPACTION_LAG_MS,
              Long.toString(MAX),
              1,
              "Longest time a record may stay uncompacted."),
          int32(
              "max.decompressed.message.bytes",
              Integer.toString(Integer.MAX_VALUE),
              0,
              Integer.MAX_VALUE,
              "Largest batch after decompression."),
          int32(
              MAX_MESSAGE_BYTES,
              "1048588",
              0,
              Integer.MAX_VALUE,
              "Largest batch, after compression."),
          int64(TIMESTAMP_AFTER_MAX_MS, "3600000", 0, "How far ahead of now a timestamp may be."),
          int64(
              TIMESTAMP_BEFORE_MAX_MS,
              Long.toString(MAX),
              0,
              "How far behind now a timestamp may be."),
          oneOf(
              TIMESTAMP_TYPE,
              "CreateTime",
              "Whose time a record carries.",
              "CreateTime",
              "LogAppendTime"),
          new ConfigKey(
              "min.cleanable.dirty.ratio",
              new ConfigKey.Kind.Fraction(0, 1),
              "0.5",
              "Share of uncompacted bytes from which compaction starts."),
          int64(MIN_COMPACTION_LAG_MS, "0", 0, "Shortest time a record stays uncompacted."),
          int32(
              MIN_INSYNC_REPLICAS,
              "1",
              1,
              Integer.MAX_VALUE,
              "Copies that must be durable before a write is acknowledged; at least a majority."),
          flag("preallocate", "Whether segment files are made at full size."),
          flag("remote.log.copy.disable", "Without effect: no topic is tiered."),
          flag("remote.log.delete.on.disable", "Without effect: no topic is tiered."),
          int64("remote.copy.lag.bytes", "-2", -2, "Without effect: no topic is tiered."),
          int64("remote.copy.lag.ms", "-2", -2, "Without effect: no topic is tiered."),
          flag(REMOTE_STORAGE_ENABLE, "Whether the topic is tiered; not supported."),
          int64(RETENTION_BYTES, "-1", -1, "Bytes kept per partition; -1: no limit."),
          int64(RETENTION_MS, "604800000", -1, "Time that records are kept; -1: for ever."),
          int32(
              SEGMENT_BYTES,
              "1073741824",
              1 << 20,
              Integer.MAX_VALUE,
              "Size at which a segment is closed."),
          int32(
              "segment.index.bytes", "10485760", 4, Integer.MAX_VALUE, "Largest size of an index."),
          int64("segment.jitter.ms", "0", 0, "Spread of the times at which segments are closed."),
          int64(SEGMENT_MS, "604800000", 1, "Age at which a segment is closed."),
          flag(
              "unclean.leader.election.enable",
              "Without effect: a leader always holds all that was acknowledged."));

  /** Where a value comes from; the first that has one wins. The codes are Kafka's. */
  public enum Source {
    TOPIC(1),
    BROKER(2),
    ALL_BROKERS(3),
    STARTED(4),
    DEFAULT(5);

    private final byte code;

    Source(int code) {
      this.code = (byte) code;
    }

    public byte code() {
      return code;
    }
  }

  /** A value that a setting has or would have if those before it were not there. */
  public record Layer(Source source, String key, String value) {}

  private final Map<String, String> own;
  private final Map<String, String> broker;
  private final Map<String, String> allBrokers;
  private final Map<String, String> started;

  private TopicSettings(
      Map<String, String> own,
      Map<String, String> broker,
      Map<String, String> allBrokers,
      Map<String, String> started) {
    this.own = own;
    this.broker = broker;
    this.allBrokers = allBrokers;
    this.started = started;
  }

  /** As if brokers had no settings: the topic's own and Kafka's defaults. */
  public static TopicSettings of(TopicImage topic) {
    return of(topic.configs());
  }

  /** The settings that a topic with these own ones would have, if brokers had none. */
  public static TopicSettings of(Map<String, String> own) {
    return new TopicSettings(Map.copyOf(own), Map.of(), Map.of(), Map.of());
  }

  /**
   * What is in force for a topic on one node: the topic's own settings, then what was changed for
   * this node while it runs, then what was changed for all nodes, then what the node was started
   * with, then Kafka's defaults.
   *
   * @param started the node's own settings as given at its start, by the broker's key ({@link
   *     BrokerKeys})
   */
  public static TopicSettings inForce(
      TopicImage topic, ClusterImage image, NodeId self, Map<String, String> started) {
    return inForce(topic.configs(), image, self, started);
  }

  /** The same for a topic that would have these settings of its own. */
  public static TopicSettings inForce(
      Map<String, String> own, ClusterImage image, NodeId self, Map<String, String> started) {
    ConfigsImage configs = image.configs();
    return new TopicSettings(
        Map.copyOf(own), configs.ofBroker(self), configs.ofAllBrokers(), Map.copyOf(started));
  }

  /** All settings there are, by name. */
  public static Collection<ConfigKey> all() {
    return TABLE.values();
  }

  public static Optional<ConfigKey> find(String name) {
    return Optional.ofNullable(TABLE.get(name));
  }

  /** The value in force, as text. The name must be one of the table's. */
  public String text(String name) {
    String value = own.get(name);
    if (value != null) {
      return value;
    }
    String key = BrokerKeys.defaultOf(name).orElse("");
    if ((value = broker.get(key)) != null
        || (value = allBrokers.get(key)) != null
        || (value = started.get(key)) != null) {
      return value;
    }
    return setting(name).defaultValue();
  }

  /** All values that a setting has, the one in force first; never empty. */
  public List<Layer> layers(String name) {
    List<Layer> layers = new ArrayList<>();
    add(layers, Source.TOPIC, name, own);
    String key = BrokerKeys.defaultOf(name).orElse("");
    add(layers, Source.BROKER, key, broker);
    add(layers, Source.ALL_BROKERS, key, allBrokers);
    add(layers, Source.STARTED, key, started);
    layers.add(new Layer(Source.DEFAULT, key.isEmpty() ? name : key, setting(name).defaultValue()));
    return layers;
  }

  private static void add(
      List<Layer> layers, Source source, String key, Map<String, String> values) {
    String value = values.get(key);
    if (value != null) {
      layers.add(new Layer(source, key, value));
    }
  }

  public int intValue(String name) {
    return Integer.parseInt(text(name).strip());
  }

  public long longValue(String name) {
    return Long.parseLong(text(name).strip());
  }

  public double fraction(String name) {
    return Double.parseDouble(text(name).strip());
  }

  public boolean flag(String name) {
    return Boolean.parseBoolean(text(name).strip());
  }

  public boolean isOwn(String name) {
    return own.containsKey(name);
  }

  /**
   * Why a topic of so many replicas cannot have these settings; empty if it can. An empty value is
   * what a client sends as null.
   */
  public static Optional<String> refusal(Map<String, Optional<String>> configs, int replicas) {
    Map<String, String> own = new LinkedHashMap<>();
    for (Map.Entry<String, Optional<String>> config : configs.entrySet()) {
      String name = config.getKey();
      Optional<ConfigKey> setting = find(name);
      if (setting.isEmpty()) {
        return Optional.of("Unknown topic config name: " + name);
      }
      if (config.getValue().isEmpty()) {
        return Optional.of("Null value not supported for topic configs: " + name);
      }
      String value = config.getValue().get();
      Optional<String> refusal = setting.get().refusal(value);
      if (refusal.isPresent()) {
        return refusal;
      }
      if (name.endsWith(".throttled.replicas") && !THROTTLED_REPLICAS.matcher(value).matches()) {
        return Optional.of(
            "Invalid value %s for configuration %s: write it as PARTITION:BROKER,… or *"
                .formatted(value, name));
      }
      own.put(name, value);
    }
    return of(own).contradiction(replicas);
  }

  private Optional<String> contradiction(int replicas) {
    if (longValue(MIN_COMPACTION_LAG_MS) > longValue(MAX_COMPACTION_LAG_MS)) {
      return Optional.of(
          "conflict topic config setting "
              + MIN_COMPACTION_LAG_MS
              + " ("
              + longValue(MIN_COMPACTION_LAG_MS)
              + ") > "
              + MAX_COMPACTION_LAG_MS
              + " ("
              + longValue(MAX_COMPACTION_LAG_MS)
              + ")");
    }
    if (flag(REMOTE_STORAGE_ENABLE)) {
      return Optional.of(
          "Tiered storage functionality is disabled in the broker. "
              + "Topic cannot be configured with remote log storage.");
    }
    if (flag(DEAD_LETTER_QUEUE)) {
      return Optional.of(
          DEAD_LETTER_QUEUE
              + " cannot be true: this cluster has no share groups, and so no dead letter queues.");
    }
    if (intValue(MIN_INSYNC_REPLICAS) > replicas) {
      return Optional.of(
          "Invalid value "
              + intValue(MIN_INSYNC_REPLICAS)
              + " for configuration "
              + MIN_INSYNC_REPLICAS
              + ": the topic has a replication factor of "
              + replicas
              + ", so no write could ever be acknowledged");
    }
    return Optional.empty();
  }

  private static ConfigKey setting(String name) {
    return find(name).orElseThrow(() -> new CheckFailed("no topic setting " + name));
  }

  private static Map<String, ConfigKey> table(ConfigKey... settings) {
    Map<String, ConfigKey> table = new TreeMap<>();
    for (ConfigKey setting : settings) {
      table.put(setting.name(), setting);
    }
    return Collections.unmodifiableMap(table);
  }

  private static ConfigKey int32(
      String name, String value, long min, long max, String documentation) {
    return new ConfigKey(name, new ConfigKey.Kind.Whole(false, min, max), value, documentation);
  }

  private static ConfigKey int64(String name, String value, long min, String documentation) {
    return new ConfigKey(name, new ConfigKey.Kind.Whole(true, min, MAX), value, documentation);
  }

  private static ConfigKey flag(String name, String documentation) {
    return new ConfigKey(name, new ConfigKey.Kind.Flag(), "false", documentation);
  }

  private static ConfigKey oneOf(
      String name, String value, String documentation, String... choices) {
    return new ConfigKey(name, new ConfigKey.Kind.OneOf(List.of(choices)), value, documentation);
  }

  private static ConfigKey list(
      String name, String value, String documentation, String... choices) {
    return new ConfigKey(name, new ConfigKey.Kind.ListOf(List.of(choices)), value, documentation);
  }
}
