package io.dure.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Checks what producers send before a leader appends it: after that, every replica takes it as it
 * is. Looks at headers and checksums, and whether uncompressed records add up; not into compressed
 * ones: those are the producer's own affair, and unpacking them would cost more than all else that
 * a broker does with them. Stateless.
 */
public final class ProducedBatches {
  private static final int KNOWN_CODECS = 4;

  private ProducedBatches() {}

  /** Why batches cannot be taken. */
  public record Flaw(Kind kind, String text) {}

  public enum Kind {
    /** The bytes are not what was sent, or not batches at all. */
    CORRUPT,
    /** The checksum fits, but the producer should not have sent it. */
    INVALID,
    UNKNOWN_COMPRESSION
  }

  /** What is wrong with the batches from position to limit; empty when they may be appended. */
  public static Optional<Flaw> check(ByteBuffer batches) {
    int at = batches.position();
    if (!batches.hasRemaining()) {
      return flaw(Kind.INVALID, "no batch");
    }
    while (at < batches.limit()) {
      int room = batches.limit() - at;
      if (room < BatchFormat.HEADER_BYTES) {
        return flaw(Kind.CORRUPT, room + " bytes are less than a batch's header");
      }
      String shape = BatchFormat.flaw(batches, at, room);
      if (!shape.isEmpty()) {
        return flaw(Kind.CORRUPT, shape);
      }
      int sizeBytes = (int) BatchFormat.sizeBytes(batches, at);
      if (!BatchFormat.crcMatches(batches, at, sizeBytes)) {
        return flaw(Kind.CORRUPT, "the checksum does not fit the batch");
      }
      Optional<Flaw> content = content(batches, at);
      if (content.isPresent()) {
        return content;
      }
      at += sizeBytes;
    }
    return Optional.empty();
  }

  private static Optional<Flaw> content(ByteBuffer batches, int at) {
    int count = BatchFormat.count(batches, at);
    int lastOffsetDelta = BatchFormat.lastOffsetDelta(batches, at);
    if (count <= 0 || lastOffsetDelta != count - 1) {
      return flaw(
          Kind.INVALID,
          "a batch of %d records whose last offset delta is %d".formatted(count, lastOffsetDelta));
    }
    if (BatchFormat.codec(batches, at) > KNOWN_CODECS) {
      return flaw(Kind.UNKNOWN_COMPRESSION, "compression " + BatchFormat.codec(batches, at));
    }
    if (BatchFormat.baseOffset(batches, at) != 0) {
      return flaw(
          Kind.INVALID,
          "the base offset of a new batch should be 0, not " + BatchFormat.baseOffset(batches, at));
    }
    if (BatchFormat.codec(batches, at) == 0 && !recordsAddUp(batches, at, count)) {
      return flaw(Kind.INVALID, "the records do not fill the batch as its header says");
    }
    boolean idempotent = BatchFormat.producerId(batches, at) != BatchFormat.NO_PRODUCER;
    if (idempotent
        && (BatchFormat.baseSequence(batches, at) < 0
            || BatchFormat.producerEpoch(batches, at) < 0)) {
      return flaw(
          Kind.INVALID,
          "producer %d with epoch %d and sequence %d"
              .formatted(
                  BatchFormat.producerId(batches, at),
                  BatchFormat.producerEpoch(batches, at),
                  BatchFormat.baseSequence(batches, at)));
    }
    return Optional.empty();
  }

  /** Whether there are {@code count} records with offsets 0, 1, 2 and so on, and nothing else. */
  private static boolean recordsAddUp(ByteBuffer batches, int at, int count) {
    int end = at + (int) BatchFormat.sizeBytes(batches, at);
    int next = at + BatchFormat.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      long length = Varints.value(batches, next, end);
      int body = Varints.after(batches, next, end);
      if (length <= 0 || length > end - body) {
        return false;
      }
      int offsetAt = Varints.after(batches, body + 1, end);
      if (Varints.value(batches, offsetAt, end) != i) {
        return false;
      }
      next = body + (int) length;
    }
    return next == end;
  }

  private static Optional<Flaw> flaw(Kind kind, String text) {
    return Optional.of(new Flaw(kind, text));
  }
}
