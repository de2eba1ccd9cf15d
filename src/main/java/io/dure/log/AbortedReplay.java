package io.dure.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the aborted transactions of a segment again from the batches, where its index file did not
 * survive a power cut.
 */
final class AbortedReplay {
  private AbortedReplay() {}

  /**
   * The segment's index, made anew if need be.
   *
   * @param end where what the segment's index has to cover ends (exclusive)
   */
  static AbortedIndex indexOf(Segment segment, ProducerReplay producers, long end) {
    return segment
        .aborted()
        .orElseGet(() -> {
          List<AbortedTxn> found = new ArrayList<>();
          producers.until(segment.base(), end, found::add);
          AbortedIndex index = AbortedIndex.of(found);
          segment.aborted(index);
          return index;
        });
  }
}
