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
   * @param start where the log starts: what was before it aborts nothing that can be read
   * @param end where what the segment's index has to cover ends (exclusive)
   */
  static AbortedIndex indexOf(Segment segment, ProducerReplay producers, long start, long end) {
    return segment
        .aborted()
        .orElseGet(() -> {
          List<AbortedTxn> found = new ArrayList<>();
          producers.until(
              Math.max(start, segment.base()), start, end, aborted -> found.add(aborted));
          AbortedIndex index = AbortedIndex.of(found);
          segment.aborted(index);
          return index;
        });
  }
}
