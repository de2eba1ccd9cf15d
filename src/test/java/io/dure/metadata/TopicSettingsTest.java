package io.dure.metadata;

import static org.assertj.core.api.Assertions.assertThat;

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
    for (TopicSetting setting : TopicSettings.all()) {
      assertThat(setting.refusal(setting.defaultValue())).as(setting.name()).isEmpty();
    }
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
