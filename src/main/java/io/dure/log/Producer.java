package io.dure.log;

import java.util.ArrayDeque;

/** One producer of one log: its batches oldest first, all of {@code epoch}. */
final class Producer {
  static final int KEPT_BATCHES = 5;
  static final long NO_OFFSET = -1;
  static final int NO_COORDINATOR = -1;

  short epoch;
  int coordinatorEpoch = NO_COORDINATOR;
  long txnFirstOffset = NO_OFFSET;
  long lastTimestampMs;

  /** Of the last marker since the log was opened; not kept over that. */
  long lastMarkerOffset = NO_OFFSET;

  final ArrayDeque<Batch> batches = new ArrayDeque<>(KEPT_BATCHES);

  Producer(short epoch) {
    this.epoch = epoch;
  }

  /** Sequence numbers start anew with an epoch. */
  void enter(short newer) {
    if (epoch != newer) {
      epoch = newer;
      batches.clear();
    }
  }

  void add(Batch batch) {
    if (batches.size() == KEPT_BATCHES) {
      batches.removeFirst();
    }
    batches.addLast(batch);
  }

  void lastBatchAt(long timestampMs) {
    if (!batches.isEmpty()) {
      Batch last = batches.removeLast();
      batches.addLast(
          new Batch(last.lastSequence(), last.lastOffset(), last.offsetDelta(), timestampMs));
    }
  }

  boolean inTransaction() {
    return txnFirstOffset != NO_OFFSET;
  }

  /** One batch; sequence numbers wrap around from 2^31-1 to 0. */
  record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
    int firstSequence() {
      return lastSequence >= offsetDelta
          ? lastSequence - offsetDelta
          : Integer.MAX_VALUE - (offsetDelta - lastSequence) + 1;
    }
  }
}
