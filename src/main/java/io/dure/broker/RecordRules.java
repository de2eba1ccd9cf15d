package io.dure.broker;

import io.dure.log.Recompression;
import io.dure.log.RecordInspection;
import io.dure.metadata.ConfigKey;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What a topic's settings ask of single records, beyond what a batch's header tells: keys where it
 * is compacted, timestamps where old ones are refused, another compression. Batches of topics
 * without such settings are not unpacked (decision 8).
 */
final class RecordRules {
  private static final List<String> CODECS =
      List.of("uncompressed", "gzip", "snappy", "lz4", "zstd");
  private static final long NO_LIMIT_MS = Long.MAX_VALUE;
  private static final int SHOWN = 3;

  /** One record (from 0) and why it is refused. */
  record RecordError(int index, String message) {
    @Override
    public String toString() {
      return "RecordError(batchIndex=" + index + ", message='" + message + "')";
    }
  }

  record Refusal(WireError error, String reason, List<RecordError> records) {}

  /** The batch to be appended, or why it is refused. */
  record Outcome(ByteBuffer batch, Optional<Refusal> refusal) {}

  private RecordRules() {}

  /**
   * @param limits of timestamps and sizes, which the header satisfies already
   * @param partition as people know it
   */
  static Outcome apply(
      ByteBuffer batch, TopicSettings topic, ProducedRecords.Limits limits, String partition) {
    boolean keys = ConfigKey.items(topic.text(TopicSettings.CLEANUP_POLICY)).contains("compact");
    boolean times =
        limits.earliestMs() != Long.MIN_VALUE
            && topic.longValue(TopicSettings.TIMESTAMP_BEFORE_MAX_MS) != NO_LIMIT_MS;
    int codec = CODECS.indexOf(topic.text(TopicSettings.COMPRESSION_TYPE));
    var target = new Recompression.Target(codec, codec < 0 ? 0 : level(topic, codec));
    boolean repack = codec >= 0 && Recompression.isNeeded(batch, target);
    if (!keys && !times && !repack) {
      return new Outcome(batch, Optional.empty());
    }
    RecordInspection found =
        RecordInspection.of(
            batch,
            limits.earliestMs(),
            limits.latestMs(),
            topic.intValue(TopicSettings.MAX_DECOMPRESSED_BYTES));
    Optional<Refusal> refusal = refusal(found, keys, limits, partition);
    if (refusal.isPresent() || !repack) {
      return new Outcome(batch, refusal);
    }
    ByteBuffer repacked = Recompression.of(batch, target);
    return new Outcome(
        repacked,
        repacked.remaining() > limits.maxBatchBytes()
            ? Optional.of(
                new Refusal(
                    WireError.MESSAGE_TOO_LARGE,
                    "The batch has %d bytes in compression %s, max.message.bytes allows %d"
                        .formatted(repacked.remaining(), CODECS.get(codec), limits.maxBatchBytes()),
                    List.of()))
            : Optional.empty());
  }

  private static int level(TopicSettings topic, int codec) {
    String name = CODECS.get(codec);
    return codec == 0 || name.equals("snappy")
        ? 0
        : topic.intValue("compression." + name + ".level");
  }

  private static Optional<Refusal> refusal(
      RecordInspection found, boolean keys, ProducedRecords.Limits limits, String partition) {
    if (found.broken().isPresent()) {
      return Optional.of(new Refusal(WireError.INVALID_RECORD, found.broken().get(), List.of()));
    }
    if (keys && !found.keyless().isEmpty()) {
      return summed(
          WireError.INVALID_RECORD,
          found.keyless().stream()
              .map(i ->
                  new RecordError(
                      i,
                      "Compacted topic cannot accept message without key in topic partition "
                          + partition
                          + "."))
              .toList());
    }
    if (!found.untimely().isEmpty()) {
      return summed(
          WireError.INVALID_TIMESTAMP,
          found.untimely().stream()
              .map(u ->
                  new RecordError(
                      u.index(),
                      "Timestamp %d of message with offset %d is out of range. The timestamp should be within [%d, %d]"
                          .formatted(
                              u.timestampMs(), u.index(), limits.earliestMs(), limits.latestMs())))
              .toList());
    }
    return Optional.empty();
  }

  private static Optional<Refusal> summed(WireError error, List<RecordError> records) {
    return Optional.of(
        new Refusal(
            error,
            "One or more records have been rejected due to "
                + records.size()
                + " record errors in total, and only showing the first three errors at most: "
                + records.subList(0, Math.min(SHOWN, records.size())),
            records));
  }
}
