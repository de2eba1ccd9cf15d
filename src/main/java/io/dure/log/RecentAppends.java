package io.dure.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The last appends of a log, in memory: what followers and readers at the end want next, without
 * asking the file. Bounded by bytes and by count; contiguous, newest last.
 */
final class RecentAppends {
  private static final int MOST = 64;

  /** One append: its bytes, and where it stands in which segment. */
  record Entry(BatchSpan span, Segment segment, int position) {}

  private final int maxBytes;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);
  private int bytes;

  RecentAppends(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(BatchSpan span, Segment segment, int position) {
    entries.addLast(new Entry(span, segment, position));
    bytes += span.sizeBytes();
    while (bytes > maxBytes || entries.size() > MOST) {
      bytes -= entries.removeFirst().span().sizeBytes();
    }
  }

  void clear() {
    entries.clear();
    bytes = 0;
  }

  /** The append that starts exactly at {@code offset}. */
  Optional<Entry> startingAt(long offset) {
    for (Iterator<Entry> newestFirst = entries.descendingIterator(); newestFirst.hasNext(); ) {
      Entry entry = newestFirst.next();
      if (entry.span().from() == offset) {
        return Optional.of(entry);
      }
      if (entry.span().from() < offset) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * As many of the appends from {@code offset} on as fit both bounds, in one piece; empty when the
   * first does not.
   */
  Optional<BatchSpan> from(long offset, int maxBytes, long endExclusive) {
    List<BatchSpan> run = new ArrayList<>();
    int size = 0;
    boolean found = false;
    for (Entry entry : entries) {
      BatchSpan span = entry.span();
      found |= span.from() == offset;
      if (found) {
        if (span.end() > endExclusive || size + span.sizeBytes() > maxBytes) {
          break;
        }
        run.add(span);
        size += span.sizeBytes();
      }
    }
    return run.isEmpty()
        ? Optional.empty()
        : Optional.of(run.size() == 1 ? run.getFirst() : joined(run, size));
  }

  private static BatchSpan joined(List<BatchSpan> run, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    List<EpochHistory.Entry> epochs = new ArrayList<>(1);
    for (BatchSpan span : run) {
      bytes.put(span.bytes().duplicate());
      for (EpochHistory.Entry entry : span.epochs()) {
        if (epochs.isEmpty() || epochs.getLast().epoch() != entry.epoch()) {
          epochs.add(entry);
        }
      }
    }
    return new BatchSpan(
        bytes.flip().asReadOnlyBuffer(), run.getFirst().from(), run.getLast().end(), epochs);
  }
}
