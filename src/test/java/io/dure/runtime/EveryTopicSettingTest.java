package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every setting that a topic of Kafka 4.4 has does what its name says, or is refused with a reason,
 * or says itself that it does nothing and why. A new one fails here until somebody decides.
 */
class EveryTopicSettingTest {
  /** What becomes of a setting. */
  private sealed interface Fate {
    /** Logs are kept otherwise. */
    record Log(String value) implements Fate {}

    /** A test of this name shows it. */
    record Shown(String by) implements Fate {}

    record Refused(String value) implements Fate {}

    /** Taken, without effect; the description says so. */
    record Nothing() implements Fate {}
  }

  private static final Map<String, Fate> FATES =
      Map.ofEntries(
          Map.entry("cleanup.policy", new Fate.Log("compact")),
          Map.entry("compression.type", new Fate.Shown("RecordRulesTest")),
          Map.entry("compression.gzip.level", new Fate.Shown("RecordRulesTest")),
          Map.entry("compression.lz4.level", new Fate.Shown("RecordRulesTest")),
          Map.entry("compression.zstd.level", new Fate.Shown("RecordRulesTest")),
          Map.entry("delete.retention.ms", new Fate.Log("5")),
          Map.entry("errors.deadletterqueue.group.enable", new Fate.Nothing()),
          Map.entry("file.delete.delay.ms", new Fate.Nothing()),
          Map.entry("flush.messages", new Fate.Nothing()),
          Map.entry("flush.ms", new Fate.Nothing()),
          Map.entry("follower.replication.throttled.replicas", new Fate.Shown("CopyRatesTest")),
          Map.entry("index.interval.bytes", new Fate.Log("5")),
          Map.entry("leader.replication.throttled.replicas", new Fate.Shown("CopyRatesTest")),
          Map.entry("local.retention.bytes", new Fate.Nothing()),
          Map.entry("local.retention.ms", new Fate.Nothing()),
          Map.entry("max.compaction.lag.ms", new Fate.Log("5")),
          Map.entry("max.decompressed.message.bytes", new Fate.Shown("RecordRulesTest")),
          Map.entry("max.message.bytes", new Fate.Shown("ProduceHandlerTest")),
          Map.entry("message.timestamp.after.max.ms", new Fate.Shown("ProduceHandlerTest")),
          Map.entry("message.timestamp.before.max.ms", new Fate.Shown("RecordRulesTest")),
          Map.entry("message.timestamp.type", new Fate.Log("LogAppendTime")),
          Map.entry("min.cleanable.dirty.ratio", new Fate.Log("0.1")),
          Map.entry("min.compaction.lag.ms", new Fate.Log("5")),
          Map.entry("min.insync.replicas", new Fate.Shown("TopicCommandsTest")),
          Map.entry("preallocate", new Fate.Log("true")),
          Map.entry("remote.copy.lag.bytes", new Fate.Nothing()),
          Map.entry("remote.copy.lag.ms", new Fate.Nothing()),
          Map.entry("remote.log.copy.disable", new Fate.Nothing()),
          Map.entry("remote.log.delete.on.disable", new Fate.Nothing()),
          Map.entry("remote.storage.enable", new Fate.Refused("true")),
          Map.entry("retention.bytes", new Fate.Log("5")),
          Map.entry("retention.ms", new Fate.Log("5")),
          Map.entry("segment.bytes", new Fate.Log("2000000")),
          Map.entry("segment.index.bytes", new Fate.Log("5000")),
          Map.entry("segment.jitter.ms", new Fate.Log("5")),
          Map.entry("segment.ms", new Fate.Log("5")),
          Map.entry("unclean.leader.election.enable", new Fate.Nothing()));

  static Stream<String> settings() {
    return Stream.concat(TopicSettings.all().stream().map(ConfigKey::name), FATES.keySet().stream())
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isHonouredOrRefusedOrSaysThatItIsNot(String name) throws IOException {
    ConfigKey setting = TopicSettings.find(name).orElseThrow();
    assertThat(FATES).as("somebody has decided what becomes of " + name).containsKey(name);
    switch (FATES.get(name)) {
      case Fate.Log(String value) ->
          assertThat(LogSettingsOf.topic(TopicSettings.of(Map.of(name, value))))
              .isNotEqualTo(LogSettingsOf.topic(TopicSettings.of(Map.of())));
      case Fate.Shown(String by) -> assertThat(sourceOf(by)).contains(name);
      case Fate.Refused(String value) ->
          assertThat(TopicSettings.refusal(Map.of(name, Optional.of(value)), 3)).isPresent();
      case Fate.Nothing() -> assertThat(setting.documentation()).startsWith("Without effect: ");
    }
  }

  private static String sourceOf(String test) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files
          .filter(file -> file.endsWith(test + ".java"))
          .map(EveryTopicSettingTest::read)
          .collect(Collectors.joining());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
