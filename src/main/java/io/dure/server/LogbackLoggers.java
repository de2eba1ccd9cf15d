package io.dure.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.dure.broker.Loggers;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** This process's loggers, as logback has them. */
final class LogbackLoggers implements Loggers {
  private static final String ROOT = "root";

  @Override
  public Map<String, String> levels() {
    Map<String, String> levels = new TreeMap<>();
    for (Logger logger : context().getLoggerList()) {
      boolean root = logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
      levels.put(root ? ROOT : logger.getName(), logger.getEffectiveLevel().toString());
    }
    return levels;
  }

  @Override
  public void set(String logger, String level) {
    logger(logger).setLevel(Level.toLevel(level.equals("FATAL") ? "ERROR" : level));
  }

  @Override
  public void unset(String logger) {
    logger(logger).setLevel(null);
  }

  private static Logger logger(String name) {
    return context().getLogger(name.equals(ROOT) ? org.slf4j.Logger.ROOT_LOGGER_NAME : name);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
