package io.dure.broker;

import java.util.Map;
import java.util.TreeMap;

/** Two loggers whose levels are only noted. */
final class FakeLoggers implements Loggers {
  final Map<String, String> levels = new TreeMap<>(Map.of("root", "WARN", "io.dure", "INFO"));

  @Override
  public Map<String, String> levels() {
    return Map.copyOf(levels);
  }

  @Override
  public void set(String logger, String level) {
    levels.put(logger, level);
  }

  @Override
  public void unset(String logger) {
    levels.put(logger, levels.get("root"));
  }
}
