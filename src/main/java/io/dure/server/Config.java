package io.dure.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What this node was started with: every value checked, every key known or reported. Immutable. */
final class Config {
  private final Map<String, String> given;
  private final Map<Setting<?>, Object> values;
  private final List<String> withoutEffect;

  private Config(
      Map<String, String> given, Map<Setting<?>, Object> values, List<String> withoutEffect) {
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
    var config = new Config(given, values, new ArrayList<>(rest));
    config.checkTogether();
    return config;
  }

  private void checkTogether() throws BadConfig {
    if (get(Settings.QUEUED_REQUEST_BYTES) < get(Settings.REQUEST_MAX_BYTES)) {
      throw new BadConfig(
          "queued.max.request.bytes=%d is refused: it must be at least socket.request.max.bytes (%d)"
              .formatted(get(Settings.QUEUED_REQUEST_BYTES), get(Settings.REQUEST_MAX_BYTES)));
    }
    if (get(Settings.GROUP_MAX_SESSION_MS) < get(Settings.GROUP_MIN_SESSION_MS)) {
      throw new BadConfig(
          "group.max.session.timeout.ms=%d is refused: it must be at least group.min.session.timeout.ms (%d)"
              .formatted(get(Settings.GROUP_MAX_SESSION_MS), get(Settings.GROUP_MIN_SESSION_MS)));
    }
    if (isGiven(Settings.CLUSTER) && isGiven(Settings.JOIN)) {
      throw new BadConfig(
          "--cluster and --join exclude each other: a node founds a cluster or joins one");
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

  /** Keys given that no setting of ours has: Kafka's others, and mistyped ones. */
  List<String> withoutEffect() {
    return withoutEffect;
  }
}
