package io.dure.server;

import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ConfigKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What this node was started with: every value checked, every key known or reported. Immutable. */
final class Config {
  private final Map<String, String> given;
  private final Map<Setting<?>, Object> values;
  private final Map<String, String> topicDefaults;
  private final List<String> withoutEffect;

  /** A setting of Kafka's that says in larger units what another says in milliseconds. */
  private record Coarser(String inMs, long unitMs) {}

  private static final Map<String, Coarser> COARSER = coarser();

  private static Map<String, Coarser> coarser() {
    var coarser = new LinkedHashMap<String, Coarser>(); // the finer unit first
    coarser.put("log.retention.minutes", new Coarser("log.retention.ms", 60_000));
    coarser.put("log.retention.hours", new Coarser("log.retention.ms", 3_600_000));
    coarser.put("log.roll.hours", new Coarser("log.roll.ms", 3_600_000));
    coarser.put("log.roll.jitter.hours", new Coarser("log.roll.jitter.ms", 3_600_000));
    return coarser;
  }

  private Config(
      Map<String, String> given,
      Map<Setting<?>, Object> values,
      Map<String, String> topicDefaults,
      List<String> withoutEffect) {
    this.topicDefaults = Map.copyOf(topicDefaults);
    this.given = Map.copyOf(given);
    this.values = Map.copyOf(values);
    this.withoutEffect = List.copyOf(withoutEffect);
  }

  /** Checks all of it; the first value that does not do is refused. */
  static Config of(Map<String, String> given) throws BadConfig {
    var values = new HashMap<Setting<?>, Object>();
    Set<String> rest = new TreeSet<>(given.keySet());
    for (Setting<?> setting : Settings.ALL) {
      String value = given.get(setting.key());
      rest.remove(setting.key());
      if (value != null || !setting.defaultValue().isEmpty()) {
        values.put(setting, setting.read(value == null ? setting.defaultValue() : value));
      }
    }
    rest.removeAll(COARSER.keySet());
    rest.removeAll(BrokerKeys.topicDefaultsByKey().keySet());
    var config = new Config(given, values, topicDefaults(given), new ArrayList<>(rest));
    config.checkTogether();
    return config;
  }

  private static Map<String, String> topicDefaults(Map<String, String> given) throws BadConfig {
    var defaults = new HashMap<String, String>();
    for (ConfigKey key : BrokerKeys.topicDefaultsByKey().values()) {
      Optional<String> value = finest(given, key.name());
      if (value.isPresent()) {
        Optional<String> refusal = key.refusal(value.get());
        if (refusal.isPresent()) {
          throw new BadConfig(refusal.get());
        }
        defaults.put(key.name(), value.get());
      }
    }
    return defaults;
  }

  /** Kafka's rule: milliseconds win over minutes, minutes over hours. */
  private static Optional<String> finest(Map<String, String> given, String key) throws BadConfig {
    if (given.containsKey(key)) {
      return Optional.of(given.get(key));
    }
    for (Map.Entry<String, Coarser> coarser : COARSER.entrySet()) {
      String value = given.get(coarser.getKey());
      if (value != null && coarser.getValue().inMs().equals(key)) {
        long number = readWhole(coarser.getKey(), value);
        return Optional.of(Long.toString(number < 0 ? -1 : number * coarser.getValue().unitMs()));
      }
    }
    return Optional.empty();
  }

  private static long readWhole(String key, String value) throws BadConfig {
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new BadConfig(
          "%s=%s is refused: not a whole number of at most %d"
              .formatted(key, value, Integer.MAX_VALUE));
    }
  }

  private void checkTogether() throws BadConfig {
    if (get(Settings.QUEUED_REQUEST_BYTES) < get(Settings.REQUEST_MAX_BYTES)) {
      throw new BadConfig(
          "queued.max.request.bytes=%d is refused: it must be at least socket.request.max.bytes (%d)"
              .formatted(get(Settings.QUEUED_REQUEST_BYTES), get(Settings.REQUEST_MAX_BYTES)));
    }
    checkOrder(SettingsOfGroups.GROUP_MIN_SESSION_MS, SettingsOfGroups.GROUP_MAX_SESSION_MS);
    checkOrder(SettingsOfGroups.CONSUMER_MIN_SESSION_MS, SettingsOfGroups.CONSUMER_SESSION_MS);
    checkOrder(SettingsOfGroups.CONSUMER_SESSION_MS, SettingsOfGroups.CONSUMER_MAX_SESSION_MS);
    checkOrder(SettingsOfGroups.CONSUMER_MIN_HEARTBEAT_MS, SettingsOfGroups.CONSUMER_HEARTBEAT_MS);
    checkOrder(SettingsOfGroups.CONSUMER_HEARTBEAT_MS, SettingsOfGroups.CONSUMER_MAX_HEARTBEAT_MS);
    if (get(SettingsOfGroups.CONSUMER_HEARTBEAT_MS) >= get(SettingsOfGroups.CONSUMER_SESSION_MS)) {
      throw new BadConfig(
          "group.consumer.heartbeat.interval.ms=%d is refused: it must be less than group.consumer.session.timeout.ms (%d)"
              .formatted(
                  get(SettingsOfGroups.CONSUMER_HEARTBEAT_MS),
                  get(SettingsOfGroups.CONSUMER_SESSION_MS)));
    }
    if (isGiven(Settings.CLUSTER) && isGiven(Settings.JOIN)) {
      throw new BadConfig(
          "--cluster and --join exclude each other: a node founds a cluster or joins one");
    }
  }

  private void checkOrder(Setting<Integer> least, Setting<Integer> most) throws BadConfig {
    if (get(most) < get(least)) {
      throw new BadConfig(
          "%s=%d is refused: it must be at least %s (%d)"
              .formatted(most.key(), get(most), least.key(), get(least)));
    }
  }

  boolean isGiven(Setting<?> setting) {
    return given.containsKey(setting.key());
  }

  /** The value given or the default; only for settings that have one of them. */
  @SuppressWarnings("unchecked") // the declaration's own reader made the value
  <T> T get(Setting<T> setting) {
    return (T) Objects.requireNonNull(values.get(setting), () -> "no value for " + setting.key());
  }

  List<String> list(Setting<List<String>> setting) {
    return isGiven(setting) ? get(setting) : List.of();
  }

  /** As written, or the default. */
  String textOf(Setting<?> setting) {
    return given.getOrDefault(setting.key(), setting.defaultValue());
  }

  /** Defaults of topics' settings that were given, by the broker's key. */
  Map<String, String> topicDefaults() {
    return topicDefaults;
  }

  /** Keys given that no setting of ours has: Kafka's others, and mistyped ones. */
  List<String> withoutEffect() {
    return withoutEffect;
  }
}
