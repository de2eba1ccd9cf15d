package io.dure.broker;

import java.util.List;
import java.util.Map;

/** The loggers of this process, whose levels may be changed while it runs. Safe from any thread. */
public interface Loggers {
  /** The level in force of each logger there is, by name; the root's name is {@code root}. */
  Map<String, String> levels();

  /** The logger must be one of {@link #levels} and the level one of {@link #allowed}. */
  void set(String logger, String level);

  /** Back to what the loggers above it say. */
  void unset(String logger);

  /** Kafka's names of levels, the quietest first. */
  static List<String> allowed() {
    return List.of("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE");
  }
}
