package io.dure.broker;

import io.dure.log.Recompression;
import io.dure.log.RecordInspection;
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
   * @param topic with {@code index}, the partition as people know it
   */
  static Outcome apply(
      ByteBuffer batch,
      ProduceRules rules,
      ProducedRecords.Limits limits,
      String topic,
      int index) {
    boolean repack =
        rules.packing().isPresent() && Recompression.isNeeded(batch, rules.packing().get());
    if (!rules.keys() && !rules.times() && !repack) {
      return new Outcome(batch, Optional.empty());
    }
    RecordInspection found =
        RecordInspection.of(
            batch, limits.earliestMs(), limits.latestMs(), rules.maxDecompressedBytes());
    Optional<Refusal> refusal = refusal(found, rules.keys(), limits, topic + "-" + index);
    return refusal.isPresent() || !repack
        ? new Outcome(batch, refusal)
        : repacked(batch, rules.packing().get(), limits);
  }

  private static Outcome repacked(
      ByteBuffer batch, Recompression.Target target, ProducedRecords.Limits limits) {
    ByteBuffer repacked = Recompression.of(batch, target);
    String codec = ProduceRules.CODECS.get(target.codec());
    return new Outcome(
        repacked,
        repacked.remaining() > limits.maxBatchBytes()
            ? Optional.of(
                new Refusal(
                    WireError.MESSAGE_TOO_LARGE,
                    "The batch has %d bytes in compression %s, max.message.bytes allows %d"
                        .formatted(repacked.remaining(), codec, limits.maxBatchBytes()),
                    List.of()))
            : Optional.empty());
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
