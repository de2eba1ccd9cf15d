package io.dure.metadata;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings that a group may have of its own, with Kafka's names, ranges and defaults. Those of
 * share and streams groups are not among them, since such groups are not served.
 */
public final class GroupKeys {
  public static final String SESSION_TIMEOUT_MS = "consumer.session.timeout.ms";
  public static final String HEARTBEAT_INTERVAL_MS = "consumer.heartbeat.interval.ms";

  public static final String ASSIGNMENT_INTERVAL_MS = "consumer.assignment.interval.ms";

  private static final Map<String, ConfigKey> TABLE = table();

  private GroupKeys() {}

  private static Map<String, ConfigKey> table() {
    Map<String, ConfigKey> table = new TreeMap<>();
    table.put(
        SESSION_TIMEOUT_MS,
        new ConfigKey(
            SESSION_TIMEOUT_MS,
            new ConfigKey.Kind.Whole(false, 45_000, 60_000),
            "45000",
            "A member of a consumer group is taken for gone after so long a silence."));
    table.put(
        HEARTBEAT_INTERVAL_MS,
        new ConfigKey(
            HEARTBEAT_INTERVAL_MS,
            new ConfigKey.Kind.Whole(false, 1_000, 15_000),
            "1500",
            "How often a member of a consumer group gives a sign of life."));
    table.put(
        ASSIGNMENT_INTERVAL_MS,
        new ConfigKey(
            ASSIGNMENT_INTERVAL_MS,
            new ConfigKey.Kind.Whole(false, 0, 15_000),
            "0",
            "The partitions of a consumer group are not dealt out again for so long, at least."));
    return Collections.unmodifiableMap(table);
  }

  public static Collection<ConfigKey> all() {
    return TABLE.values();
  }

  public static Optional<ConfigKey> find(String key) {
    return Optional.ofNullable(TABLE.get(key));
  }

  /** Why a group cannot have these settings; empty if it can. */
  public static Optional<String> refusal(Map<String, String> own) {
    for (Map.Entry<String, String> config : own.entrySet()) {
      Optional<ConfigKey> key = find(config.getKey());
      if (key.isEmpty()) {
        boolean later =
            config.getKey().startsWith("share.") || config.getKey().startsWith("streams.");
        return Optional.of(
            "Unknown group config name: "
                + config.getKey()
                + (later ? " (this cluster serves neither share nor streams groups)" : ""));
      }
      Optional<String> refusal = key.get().refusal(config.getValue());
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }
}
