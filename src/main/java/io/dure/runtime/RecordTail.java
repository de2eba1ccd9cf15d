package io.dure.runtime;

import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest records a leader appended, still in memory, so that pushing them to followers that
 * keep up reads no file. Bounded by itself and, beyond its newest run, by what all tails of the
 * loop may hold together; a follower that is further behind is served from the file. Belongs to its
 * loop.
 */
final class RecordTail {
  /** Records beyond this many bytes are let go, the oldest first. */
  private static final int MAX_BYTES = 2 << 20;

  private final ByteBudget ofAll;
  private BatchSpan[] ring = new BatchSpan[8];
  private int head;
  private int size;
  private long bytes;
  // What was last put together from several spans; the followers of a partition ask for the same.
  private Optional<BatchSpan> merged = Optional.empty();

  RecordTail(ByteBudget ofAll) {
    this.ofAll = ofAll;
  }

  void add(BatchSpan span) {
    if (size > 0 && at(size - 1).end() != span.from()) {
      clear();
    }
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = span;
    size++;
    bytes += span.sizeBytes();
    ofAll.take(span.sizeBytes());
    while (size > 1 && (bytes > MAX_BYTES || ofAll.isOver())) {
      bytes -= at(0).sizeBytes();
      ofAll.giveBack(at(0).sizeBytes());
      ring[head] = NOTHING;
      head = (head + 1) & (ring.length - 1);
      size--;
    }
  }

  private static final BatchSpan NOTHING =
      new BatchSpan(ByteBuffer.allocate(0), 0, 1, List.of(new EpochHistory.Entry(0, 0)));

  void clear() {
    ring = new BatchSpan[8];
    head = 0;
    size = 0;
    ofAll.giveBack(bytes);
    bytes = 0;
    keepMerged(Optional.empty());
  }

  private void keepMerged(Optional<BatchSpan> now) {
    merged.ifPresent(before -> ofAll.giveBack(before.sizeBytes()));
    merged = now;
    merged.ifPresent(kept -> ofAll.take(kept.sizeBytes()));
  }

  boolean isEmpty() {
    return size == 0;
  }

  /**
   * Whole runs from exactly {@code from} on, at least one and otherwise not above {@code maxBytes},
   * ending at or before {@code upTo}.
   */
  Optional<BatchSpan> read(long from, int maxBytes, long upTo) {
    int first = indexOf(from);
    if (first < 0 || at(first).end() > upTo) {
      return Optional.empty();
    }
    int total = at(first).sizeBytes();
    int last = first;
    while (last + 1 < size
        && at(last + 1).end() <= upTo
        && total + at(last + 1).sizeBytes() <= maxBytes) {
      last++;
      total += at(last).sizeBytes();
    }
    if (last == first) {
      return Optional.of(at(first));
    }
    long end = at(last).end();
    if (merged.isEmpty() || merged.get().from() != from || merged.get().end() != end) {
      BatchSpan run = merge(first, last, total);
      keepMerged(ofAll.isOver() ? Optional.empty() : Optional.of(run));
      return Optional.of(run);
    }
    return merged;
  }

  private BatchSpan merge(int first, int last, int total) {
    ByteBuffer all = ByteBuffer.allocate(total);
    var epochs = new ArrayList<EpochHistory.Entry>(1);
    for (int i = first; i <= last; i++) {
      all.put(at(i).bytes().duplicate());
      for (EpochHistory.Entry entry : at(i).epochs()) {
        if (epochs.isEmpty() || epochs.getLast().epoch() != entry.epoch()) {
          epochs.add(entry);
        }
      }
    }
    return new BatchSpan(all.flip().asReadOnlyBuffer(), at(first).from(), at(last).end(), epochs);
  }

  private int indexOf(long from) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long there = at(middle).from();
      if (there == from) {
        return middle;
      } else if (there < from) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private BatchSpan at(int index) {
    return ring[(head + index) & (ring.length - 1)];
  }

  private void grow() {
    BatchSpan[] larger = new BatchSpan[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = at(i);
    }
    ring = larger;
    head = 0;
  }
}
