package io.dure.cli;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes maps, lists, numbers, booleans and strings as JSON; everything else as the string it
 * prints as.
 */
public final class Json {
  private Json() {}

  public static String write(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> quote(String.valueOf(e.getKey())) + ":" + write(e.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case Iterable<?> list -> {
        var out = new StringBuilder("[");
        for (Object element : list) {
          out.append(out.length() > 1 ? "," : "").append(write(element));
        }
        yield out.append(']').toString();
      }
      case Optional<?> optional -> optional.<String>map(Json::write).orElse("null");
      case Number number -> number.toString();
      case Boolean bool -> bool.toString();
      default -> quote(value.toString());
    };
  }

  private static String quote(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
