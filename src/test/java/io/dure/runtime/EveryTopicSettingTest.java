package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every setting that a topic of Kafka 4.4 has does what its name says, or is refused with a reason,
 * or cannot make a difference and says why. A new one fails here until somebody decides.
 */
class EveryTopicSettingTest {
  /** What becomes of a setting. */
  private sealed interface Fate {
    /** A log is kept otherwise with this value; a test of logs shows what is different. */
    record Log(String value, String shownBy) implements Fate {}

    /** A test shows it, by this method. */
    record Shown(String test, String method) implements Fate {}

    /** This value, which would make a difference, is refused. */
    record Refused(String value) implements Fate {}

    /** Taken, as it can make no difference here; the description says why. */
    record Moot() implements Fate {}
  }

  private static final NodeSettings NODE =
      NodeSettings.of(new NodeId(1), new UUID(1, 1), new Endpoint("n1", 1), List.of(new NodeId(1)));

  /** Brokers of Kafka know these two of topics, and no constant names them. */
  private static final Set<String> WITHOUT_CONSTANT =
      Set.of("leader.replication.throttled.replicas", "follower.replication.throttled.replicas");

  private static final Map<String, Fate> FATES =
      Map.ofEntries(
          log("cleanup.policy", "compact", "compactInTheCleanupPolicyKeepsTheLastOfAKey"),
          shown("compression.type", "RecordRulesTest", "anotherCompressionKeepsRecordsAndProducer"),
          shown("compression.gzip.level", "RecordRulesTest", "aHigherLevelPacksTighter"),
          shown("compression.lz4.level", "RecordRulesTest", "aHigherLevelPacksTighter"),
          shown("compression.zstd.level", "RecordRulesTest", "aHigherLevelPacksTighter"),
          log("delete.retention.ms", "5", "tombstonesOutliveTheFirstCleaning"),
          refused("errors.deadletterqueue.group.enable", "true"),
          moot("file.delete.delay.ms"),
          moot("flush.messages"),
          moot("flush.ms"),
          shown(
              "follower.replication.throttled.replicas",
              "CopyRatesTest",
              "ratesAreThoseOfTheBrokersAndThrottlesOnlyForWhomTheTopicNames"),
          log("index.interval.bytes", "5", "indexIntervalDecidesHowManyEntriesThereAre"),
          shown(
              "leader.replication.throttled.replicas",
              "CopyRatesTest",
              "ratesAreThoseOfTheBrokersAndThrottlesOnlyForWhomTheTopicNames"),
          moot("local.retention.bytes"),
          moot("local.retention.ms"),
          log("max.compaction.lag.ms", "5", "theGreatestLagOverrulesTheRatio"),
          shown(
              "max.decompressed.message.bytes", "RecordRulesTest", "whatUnpacksToTooMuchIsRefused"),
          shown(
              "max.message.bytes", "ProduceHandlerTest", "aBatchLargerThanItsTopicAllowsIsRefused"),
          shown(
              "message.timestamp.after.max.ms",
              "ProduceHandlerTest",
              "aTimeTooFarAheadIsRefusedUnlessTheLogSetsTheTime"),
          shown(
              "message.timestamp.before.max.ms", "RecordRulesTest", "recordsThatAreTooOldAreNamed"),
          Map.entry(
              "message.timestamp.type",
              new Fate.Log("LogAppendTime", "appendTimeReplacesTheProducersTime")),
          log("min.cleanable.dirty.ratio", "0.1", "theDirtyRatioSaysWhenCompactionIsWorthIt"),
          log("min.compaction.lag.ms", "5", "theLeastLagProtectsWhatIsYoung"),
          shown("min.insync.replicas", "TopicCommandsTest", "settingsAreCheckedAndKept"),
          log("preallocate", "true", "preallocatedSegmentsHaveTheirFullSizeAtOnce"),
          moot("remote.copy.lag.bytes"),
          moot("remote.copy.lag.ms"),
          moot("remote.log.copy.disable"),
          moot("remote.log.delete.on.disable"),
          refused("remote.storage.enable", "true"),
          log("retention.bytes", "5", "retentionBytesDropWhatIsTooMuch"),
          log("retention.ms", "5", "retentionMsDropsWhatIsOld"),
          log("segment.bytes", "2000000", "segmentBytesCloseASegment"),
          log("segment.index.bytes", "5000", "aFullIndexClosesASegment"),
          log("segment.jitter.ms", "5", "segmentJitterSpreadsTheTimesOfClosing"),
          log("segment.ms", "5", "segmentMsCloseASegment"),
          moot("unclean.leader.election.enable"));

  /** A constant that outlived what it names; Kafka refuses it since 4.0, and so do we. */
  private static final String LEFT_OVER = "message.downconversion.enable";

  private static Map.Entry<String, Fate> log(String name, String value, String shownBy) {
    return Map.entry(name, new Fate.Log(value, shownBy));
  }

  private static Map.Entry<String, Fate> shown(String name, String test, String method) {
    return Map.entry(name, new Fate.Shown(test, method));
  }

  private static Map.Entry<String, Fate> refused(String name, String value) {
    return Map.entry(name, new Fate.Refused(value));
  }

  private static Map.Entry<String, Fate> moot(String name) {
    return Map.entry(name, new Fate.Moot());
  }

  static Stream<String> settings() {
    return Stream.concat(TopicSettings.all().stream().map(ConfigKey::name), FATES.keySet().stream())
        .distinct();
  }

  @Test
  void thereAreThoseOfKafkaAndNoOthers() {
    Set<String> kafkas =
        Stream.concat(
                Arrays.stream(TopicConfig.class.getFields())
                    .filter(field -> field.getName().endsWith("_CONFIG"))
                    .map(EveryTopicSettingTest::valueOf)
                    .filter(name -> !name.equals(LEFT_OVER)),
                WITHOUT_CONSTANT.stream())
            .collect(Collectors.toSet());

    assertThat(TopicSettings.all().stream().map(ConfigKey::name))
        .containsExactlyInAnyOrderElementsOf(kafkas);
  }

  private static String valueOf(Field constant) {
    try {
      return (String) constant.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isHonouredOrRefusedOrMoot(String name) {
    ConfigKey setting = TopicSettings.find(name).orElseThrow();
    assertThat(FATES).as("somebody has decided what becomes of " + name).containsKey(name);
    switch (FATES.get(name)) {
      case Fate.Log(String value, String shownBy) -> {
        assertThat(LogSettingsOf.topic(TopicSettings.of(Map.of(name, value)), NODE))
            .isNotEqualTo(LogSettingsOf.topic(TopicSettings.of(Map.of()), NODE));
        assertThat(sourceOf("LogSettingsTest") + sourceOf("PartitionLogTest"))
            .contains("void " + shownBy + "(");
      }
      case Fate.Shown(String test, String method) ->
          assertThat(sourceOf(test)).contains("void " + method + "(");
      case Fate.Refused(String value) ->
          assertThat(TopicSettings.refusal(Map.of(name, Optional.of(value)), 3)).isPresent();
      case Fate.Moot() -> assertThat(setting.documentation()).startsWith("Without effect: ");
    }
  }

  private static String sourceOf(String test) {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return Files.readString(
          files.filter(file -> file.endsWith(test + ".java")).findFirst().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
