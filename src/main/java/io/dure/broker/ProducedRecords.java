package io.dure.broker;

import io.dure.log.ProducedBatches;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a produce request may hold for one partition, by the rules of the request and not of the
 * log: exactly one batch, of magic 2, not too large, in a compression that the version knows, of a
 * time that the topic takes, and as it was sent.
 */
final class ProducedRecords {
  private static final int LENGTH_AT = 8;
  private static final int MAGIC_AT = 16;
  private static final int ATTRIBUTES_AT = 21;
  private static final int MAX_TIMESTAMP_AT = 35;
  private static final int PRODUCER_ID_AT = 43;
  private static final int PRODUCER_EPOCH_AT = 51;
  private static final int BASE_SEQUENCE_AT = 53;
  private static final long NO_TIMESTAMP = -1;
  private static final int BATCH_HEADER_BYTES = 61;
  private static final int BYTES_BEFORE_LENGTH_COUNTS = 12;
  private static final int COMPRESSION_BITS = 0x07;
  private static final int TRANSACTIONAL_BIT = 0x10;
  private static final int CONTROL_BIT = 0x20;
  private static final int ZSTD = 4;
  private static final short FIRST_VERSION_WITH_ZSTD = 7;

  record Refusal(WireError error, String reason) {}

  /**
   * What the topic takes.
   *
   * @param earliestMs the least timestamp (inclusive), milliseconds since 1970
   * @param latestMs the largest timestamp (inclusive)
   */
  record Limits(int maxBatchBytes, long earliestMs, long latestMs) {}

  private ProducedRecords() {}

  static Optional<Refusal> check(ByteBuffer batches, short version, Limits limits) {
    int start = batches.position();
    int sizeBytes = batches.remaining();
    if (sizeBytes <= MAGIC_AT) {
      return noBatch(version);
    }
    if (batches.get(start + MAGIC_AT) != 2) {
      return refuse(
          WireError.INVALID_RECORD,
          "Produce requests with version %d are only allowed to contain record batches with magic version 2"
              .formatted(version));
    }
    long batchBytes = BYTES_BEFORE_LENGTH_COUNTS + (long) batches.getInt(start + LENGTH_AT);
    if (batchBytes < BATCH_HEADER_BYTES) {
      return refuse(WireError.CORRUPT_MESSAGE, "The batch is shorter than its header");
    }
    if (batchBytes > sizeBytes) {
      return noBatch(version);
    }
    if (batchBytes < sizeBytes) {
      return refuse(
          WireError.INVALID_RECORD,
          "Produce requests with version %d are only allowed to contain exactly one record batch per partition"
              .formatted(version));
    }
    Optional<Refusal> attributes =
        checkAttributes(batches.getShort(start + ATTRIBUTES_AT), version);
    return attributes.isPresent()
        ? attributes
        : checkLimits(batches.getLong(start + MAX_TIMESTAMP_AT), batchBytes, limits)
            .or(() -> ProducedBatches.check(batches).map(ProducedRecords::refusal));
  }

  /** None that is complete. */
  private static Optional<Refusal> noBatch(short version) {
    return refuse(
        WireError.INVALID_RECORD,
        "Produce requests with version %d must have at least one record batch per partition"
            .formatted(version));
  }

  /** Whether the batch, checked or not, says that it is part of a transaction. */
  static boolean isTransactional(ByteBuffer batch) {
    return batch.remaining() >= BATCH_HEADER_BYTES
        && batch.get(batch.position() + MAGIC_AT) == 2
        && (batch.getShort(batch.position() + ATTRIBUTES_AT) & TRANSACTIONAL_BIT) != 0;
  }

  static long producerId(ByteBuffer batch) {
    return batch.getLong(batch.position() + PRODUCER_ID_AT);
  }

  static short producerEpoch(ByteBuffer batch) {
    return batch.getShort(batch.position() + PRODUCER_EPOCH_AT);
  }

  static int baseSequence(ByteBuffer batch) {
    return batch.getInt(batch.position() + BASE_SEQUENCE_AT);
  }

  private static Optional<Refusal> checkAttributes(short attributes, short version) {
    if ((attributes & COMPRESSION_BITS) == ZSTD && version < FIRST_VERSION_WITH_ZSTD) {
      return refuse(
          WireError.UNSUPPORTED_COMPRESSION_TYPE,
          "Produce requests with version %d are not allowed to use ZStandard compression"
              .formatted(version));
    }
    if ((attributes & CONTROL_BIT) != 0) {
      return refuse(WireError.INVALID_RECORD, "Clients are not allowed to write control records");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> checkLimits(long timestampMs, long batchBytes, Limits limits) {
    if (batchBytes > limits.maxBatchBytes()) {
      return refuse(
          WireError.MESSAGE_TOO_LARGE,
          "The batch has %d bytes, max.message.bytes allows %d"
              .formatted(batchBytes, limits.maxBatchBytes()));
    }
    if (timestampMs != NO_TIMESTAMP
        && (timestampMs < limits.earliestMs() || timestampMs > limits.latestMs())) {
      return refuse(
          WireError.INVALID_TIMESTAMP,
          "Timestamp %d of message is out of range: it should be within [%d, %d]"
              .formatted(timestampMs, limits.earliestMs(), limits.latestMs()));
    }
    return Optional.empty();
  }

  private static Refusal refusal(ProducedBatches.Flaw flaw) {
    WireError error =
        switch (flaw.kind()) {
          case CORRUPT -> WireError.CORRUPT_MESSAGE;
          case INVALID -> WireError.INVALID_RECORD;
          case UNKNOWN_COMPRESSION -> WireError.UNSUPPORTED_COMPRESSION_TYPE;
        };
    return new Refusal(error, flaw.text());
  }

  private static Optional<Refusal> refuse(WireError error, String reason) {
    return Optional.of(new Refusal(error, reason));
  }
}
