package io.dure.log;

import java.nio.ByteBuffer;

/**
 * A batch without records that stands for a run of offsets whose records compaction has dropped. It
 * keeps the offsets of a log without gaps: every batch begins where the one before it ends, so
 * reading, copying and recovery need not know of compaction. Clients pass over it, as over the
 * empty batches that Kafka leaves behind. It belongs to no producer, so it can be cut and joined at
 * will within one epoch.
 */
final class EmptyBatch {
  /** Offsets that one stands for at most; a run of more takes several. */
  static final int MOST_OFFSETS = 1 << 28;

  private static final long NO_TIMESTAMP = -1;

  private EmptyBatch() {}

  /** Stands for the offsets from {@code from} (inclusive) to {@code end} (exclusive). */
  static ByteBuffer of(long from, long end, int epoch) {
    ByteBuffer batch = ByteBuffer.allocate(BatchFormat.HEADER_BYTES);
    batch.putLong(from).putInt(BatchFormat.HEADER_BYTES - 12).putInt(epoch);
    batch.put((byte) 2).putInt(0).putShort((short) 0).putInt((int) (end - 1 - from));
    batch.putLong(NO_TIMESTAMP).putLong(NO_TIMESTAMP);
    batch.putLong(BatchFormat.NO_PRODUCER).putShort((short) -1).putInt(-1).putInt(0);
    BatchFormat.writeCrc(batch, 0);
    return batch.flip();
  }

  static boolean is(ByteBuffer b, int at) {
    return BatchFormat.count(b, at) == 0
        && BatchFormat.producerId(b, at) == BatchFormat.NO_PRODUCER;
  }

  /** Leaves of the one at {@code at} what is from {@code from} (inclusive) on. */
  static void startAt(ByteBuffer b, int at, long from) {
    ByteBuffer rest = of(from, BatchFormat.endOffset(b, at), BatchFormat.leaderEpoch(b, at));
    b.put(at, rest, 0, BatchFormat.HEADER_BYTES);
  }
}
