package io.dure.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.log.BatchBuilder;
import io.dure.log.LogRecord;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a topic's settings ask of single records. */
class RecordRulesTest {
  private static final ProducedRecords.Limits LIMITS =
      new ProducedRecords.Limits(1_000_000, 0, 9_000);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer batch() {
    return new BatchBuilder()
        .add(Optional.of(bytes("k")), Optional.of(bytes("v".repeat(500))), 2_000)
        .add(Optional.empty(), Optional.of(bytes("w")), 500)
        .build();
  }

  private static RecordRules.Outcome apply(ByteBuffer batch, Map<String, String> own) {
    return RecordRules.apply(batch, ProduceRules.of(TopicSettings.of(own)), LIMITS, "orders", 0);
  }

  @Test
  void plainTopicsTakeBatchesAsTheyAre() {
    ByteBuffer batch = batch();
    assertThat(apply(batch, Map.of()).batch()).isSameAs(batch);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compact", "compact,delete"})
  void compactedTopicsNameTheRecordsWithoutKeys(String policy) {
    RecordRules.Refusal refusal =
        apply(batch(), Map.of("cleanup.policy", policy)).refusal().orElseThrow();
    assertThat(refusal.error()).isEqualTo(WireError.INVALID_RECORD);
    assertThat(refusal.records())
        .containsExactly(
            new RecordRules.RecordError(
                1,
                "Compacted topic cannot accept message without key in topic partition orders-0."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void keysAreLookedForInCompressedBatchesToo(String codec) {
    ByteBuffer packed = apply(batch(), Map.of("compression.type", codec)).batch();
    assertThat(apply(packed, Map.of("cleanup.policy", "compact")).refusal()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void anotherCompressionKeepsRecordsAndProducer(String codec) {
    ByteBuffer batch = batch();
    batch.putLong(43, 7).putShort(51, (short) 3).putInt(53, 11);
    ByteBuffer packed = apply(batch, Map.of("compression.type", codec)).batch();
    assertThat(packed.remaining()).isLessThan(batch.remaining());
    assertThat(LogRecord.in(packed)).isEqualTo(LogRecord.in(batch));
    assertThat(packed.getInt(53)).isEqualTo(11);
    ByteBuffer again = apply(packed, Map.of("compression.type", "uncompressed")).batch();
    assertThat(LogRecord.in(again)).isEqualTo(LogRecord.in(batch));
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, compression.gzip.level, 1, 9",
    "lz4, compression.lz4.level, 1, 17",
    "zstd, compression.zstd.level, -50, 19"
  })
  void aHigherLevelPacksTighter(String codec, String key, String low, String high) {
    var builder = new BatchBuilder();
    for (int i = 0; i < 300; i++) {
      builder.add(Optional.of(bytes("key " + i * 7919 % 311)), Optional.of(bytes("v" + i * i)), i);
    }
    ByteBuffer batch = builder.build();
    ByteBuffer loose = apply(batch, Map.of("compression.type", codec, key, low)).batch();
    ByteBuffer tight = apply(batch, Map.of("compression.type", codec, key, high)).batch();
    assertThat(tight.remaining()).isLessThan(loose.remaining());
    assertThat(LogRecord.in(tight)).isEqualTo(LogRecord.in(loose));
  }

  @Test
  void recordsThatAreTooOldAreNamed() {
    RecordRules.Refusal refusal =
        RecordRules.apply(
                batch(),
                ProduceRules.of(
                    TopicSettings.of(Map.of("message.timestamp.before.max.ms", "8000"))),
                new ProducedRecords.Limits(1_000_000, 1_000, 9_000),
                "orders",
                0)
            .refusal()
            .orElseThrow();
    assertThat(refusal.error()).isEqualTo(WireError.INVALID_TIMESTAMP);
    assertThat(refusal.records()).extracting(RecordRules.RecordError::index).containsExactly(1);
  }

  @Test
  void whatUnpacksToTooMuchIsRefused() {
    ByteBuffer packed = apply(batch(), Map.of("compression.type", "zstd")).batch();
    RecordRules.Outcome outcome =
        apply(packed, Map.of("cleanup.policy", "compact", "max.decompressed.message.bytes", "100"));
    assertThat(outcome.refusal().orElseThrow().error()).isEqualTo(WireError.INVALID_RECORD);
  }
}
