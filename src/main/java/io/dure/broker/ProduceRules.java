package io.dure.broker;

import io.dure.log.Recompression;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import java.util.List;
import java.util.Optional;

/**
 * What a topic's settings ask of the batches that producers send, read once and not per batch.
 *
 * @param maxBatchBytes after compression
 * @param appendTime whether records carry the time of their append, whatever the producer wrote
 * @param beforeMaxMs how far behind now a timestamp may be; {@link #NO_LIMIT_MS}: as it likes
 * @param afterMaxMs how far ahead of now
 * @param keys whether each record needs one
 * @param packing in which all batches are kept; empty: as they came
 * @param maxDecompressedBytes of a batch that is looked into
 */
record ProduceRules(
    int maxBatchBytes,
    boolean appendTime,
    long beforeMaxMs,
    long afterMaxMs,
    boolean keys,
    Optional<Recompression.Target> packing,
    int maxDecompressedBytes) {
  /** By the number that a batch's attributes give them. */
  static final List<String> CODECS = List.of("uncompressed", "gzip", "snappy", "lz4", "zstd");

  static final long NO_LIMIT_MS = Long.MAX_VALUE;

  static ProduceRules of(TopicSettings topic) {
    int codec = CODECS.indexOf(topic.text(TopicSettings.COMPRESSION_TYPE));
    return new ProduceRules(
        topic.intValue(TopicSettings.MAX_MESSAGE_BYTES),
        topic.text(TopicSettings.TIMESTAMP_TYPE).equals("LogAppendTime"),
        topic.longValue(TopicSettings.TIMESTAMP_BEFORE_MAX_MS),
        topic.longValue(TopicSettings.TIMESTAMP_AFTER_MAX_MS),
        ConfigKey.items(topic.text(TopicSettings.CLEANUP_POLICY)).contains("compact"),
        codec < 0
            ? Optional.empty()
            : Optional.of(new Recompression.Target(codec, level(topic, codec))),
        topic.intValue(TopicSettings.MAX_DECOMPRESSED_BYTES));
  }

  private static int level(TopicSettings topic, int codec) {
    String name = CODECS.get(codec);
    return codec == 0 || name.equals("snappy")
        ? 0
        : topic.intValue("compression." + name + ".level");
  }

  /** The limits of what comes at {@code nowMs} (since 1970). */
  ProducedRecords.Limits limits(long nowMs) {
    if (appendTime) {
      return new ProducedRecords.Limits(maxBatchBytes, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    long latestMs = nowMs + afterMaxMs;
    return new ProducedRecords.Limits(
        maxBatchBytes, nowMs - beforeMaxMs, latestMs < 0 ? Long.MAX_VALUE : latestMs);
  }

  /** Whether the time of each record counts, and not that of the newest alone. */
  boolean times() {
    return !appendTime && beforeMaxMs != NO_LIMIT_MS;
  }
}
