package io.dure.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Where the fields of a record batch (magic 2) stand. All reads are absolute: {@code at} is the
 * index of the batch's first byte in the buffer, whose byte order is big endian. Nothing is checked
 * here but what {@link #flaw} says.
 */
final class BatchFormat {
  static final int HEADER_BYTES = 61;
  static final long NO_PRODUCER = -1;
  static final int TRANSACTIONAL = 0x10;
  static final int CONTROL = 0x20;

  private static final int LENGTH = 8;
  private static final int LENGTH_STARTS_AT = 12;
  private static final int LEADER_EPOCH = 12;
  private static final int MAGIC = 16;
  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int BASE_TIMESTAMP = 27;
  private static final int MAX_TIMESTAMP = 35;
  private static final int PRODUCER_ID = 43;
  private static final int PRODUCER_EPOCH = 51;
  private static final int BASE_SEQUENCE = 53;
  private static final int COUNT = 57;

  private BatchFormat() {}

  static long baseOffset(ByteBuffer b, int at) {
    return b.getLong(at);
  }

  /** Offset after the last record (exclusive). */
  static long endOffset(ByteBuffer b, int at) {
    return b.getLong(at) + b.getInt(at + LAST_OFFSET_DELTA) + 1;
  }

  /**
   * The whole batch with its header; wrong lengths come out as negative or larger than there is.
   */
  static long sizeBytes(ByteBuffer b, int at) {
    return (long) b.getInt(at + LENGTH) + LENGTH_STARTS_AT;
  }

  static int leaderEpoch(ByteBuffer b, int at) {
    return b.getInt(at + LEADER_EPOCH);
  }

  static byte magic(ByteBuffer b, int at) {
    return b.get(at + MAGIC);
  }

  static short attributes(ByteBuffer b, int at) {
    return b.getShort(at + ATTRIBUTES);
  }

  static int lastOffsetDelta(ByteBuffer b, int at) {
    return b.getInt(at + LAST_OFFSET_DELTA);
  }

  static long baseTimestamp(ByteBuffer b, int at) {
    return b.getLong(at + BASE_TIMESTAMP);
  }

  static long maxTimestamp(ByteBuffer b, int at) {
    return b.getLong(at + MAX_TIMESTAMP);
  }

  static long producerId(ByteBuffer b, int at) {
    return b.getLong(at + PRODUCER_ID);
  }

  static short producerEpoch(ByteBuffer b, int at) {
    return b.getShort(at + PRODUCER_EPOCH);
  }

  static int baseSequence(ByteBuffer b, int at) {
    return b.getInt(at + BASE_SEQUENCE);
  }

  static int count(ByteBuffer b, int at) {
    return b.getInt(at + COUNT);
  }

  static boolean isControl(ByteBuffer b, int at) {
    return (attributes(b, at) & CONTROL) != 0;
  }

  static boolean isTransactional(ByteBuffer b, int at) {
    return (attributes(b, at) & TRANSACTIONAL) != 0;
  }

  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; more is unknown. */
  static int codec(ByteBuffer b, int at) {
    return attributes(b, at) & 0x07;
  }

  /** Gives a batch its place in the log. The checksum does not cover these two fields. */
  static void stamp(ByteBuffer b, int at, long baseOffset, int leaderEpoch) {
    b.putLong(at, baseOffset);
    b.putInt(at + LEADER_EPOCH, leaderEpoch);
  }

  /** Turns a batch to "log append time": all its records carry {@code wallMs} now. */
  static void stampAppendTime(ByteBuffer b, int at, long wallMs) {
    b.putShort(at + ATTRIBUTES, (short) (attributes(b, at) | 0x08));
    b.putLong(at + MAX_TIMESTAMP, wallMs);
    writeCrc(b, at);
  }

  static void writeCrc(ByteBuffer b, int at) {
    b.putInt(at + CRC, (int) crc(b, at, (int) sizeBytes(b, at)));
  }

  static boolean crcMatches(ByteBuffer b, int at, int sizeBytes) {
    return (b.getInt(at + CRC) & 0xFFFF_FFFFL) == crc(b, at, sizeBytes);
  }

  private static long crc(ByteBuffer b, int at, int sizeBytes) {
    var crc = new CRC32C();
    crc.update(b.slice(at + ATTRIBUTES, sizeBytes - ATTRIBUTES));
    return crc.getValue();
  }

  /**
   * What is wrong with the header's shape, or empty; {@code room} is how many bytes the batch may
   * take at most.
   */
  static String flaw(ByteBuffer b, int at, long room) {
    long size = sizeBytes(b, at);
    if (size < HEADER_BYTES) {
      return "batch length " + (size - LENGTH_STARTS_AT) + " is too small";
    }
    if (size > room) {
      return "batch of " + size + " bytes in " + room + " bytes";
    }
    if (magic(b, at) != 2) {
      return "batch magic " + magic(b, at) + " is not 2";
    }
    if (lastOffsetDelta(b, at) < 0) {
      return "last offset delta " + lastOffsetDelta(b, at) + " is negative";
    }
    return "";
  }
}
