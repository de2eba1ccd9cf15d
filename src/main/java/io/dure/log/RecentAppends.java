package io.dure.log;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;

/**
 * Where the last appends of a log stand, so that readers at the end need not look for their place
 * in the file. Holds no records: a span is a part of the request or the frame that brought it, and
 * would keep all of that in memory. Bounded by count and by the bytes looked back; newest last.
 */
final class RecentAppends {
  private static final int MOST = 64;

  /** One append: where it starts, in which segment and at which byte. */
  record Entry(long from, int sizeBytes, Segment segment, int position) {}

  private final int maxBytes;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);
  private int bytes;

  RecentAppends(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(BatchSpan span, Segment segment, int position) {
    entries.addLast(new Entry(span.from(), span.sizeBytes(), segment, position));
    bytes += span.sizeBytes();
    while (bytes > maxBytes || entries.size() > MOST) {
      bytes -= entries.removeFirst().sizeBytes();
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
      if (entry.from() == offset) {
        return Optional.of(entry);
      }
      if (entry.from() < offset) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
