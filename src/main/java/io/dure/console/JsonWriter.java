package io.dure.console;

import java.util.function.Consumer;

/** Writes one JSON value, part by part. Used by one thread. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder(256);
  private boolean first = true;

  /** Begins an object, as the value itself or inside an array. */
  JsonWriter begin() {
    comma();
    out.append('{');
    first = true;
    return this;
  }

  JsonWriter end() {
    out.append('}');
    first = false;
    return this;
  }

  JsonWriter beginArray() {
    comma();
    out.append('[');
    first = true;
    return this;
  }

  JsonWriter endArray() {
    out.append(']');
    first = false;
    return this;
  }

  JsonWriter put(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  JsonWriter put(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  JsonWriter put(String name, double value) {
    name(name);
    append(value);
    return this;
  }

  JsonWriter put(String name, boolean value) {
    name(name);
    out.append(value);
    return this;
  }

  /** A value that is JSON already. */
  JsonWriter raw(String name, String json) {
    name(name);
    out.append(json);
    return this;
  }

  JsonWriter object(String name, Consumer<JsonWriter> fill) {
    name(name);
    out.append('{');
    first = true;
    fill.accept(this);
    return end();
  }

  JsonWriter array(String name, Consumer<JsonWriter> fill) {
    name(name);
    out.append('[');
    first = true;
    fill.accept(this);
    return endArray();
  }

  JsonWriter item(long value) {
    comma();
    out.append(value);
    return this;
  }

  JsonWriter item(double value) {
    comma();
    append(value);
    return this;
  }

  JsonWriter item(String value) {
    comma();
    quote(value);
    return this;
  }

  /** At most three digits after the point: nobody reads more. */
  private void append(double value) {
    if (!Double.isFinite(value)) {
      out.append('0');
    } else if (Math.abs(value) >= 1e12) {
      out.append((long) value);
    } else {
      long thousandths = Math.round(value * 1_000);
      out.append(thousandths / 1_000.0);
    }
  }

  private void name(String name) {
    comma();
    quote(name);
    out.append(':');
  }

  private void comma() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' '
              || c == '\u2028'
              || c == '\u2029'
              || Character.isSurrogate(c) && !isPaired(text, i)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPaired(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
