package io.dure.server;

import io.dure.base.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The declaration of one setting.
 *
 * @param range what is allowed, for people
 * @param defaultValue as it would be written; empty when it is found out at the start
 */
record Setting<T>(
    String key,
    Type type,
    String unit,
    String range,
    String defaultValue,
    String text,
    Reader<T> reader) {
  /** As DescribeConfigs tells it; the code is Kafka's. */
  enum Type {
    BOOLEAN(1),
    STRING(2),
    INT(3),
    LONG(5),
    LIST(7);

    private final byte code;

    Type(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }
  }

  interface Reader<T> {
    T read(String value) throws BadConfig;
  }

  T read(String value) throws BadConfig {
    try {
      return reader.read(value);
    } catch (BadConfig e) {
      throw new BadConfig(
          "%s=%s is refused: %s; allowed: %s".formatted(key, value, e.getMessage(), range));
    }
  }

  static Setting<Boolean> flag(String key, boolean defaultValue, String text) {
    return new Setting<>(
        key,
        Type.BOOLEAN,
        "",
        "true or false",
        Boolean.toString(defaultValue),
        text,
        Setting::readFlag);
  }

  private static Boolean readFlag(String value) throws BadConfig {
    return switch (value.trim().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new BadConfig("neither true nor false");
    };
  }

  static Setting<Integer> number(
      String key, String unit, int min, int max, int defaultValue, String text) {
    return new Setting<>(
        key,
        Type.INT,
        unit,
        min + " to " + max,
        Integer.toString(defaultValue),
        text,
        value -> (int) readWhole(value, min, max));
  }

  static Setting<Long> number(
      String key, String unit, long min, long max, long defaultValue, String text) {
    return new Setting<>(
        key,
        Type.LONG,
        unit,
        min + " to " + max,
        Long.toString(defaultValue),
        text,
        value -> readWhole(value, min, max));
  }

  private static long readWhole(String value, long min, long max) throws BadConfig {
    long number;
    try {
      number = Long.parseLong(value.trim());
    } catch (NumberFormatException e) {
      throw new BadConfig("not a whole number");
    }
    if (number < min || number > max) {
      throw new BadConfig("out of range");
    }
    return number;
  }

  static Setting<String> text(String key, String range, String defaultValue, String text) {
    return new Setting<>(key, Type.STRING, "", range, defaultValue, text, String::trim);
  }

  static Setting<Endpoint> address(String key, String defaultValue, String text) {
    return new Setting<>(
        key, Type.STRING, "", "HOST:PORT", defaultValue, text, Setting::readAddress);
  }

  static Setting<Optional<Endpoint>> addressOrOff(String key, String defaultValue, String text) {
    return new Setting<>(
        key,
        Type.STRING,
        "",
        "HOST:PORT or off",
        defaultValue,
        text,
        value -> value.trim().equals("off") ? Optional.empty() : Optional.of(readAddress(value)));
  }

  static <T> Setting<T> choice(
      String key, Map<String, T> choices, String defaultValue, String text) {
    return new Setting<>(
        key,
        Type.STRING,
        "",
        String.join(", ", new TreeSet<>(choices.keySet())),
        defaultValue,
        text,
        value -> {
          T chosen = choices.get(value.trim().toLowerCase(Locale.ROOT));
          if (chosen == null) {
            throw new BadConfig("not one of these");
          }
          return chosen;
        });
  }

  static Setting<List<String>> list(String key, String range, String text) {
    return new Setting<>(key, Type.LIST, "", range, "", text, Setting::readList);
  }

  private static List<String> readList(String value) {
    var items = new ArrayList<String>();
    for (String item : value.split(",", -1)) {
      if (!item.isBlank()) {
        items.add(item.trim());
      }
    }
    return items;
  }

  /**
   * {@code HOST:PORT}, also as Kafka writes it ({@code PLAINTEXT://HOST:PORT}); no host means all
   * addresses.
   */
  static Endpoint readAddress(String value) throws BadConfig {
    String address = value.trim().replaceFirst("^PLAINTEXT://", "");
    int colon = address.lastIndexOf(':');
    if (colon < 0 || address.contains("://") || address.contains(",")) {
      throw new BadConfig("not one HOST:PORT");
    }
    String host = address.substring(0, colon).replaceAll("^\\[|]$", "");
    int port;
    try {
      port = Integer.parseInt(address.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new BadConfig("the port is not a number");
    }
    if (port < 0 || port > 65_535) {
      throw new BadConfig("the port is not within 0 to 65535");
    }
    return new Endpoint(host.isEmpty() ? "0.0.0.0" : host, port);
  }
}
