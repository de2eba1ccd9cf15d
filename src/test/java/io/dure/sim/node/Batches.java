package io.dure.sim.node;

import io.dure.log.BatchBuilder;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Batches as idempotent producers send them. */
final class Batches {
  private static final long SENT_AT = 1_700_000_000_000L;

  private Batches() {}

  static ByteBuffer of(long producer, int sequence, int records, SimRng rng) {
    var builder = new BatchBuilder();
    for (int i = 0; i < records; i++) {
      // Now and then one that spans several sectors, so that a power cut can tear it.
      byte[] value = new byte[rng.chance(60) ? rng.below(1800) : 8 + rng.below(120)];
      for (int at = 0; at < value.length; at++) {
        value[at] = (byte) rng.below(256);
      }
      builder.add(new byte[] {(byte) rng.below(12)}, Optional.of(value), SENT_AT);
    }
    ByteBuffer batch = builder.build();
    batch.putLong(43, producer).putShort(51, (short) 0).putInt(53, sequence);
    var crc = new CRC32C();
    crc.update(batch.slice(21, batch.limit() - 21));
    return batch.putInt(17, (int) crc.getValue());
  }

  /** The log stamps what it is given. */
  static ByteBuffer copy(ByteBuffer batch) {
    return ByteBuffer.allocate(batch.limit()).put(batch.duplicate().rewind()).flip();
  }
}
