package io.dure.console;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request as the pages see it: method, path, and values by name, of the query and of a body in
 * the form {@code a=1&b=2}. The first of several values of a name counts.
 */
record Query(String method, String path, Map<String, String> values) {
  /** Asked for in a way that cannot be answered; the message tells how to ask. */
  static final class Wrong extends RuntimeException {
    Wrong(String message) {
      super(message);
    }
  }

  /**
   * @throws Wrong when the values cannot be decoded
   */
  static Query of(String method, String path, String query, String body) {
    Map<String, String> values = new HashMap<>();
    decode(query, values);
    decode(body, values);
    return new Query(method, path, Map.copyOf(values));
  }

  private static void decode(String pairs, Map<String, String> into) {
    for (String pair : pairs.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        into.putIfAbsent(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Wrong("the request's values are not encoded as a form's: " + e.getMessage());
    }
  }

  boolean isPost() {
    return method.equals("POST");
  }

  /** As a value of a query is written. */
  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  /** As it was given, the empty text too. */
  Optional<String> given(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String needed(String name) {
    return value(name).orElseThrow(() -> new Wrong("'" + name + "' is missing"));
  }

  /** A whole number within bounds (inclusive). */
  long number(String name, long otherwise, long least, long most) {
    Optional<String> given = value(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(given.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new Wrong(
        "'%s' takes a whole number from %d to %d, not %s"
            .formatted(name, least, most, given.get()));
  }

  boolean flag(String name) {
    return value(name).filter(value -> value.equals("true")).isPresent();
  }
}
