package io.dure.log;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds the producer table as of an offset again: from the newest snapshot before it and the batch
 * headers after that.
 */
final class ProducerReplay {
  private final ProducerSnapshots snapshots;
  private final List<Segment> segments;
  private final LogSettings settings;

  ProducerReplay(ProducerSnapshots snapshots, List<Segment> segments, LogSettings settings) {
    this.snapshots = snapshots;
    this.segments = segments;
    this.settings = settings;
  }

  /** The table of what the log holds from {@code start} to {@code end} (exclusive). */
  ProducerTable until(long end, long start) {
    return until(end, start, end, _ -> {});
  }

  /**
   * The table of what the log holds from {@code start} to {@code end}, which does not lie within a
   * batch, found on the way to it from a snapshot at or before {@code snapshotUpTo}; what is
   * aborted at or past {@code snapshotUpTo} is told.
   */
  ProducerTable until(long snapshotUpTo, long start, long end, Consumer<AbortedTxn> onAborted) {
    Optional<ProducerSnapshots.Snapshot> snapshot = snapshots.newestUpTo(snapshotUpTo);
    var table = new ProducerTable();
    snapshot.ifPresent(s -> table.replaceBy(s.table()));
    long from = Math.max(start, snapshot.map(ProducerSnapshots.Snapshot::end).orElse(start));
    Consumer<AbortedTxn> told =
        aborted -> {
          if (aborted.lastOffset() >= snapshotUpTo) {
            onAborted.accept(aborted);
          }
        };
    for (int i = 0; i < segments.size() && segments.get(i).base() < end; i++) {
      boolean before = i + 1 < segments.size() && segments.get(i + 1).base() <= from;
      if (!before) {
        replay(segments.get(i), from, end, table, told);
      }
    }
    return table;
  }

  private void replay(
      Segment segment, long from, long end, ProducerTable table, Consumer<AbortedTxn> onAborted) {
    int position = from <= segment.base() ? 0 : segment.positionBefore(from, settings);
    var cursor = new BatchCursor(segment.file(), position, segment.sizeBytes());
    while (cursor.next() && cursor.endOffset() <= end) {
      if (cursor.baseOffset() >= from) {
        table.apply(cursor.header(), cursor.headerAt()).ifPresent(onAborted);
      }
    }
  }
}
