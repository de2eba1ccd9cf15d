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

  /** The table as of {@code end} (exclusive), which does not lie within a batch. */
  ProducerTable until(long end) {
    return until(end, end, _ -> {});
  }

  /**
   * The table as of {@code end}, found on the way to it from a snapshot at or before {@code
   * snapshotUpTo}; what is aborted at or past {@code snapshotUpTo} is told. A snapshot of before
   * the first segment does not count: what came after it is partly gone. There was no producer
   * then, or there is one at the segment's base.
   */
  ProducerTable until(long snapshotUpTo, long end, Consumer<AbortedTxn> onAborted) {
    long first = segments.getFirst().base();
    Optional<ProducerSnapshots.Snapshot> snapshot = snapshots.newestUpTo(snapshotUpTo, first);
    var table = new ProducerTable();
    snapshot.ifPresent(s -> table.replaceBy(s.table()));
    long from = snapshot.map(ProducerSnapshots.Snapshot::end).orElse(first);
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
