package io.dure.log;

import java.util.ArrayDeque;
import java.util.TreeMap;

/**
 * The transactions of one log that bound what a reader of committed data may see: those without a
 * marker, and those whose marker is not known to be committed. Confined to the log's loop.
 */
final class OpenTransactions {
  private final TreeMap<Long, Long> undecided = new TreeMap<>(); // first offset to producer

  /**
   * Only those that may become the oldest: an earlier marker of a transaction that began later says
   * nothing. So both offsets grow from head to tail.
   */
  private final ArrayDeque<Decided> decided = new ArrayDeque<>(0);

  record Decided(long firstOffset, long markerOffset) {}

  void began(long firstOffset, long producerId) {
    undecided.put(firstOffset, producerId);
  }

  /** Returns the first offset of the oldest transaction left, or else the one after the marker. */
  long ended(long firstOffset, long markerOffset) {
    undecided.remove(firstOffset);
    addDecided(new Decided(firstOffset, markerOffset));
    return undecided.isEmpty() ? markerOffset + 1 : undecided.firstKey();
  }

  void addDecided(Decided ended) {
    while (!decided.isEmpty() && decided.getLast().firstOffset() >= ended.firstOffset()) {
      decided.removeLast();
    }
    decided.addLast(ended);
  }

  /** Markers below {@code highWatermark} (exclusive) will not go again. */
  void committedTo(long highWatermark) {
    while (!decided.isEmpty() && decided.getFirst().markerOffset() < highWatermark) {
      decided.removeFirst();
    }
  }

  /** Everything below is decided for good, as far as it is committed; the largest number if all. */
  long firstUnstable() {
    long first = undecided.isEmpty() ? Long.MAX_VALUE : undecided.firstKey();
    return decided.isEmpty() ? first : Math.min(first, decided.getFirst().firstOffset());
  }

  Iterable<Decided> decided() {
    return decided;
  }

  int decidedCount() {
    return decided.size();
  }

  void clear() {
    undecided.clear();
    decided.clear();
  }

  void replaceBy(OpenTransactions other) {
    clear();
    undecided.putAll(other.undecided);
    decided.addAll(other.decided);
  }
}
