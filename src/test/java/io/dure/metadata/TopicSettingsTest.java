package io.dure.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The settings that a topic may have. */
class TopicSettingsTest {
  private static Optional<String> refusal(String name, String value) {
    return TopicSettings.refusal(Map.of(name, Optional.of(value)), 3);
  }

  @Test
  void everyDefaultIsAValueThatMayBeSet() {
    for (ConfigKey setting : TopicSettings.all()) {
      assertThat(setting.refusal(setting.defaultValue())).as(setting.name()).isEmpty();
    }
  }

  @Test
  void theNearestValueIsInForce() {
    NodeId one = new NodeId(1);
    NodeId two = new NodeId(2);
    ClusterImage image =
        ClusterImage.EMPTY.apply(
            List.of(
                new MetadataRecord.ConfigChanged(
                    ConfigResource.broker(one), "log.retention.ms", Optional.of("2")),
                new MetadataRecord.ConfigChanged(
                    ConfigResource.ALL_BROKERS, "log.retention.ms", Optional.of("3"))),
            2);
    Map<String, String> started = Map.of("log.retention.ms", "4", "message.max.bytes", "5");

    TopicSettings own = TopicSettings.inForce(Map.of("retention.ms", "1"), image, one, started);
    assertThat(own.longValue("retention.ms")).isEqualTo(1);
    assertThat(own.layers("retention.ms").stream().map(TopicSettings.Layer::value))
        .containsExactly("1", "2", "3", "4", "604800000");
    assertThat(own.layers("retention.ms").stream().map(TopicSettings.Layer::source))
        .containsExactly(TopicSettings.Source.values());
    TopicSettings onOne = TopicSettings.inForce(Map.of(), image, one, started);
    assertThat(onOne.longValue("retention.ms")).isEqualTo(2);
    TopicSettings onTwo = TopicSettings.inForce(Map.of(), image, two, started);
    assertThat(onTwo.longValue("retention.ms")).isEqualTo(3);
    assertThat(onTwo.intValue("max.message.bytes")).isEqualTo(5);
    assertThat(onTwo.intValue("segment.bytes")).isEqualTo(1 << 30);
    TopicSettings elsewhere = TopicSettings.inForce(Map.of(), ClusterImage.EMPTY, two, started);
    assertThat(elsewhere.longValue("retention.ms")).isEqualTo(4);
  }

  @Test
  void ownSettingsCountBeforeDefaults() {
    TopicSettings settings = TopicSettings.of(Map.of("retention.ms", "60000"));

    assertThat(settings.longValue("retention.ms")).isEqualTo(60_000);
    assertThat(settings.isOwn("retention.ms")).isTrue();
    assertThat(settings.intValue("segment.bytes")).isEqualTo(1 << 30);
    assertThat(settings.isOwn("segment.bytes")).isFalse();
  }

  @Test
  void unknownNamesAndWrongValuesAreRefusedWithTheReason() {
    assertThat(refusal("no.such.setting", "1"))
        .contains("Unknown topic config name: no.such.setting");
    assertThat(refusal("retention.ms", "soon"))
        .contains("Invalid value soon for configuration retention.ms: Not a number of type LONG");
    assertThat(refusal("retention.ms", "-2"))
        .contains("Invalid value -2 for configuration retention.ms: Value must be at least -1");
    assertThat(refusal("max.message.bytes", "3000000000"))
        .contains(
            "Invalid value 3000000000 for configuration max.message.bytes: Not a number of type INT");
    assertThat(refusal("min.cleanable.dirty.ratio", "1.5"))
        .contains(
            "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1.0");
    assertThat(refusal("min.cleanable.dirty.ratio", "NaN")).isPresent();
    assertThat(refusal("preallocate", "maybe")).isPresent();
    assertThat(refusal("cleanup.policy", "delete,shred")).isPresent();
    assertThat(refusal("compression.type", "rar")).isPresent();
    assertThat(TopicSettings.refusal(Map.of("retention.ms", Optional.empty()), 3)).isPresent();
  }

  @Test
  void legalValuesAreTaken() {
    assertThat(refusal("cleanup.policy", "compact, delete")).isEmpty();
    assertThat(refusal("compression.type", "zstd")).isEmpty();
    assertThat(refusal("preallocate", "TRUE")).isEmpty();
    assertThat(refusal("retention.ms", "-1")).isEmpty();
    assertThat(refusal("min.insync.replicas", "3")).isEmpty();
  }

  @Test
  void settingsThatContradictEachOtherOrTheTopicAreRefused() {
    assertThat(
            TopicSettings.refusal(
                Map.of(
                    "min.compaction.lag.ms",
                    Optional.of("10"),
                    "max.compaction.lag.ms",
                    Optional.of("5")),
                3))
        .isPresent();
    assertThat(refusal("remote.storage.enable", "true")).isPresent();
    assertThat(refusal("min.insync.replicas", "4")).isPresent();
  }
}
