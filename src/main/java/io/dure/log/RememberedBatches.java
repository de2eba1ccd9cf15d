package io.dure.log;

import java.util.Set;

/**
 * The batches by which a producer is recognized, which outlive their records in a compacted log: so
 * a copy that is made from it knows as much of the producer as the log itself. All of them and not
 * the last one alone, since that one may not be committed yet, and go again, while the producer
 * still waits for the answer to the one before.
 *
 * @param lastOffsets the last offset of each; empty when only markers of this epoch are known
 */
record RememberedBatches(short epoch, Set<Long> lastOffsets) {
  static final RememberedBatches NONE = new RememberedBatches((short) -1, Set.of());

  RememberedBatches {
    lastOffsets = Set.copyOf(lastOffsets);
  }
}
