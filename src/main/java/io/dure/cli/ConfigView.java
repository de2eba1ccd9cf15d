package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * One setting of something, with where its value is from.
 *
 * @param otherwise what would be in force if it were not set here; empty if that is not known
 */
record ConfigView(
    String key,
    String value,
    ConfigSource source,
    Optional<String> otherwise,
    boolean isFixed,
    String text) {

  /** All settings of a target, by key. */
  static List<ConfigView> read(Admin admin, ConfigTarget target) throws Exception {
    target.requireRunning(admin);
    var options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
    try {
      Map<ConfigResource, Config> told =
          admin.describeConfigs(List.of(target.resource()), options).all().get();
      return told.values().stream()
          .flatMap(config -> config.entries().stream())
          .map(ConfigView::of)
          .sorted(Comparator.comparing(ConfigView::key))
          .toList();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new Refusal("no such topic: " + target.name() + "; ./dure topic list names them all");
      }
      throw failure;
    }
  }

  private static ConfigView of(ConfigEntry entry) {
    Optional<String> next =
        entry.synonyms().stream()
            .skip(1)
            .findFirst()
            .map(synonym -> synonym.value() == null ? "" : synonym.value());
    return new ConfigView(
        entry.name(),
        entry.value() == null ? "" : entry.value(),
        entry.source(),
        next,
        entry.isReadOnly(),
        entry.documentation() == null ? "" : entry.documentation());
  }

  boolean isDefault() {
    return source == ConfigSource.DEFAULT_CONFIG;
  }

  /** Where the value is from, for people. */
  String origin() {
    return switch (source) {
      case DYNAMIC_TOPIC_CONFIG -> "this topic";
      case DYNAMIC_BROKER_CONFIG -> "this broker";
      case DYNAMIC_DEFAULT_BROKER_CONFIG -> "all brokers";
      case STATIC_BROKER_CONFIG -> "the broker's start";
      case DYNAMIC_BROKER_LOGGER_CONFIG -> "this logger";
      case DYNAMIC_CLIENT_METRICS_CONFIG -> "this subscription";
      case DYNAMIC_GROUP_CONFIG -> "this group";
      case DEFAULT_CONFIG -> "default";
      case UNKNOWN -> "unknown";
    };
  }

  Map<String, Object> asMap() {
    return object(
        "key",
        key,
        "value",
        value,
        "source",
        source.name(),
        "otherwise",
        otherwise,
        "fixed",
        isFixed,
        "text",
        text);
  }
}
