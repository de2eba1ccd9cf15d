package io.dure.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node may be started with. */
class ConfigTest {
  @TempDir Path folder;

  @Test
  void nothingNeedsToBeGiven() throws BadConfig {
    Config config = config();

    assertThat(config.get(Settings.LISTENERS)).isEqualTo(new Endpoint("127.0.0.1", 9092));
    assertThat(config.get(Settings.LOG_DIRS)).isEqualTo("dure-data");
    assertThat(config.isGiven(Settings.NODE_ID)).isFalse();
    assertThat(config.withoutEffect()).isEmpty();
  }

  @Test
  void assignorsMayBeCalledAsKafkaDoes() throws BadConfig {
    Config config =
        config(
            "-c",
            "group.consumer.assignors=range, org.apache.kafka.coordinator.group.assignor.UniformAssignor");

    assertThat(config.get(SettingsOfGroups.CONSUMER_ASSIGNORS)).containsExactly("range", "uniform");
    assertThat(config().get(SettingsOfGroups.CONSUMER_ASSIGNORS))
        .containsExactly("uniform", "range");
    assertThat(config.withoutEffect()).isEmpty();
  }

  @Test
  void whatGroupsCannotGoByIsRefused() {
    assertRefused("group.consumer.assignors=com.example.Mine", "there is no assignor com.example");
    assertRefused("group.consumer.assignors=", "one of the names is empty");
    assertRefused("group.consumer.assignors=range,range", "range is there twice");
    assertRefused("group.consumer.migration.policy=both", "not one of these");
    assertRefused(
        "group.consumer.min.session.timeout.ms=50000",
        "must be at least group.consumer.min.session.timeout.ms (50000)");
    assertRefused(
        "group.consumer.max.heartbeat.interval.ms=1000",
        "must be at least group.consumer.heartbeat.interval.ms (1500)");
    assertRefused(
        "group.consumer.session.timeout.ms=1000",
        "must be less than group.consumer.session.timeout.ms (1000)");
  }

  private void assertRefused(String setting, String reason) {
    assertThatThrownBy(() -> config("-c", setting)).hasMessageContaining(reason);
  }

  @Test
  void flagsAreSettings() throws BadConfig {
    Config config =
        config(
            "--node",
            "3",
            "--listen=0.0.0.0:7000",
            "--advertise",
            "broker3:7000",
            "--data",
            "/tmp/x",
            "--cluster",
            "a:1, b:2",
            "--console",
            "off");

    assertThat(config.get(Settings.NODE_ID)).isEqualTo(3);
    assertThat(config.get(Settings.LISTENERS)).isEqualTo(new Endpoint("0.0.0.0", 7000));
    assertThat(config.get(Settings.ADVERTISED_LISTENERS)).isEqualTo(new Endpoint("broker3", 7000));
    assertThat(config.list(Settings.CLUSTER)).containsExactly("a:1", "b:2");
  }

  @Test
  void defaultsOfTopicsAreTakenInKafkasUnits() throws BadConfig {
    Config config =
        config(
            "-c",
            "log.retention.hours=2",
            "-c",
            "log.roll.hours=3",
            "-c",
            "log.roll.ms=7",
            "-c",
            "log.cleanup.policy=compact");

    assertThat(config.topicDefaults())
        .isEqualTo(
            Map.of(
                "log.retention.ms",
                "7200000",
                "log.roll.ms",
                "7",
                "log.cleanup.policy",
                "compact"));
    assertThat(config.withoutEffect()).isEmpty();
    assertThatThrownBy(() -> config("-c", "log.cleanup.policy=burn"))
        .isInstanceOf(BadConfig.class)
        .hasMessageContaining("compact, delete");
  }

  @Test
  void theCommandLineWinsOverTheFile() throws Exception {
    Path file = folder.resolve("node.properties");
    Files.writeString(file, "num.partitions=4\nmessage.max.bytes = 2000\n# a comment\n");

    Config config = config("-c", "num.partitions=6", "--config", file.toString());

    assertThat(config.get(Settings.NUM_PARTITIONS)).isEqualTo(6);
    assertThat(config.get(Settings.MESSAGE_MAX_BYTES)).isEqualTo(2000);
  }

  @Test
  void keysWeDoNotHaveAreAcceptedAndReported() throws BadConfig {
    assertThat(config("-c", "log.cleaner.threads=2", "-c", "zookeeper.connect=x").withoutEffect())
        .containsExactly("log.cleaner.threads", "zookeeper.connect");
  }

  @Test
  void aWrongValueIsRefusedWithReasonAndRange() {
    assertThatThrownBy(() -> config("-c", "num.partitions=0"))
        .isInstanceOf(BadConfig.class)
        .hasMessage("num.partitions=0 is refused: out of range; allowed: 1 to 10000");
    assertThatThrownBy(() -> config("-c", "num.partitions=many"))
        .hasMessageContaining("not a whole number")
        .hasMessageContaining("1 to 10000");
    assertThatThrownBy(() -> config("-c", "auto.create.topics.enable=maybe"))
        .hasMessageContaining("true or false");
    assertThatThrownBy(() -> config("--listen", "9092")).hasMessageContaining("HOST:PORT");
    assertThatThrownBy(() -> config("--listen", "h:70000")).hasMessageContaining("65535");
    assertThatThrownBy(() -> config("-c", "queued.max.request.bytes=1048576"))
        .hasMessageContaining("socket.request.max.bytes");
  }

  @Test
  void aWrongCommandLineIsRefused() {
    assertThatThrownBy(() -> config("--nodes", "3")).hasMessageContaining("unknown flag --nodes");
    assertThatThrownBy(() -> config("--node")).hasMessageContaining("needs a value");
    assertThatThrownBy(() -> config("-c", "oops")).hasMessageContaining("key=value");
    assertThatThrownBy(() -> config("--config", "/does/not/exist"))
        .hasMessageContaining("cannot read");
    assertThatThrownBy(() -> config("--cluster", "a:1", "--join", "b:1"))
        .hasMessageContaining("exclude each other");
  }

  @Test
  void addressesMayBeWrittenAsKafkaDoes() throws BadConfig {
    assertThat(config("-c", "listeners=PLAINTEXT://:9093").get(Settings.LISTENERS))
        .isEqualTo(new Endpoint("0.0.0.0", 9093));
    assertThat(config("--listen", "[::1]:9093").get(Settings.LISTENERS))
        .isEqualTo(new Endpoint("::1", 9093));
  }

  @Test
  void everySettingIsExplainedAndItsDefaultAllowed() throws BadConfig {
    var keys = new HashSet<String>();
    for (Setting<?> setting : Settings.ALL) {
      assertThat(keys.add(setting.key())).as(setting.key()).isTrue();
      assertThat(setting.text()).as(setting.key()).endsWith(".");
      if (!setting.defaultValue().isEmpty()) {
        setting.read(setting.defaultValue());
      }
    }
    assertThat(Arguments.help()).contains(keys);
  }

  private static Config config(String... args) throws BadConfig {
    Map<String, String> settings = Arguments.settings(List.of(args));
    return Config.of(settings);
  }
}
