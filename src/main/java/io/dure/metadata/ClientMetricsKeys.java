package io.dure.metadata;

import io.dure.base.LinearPattern;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings of a subscription to metrics of clients (KIP-714). */
public final class ClientMetricsKeys {
  public static final String INTERVAL_MS = "interval.ms";
  public static final String METRICS = "metrics";
  public static final String MATCH = "match";

  /** How often clients push when no subscription says so. */
  public static final int DEFAULT_INTERVAL_MS = 300_000;

  private static final int MAX_REGEX_CHARS = 256;

  /** What a client may be matched by. */
  public static final List<String> MATCHED =
      List.of(
          "client_id",
          "client_instance_id",
          "client_software_name",
          "client_software_version",
          "client_source_address",
          "client_source_port");

  private static final Map<String, ConfigKey> TABLE = table();

  private ClientMetricsKeys() {}

  private static Map<String, ConfigKey> table() {
    Map<String, ConfigKey> table = new TreeMap<>();
    table.put(
        INTERVAL_MS,
        new ConfigKey(
            INTERVAL_MS,
            new ConfigKey.Kind.Whole(false, 100, 3_600_000),
            Integer.toString(DEFAULT_INTERVAL_MS),
            "How often clients push their metrics."));
    table.put(
        METRICS,
        new ConfigKey(
            METRICS,
            new ConfigKey.Kind.ListOf(List.of()),
            "",
            "Prefixes of the metrics wanted; *: all; none: the subscription is off."));
    table.put(
        MATCH,
        new ConfigKey(
            MATCH,
            new ConfigKey.Kind.ListOf(List.of()),
            "",
            "Which clients are asked, as name=regular expression; none: all."));
    return Collections.unmodifiableMap(table);
  }

  public static Collection<ConfigKey> all() {
    return TABLE.values();
  }

  public static Optional<ConfigKey> find(String key) {
    return Optional.ofNullable(TABLE.get(key));
  }

  /** Why a subscription cannot have these settings; empty if it can. */
  public static Optional<String> refusal(Map<String, String> own) {
    for (Map.Entry<String, String> config : own.entrySet()) {
      Optional<ConfigKey> key = find(config.getKey());
      if (key.isEmpty()) {
        return Optional.of("Unknown client metrics configuration: " + config.getKey());
      }
      Optional<String> refusal = key.get().refusal(config.getValue());
      boolean outOfRange = refusal.filter(text -> text.contains("Value must be")).isPresent();
      if (outOfRange && config.getKey().equals(INTERVAL_MS)) {
        refusal =
            Optional.of(
                "Invalid value %s for interval.ms, interval must be between 100 and 3600000 (1 hour)"
                    .formatted(config.getValue()));
      }
      if (refusal.isEmpty() && config.getKey().equals(MATCH)) {
        refusal = matchRefusal(config.getValue());
      }
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> matchRefusal(String value) {
    for (String item : ConfigKey.items(value)) {
      int equals = item.indexOf('=');
      if (equals < 0) {
        return Optional.of("Illegal client matching pattern: " + item);
      }
      String name = item.substring(0, equals).strip();
      if (!MATCHED.contains(name)) {
        return Optional.of(
            "Illegal client matching pattern: "
                + name
                + " is none of "
                + String.join(", ", MATCHED));
      }
      String regex = item.substring(equals + 1).strip();
      Optional<String> fault = LinearPattern.fault(regex, MAX_REGEX_CHARS);
      if (fault.isPresent()) {
        return Optional.of("Illegal client matching pattern: " + item + " " + fault.get());
      }
    }
    return Optional.empty();
  }

  /** What a client has to be, by one of {@link #MATCHED}; {@code value} was not refused. */
  public static Map<String, LinearPattern> matches(String value) {
    Map<String, LinearPattern> matches = new TreeMap<>();
    for (String item : ConfigKey.items(value)) {
      int equals = item.indexOf('=');
      matches.put(
          item.substring(0, equals).strip(), LinearPattern.of(item.substring(equals + 1).strip()));
    }
    return matches;
  }
}
