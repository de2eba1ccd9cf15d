package io.dure.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A transaction's marker as it stands in a log, in Kafka's format: a batch of one record, whose key
 * is a version and a type (0 abort, 1 commit) and whose value is a version and the coordinator's
 * epoch.
 */
public final class ControlBatch {
  private static final short VERSION = 0;
  private static final short ABORT = 0;
  private static final short COMMIT = 1;
  private static final int KEY_BYTES = 4;
  private static final int VALUE_BYTES = 6;
  private static final int NO_SEQUENCE = -1;

  private ControlBatch() {}

  /** The batch to be appended. */
  public static ByteBuffer of(TxnMarker marker, long wallMs) {
    byte[] key = new byte[KEY_BYTES];
    ByteBuffer.wrap(key).putShort(VERSION).putShort(marker.commit() ? COMMIT : ABORT);
    byte[] value = new byte[VALUE_BYTES];
    ByteBuffer.wrap(value).putShort(VERSION).putInt(marker.coordinatorEpoch());
    return new BatchBuilder()
        .add(key, Optional.of(value), wallMs)
        .buildMarker(marker.producerId(), marker.producerEpoch(), NO_SEQUENCE);
  }

  /** The marker in the control batch at {@code at}; empty when it is of another kind. */
  static Optional<TxnMarker> marker(ByteBuffer bytes, int at) {
    int end = at + (int) BatchFormat.sizeBytes(bytes, at);
    if (BatchFormat.count(bytes, at) < 1) {
      return Optional.empty();
    }
    int next = Varints.after(bytes, at + BatchFormat.HEADER_BYTES, end); // length
    next = Varints.after(bytes, next + 1, end); // attributes, time
    next = Varints.after(bytes, next, end); // offset
    long keyBytes = Varints.value(bytes, next, end);
    int key = Varints.after(bytes, next, end);
    if (keyBytes < KEY_BYTES || keyBytes > end - key) {
      return Optional.empty();
    }
    int valueLength = key + (int) keyBytes;
    long valueBytes = Varints.value(bytes, valueLength, end);
    int value = Varints.after(bytes, valueLength, end);
    short type = bytes.getShort(key + 2);
    if (valueBytes < VALUE_BYTES || valueBytes > end - value || type < ABORT || type > COMMIT) {
      return Optional.empty();
    }
    return Optional.of(
        new TxnMarker(
            BatchFormat.producerId(bytes, at),
            BatchFormat.producerEpoch(bytes, at),
            bytes.getInt(value + 2),
            type == COMMIT,
            (short) 0));
  }
}
