package io.dure.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ClientMetricsKeys;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.GroupKeys;
import io.dure.metadata.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} is made from the declarations of the settings. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("docs/configuration.md");

  @Test
  void thePageTellsWhatIsDeclared() throws IOException {
    String page = page();
    if (Boolean.getBoolean("docs.rewrite")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).as("./dev docs writes it anew").isEqualTo(page);
  }

  @Test
  void settingsOfOurOwnStayFew() {
    assertThat(Settings.ALL).hasSizeLessThanOrEqualTo(57);
  }

  private static String page() {
    var page = new StringBuilder();
    page.append(
        """
        # Settings

        Made from the declarations in the code by `ConfigurationPageTest`.

        ## Of a node, at its start

        `./dure start -c key=value`, or in a file with `--config`. Besides these, every default of topics' settings below may be
        given (also as `log.retention.minutes`, `log.retention.hours`, `log.roll.hours`). Other keys are accepted, have no effect
        and are reported.

        | key | default | allowed | |
        |---|---|---|---|
        """);
    for (Setting<?> setting : Settings.ALL) {
      String value = setting == Settings.LOOPS ? "half the processors" : setting.defaultValue();
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(setting.key(), code(value), setting.range(), setting.text()));
    }
    section(
        page,
        "Of brokers, while they run",
        "`kafka-configs --entity-type brokers`, for one or (`--entity-default`) all; `min.insync.replicas` only for all.",
        BrokerKeys.all());
    section(
        page,
        "Of topics",
        "In force is the topic's own value, else the broker's, else that of all brokers, else what the node was started with, else the default.",
        TopicSettings.all());
    section(page, "Of groups", "`kafka-configs --entity-type groups`.", GroupKeys.all());
    section(
        page,
        "Of subscriptions to clients' metrics",
        "`kafka-configs --entity-type client-metrics`. They are kept; metrics are not collected yet.",
        ClientMetricsKeys.all());
    return page.toString();
  }

  private static void section(
      StringBuilder page, String title, String text, Collection<ConfigKey> keys) {
    page.append(
        "%n## %s%n%n%s%n%n| key | default | allowed | |%n|---|---|---|---|%n"
            .formatted(title, text));
    for (ConfigKey key : keys) {
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(
                  key.name(), code(key.defaultValue()), allowed(key.kind()), key.documentation()));
    }
  }

  private static String code(String value) {
    return value.isEmpty() ? "" : "`" + value + "`";
  }

  private static String allowed(ConfigKey.Kind kind) {
    return switch (kind) {
      case ConfigKey.Kind.Flag _ -> "true or false";
      case ConfigKey.Kind.OneOf one -> "one of " + String.join(", ", one.choices());
      case ConfigKey.Kind.Whole whole ->
          whole.max() == Long.MAX_VALUE || whole.max() == Integer.MAX_VALUE
              ? "from " + whole.min()
              : whole.min() + " to " + whole.max();
      case ConfigKey.Kind.Fraction fraction -> fraction.min() + " to " + fraction.max();
      case ConfigKey.Kind.ListOf list ->
          list.choices().isEmpty() ? "a list" : "a list of " + String.join(", ", list.choices());
    };
  }
}
