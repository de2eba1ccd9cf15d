package io.dure.log;

import io.dure.base.Check;
import java.nio.ByteBuffer;

/**
 * Cuts a log at either end. All of it is durable on return, because what is appended next takes the
 * place of what was cut. Confined to the log's loop.
 */
final class LogCuts {
  private final LogBody body;
  private final LogReads reads;
  private final RecoveryPoints points;

  LogCuts(LogBody body, LogReads reads, RecoveryPoints points) {
    this.body = body;
    this.reads = reads;
    this.points = points;
  }

  /** See {@link PartitionLog#truncateTo}. */
  void truncateTo(long end) {
    body.nextGeneration();
    EpochHistory history = body.history();
    if (end >= history.end()) {
      return;
    }
    Check.that(end >= history.start(), "cut to %d before the start %d", end, history.start());
    int kept = body.indexOf(end);
    Segment last = body.segments.get(kept);
    int position = reads.boundaryAt(kept, end);
    if (last.mayHaveAborted()) {
      body.reading(() -> body.aborted(kept)); // what is cut off may be needed to find it anew
    }
    body.recent.clear();
    body.producers.replaceBy(
        body.reading(
            () -> new ProducerReplay(body.snapshots, body.segments, body.settings()).until(end)));
    body.history(history.truncateTo(end));
    body.cutFlushedTo(end);
    last.cutIndexes(end, position, body.settings());
    points.lowerTo(end, body.segments.subList(0, kept + 1));
    boolean removed = body.snapshots.deleteAfter(end);
    while (body.segments.size() > kept + 1) {
      body.delete(body.segments.removeLast());
      removed = true;
    }
    if (removed) {
      body.disk.flushFolder(body.folder);
    }
    last.cutFile();
    points.want();
  }

  /** See {@link PartitionLog#resetTo}. */
  void resetTo(long start, ByteBuffer producersBefore) {
    body.nextGeneration();
    body.recent.clear();
    body.restartedAt(start);
    body.producers.replaceBy(tableOf(producersBefore));
    if (!body.producers.isEmpty()) {
      body.snapshots.writeThrough(start, body.producers.encode());
    }
    points.restartThrough();
    body.snapshots.deleteBefore(start);
    body.snapshots.deleteAfter(body.producers.isEmpty() ? -1 : start);
    body.deleteRetiredBefore(Long.MAX_VALUE);
    body.segments.forEach(Segment::delete);
    body.segments.clear();
    body.disk.flushFolder(body.folder);
    var only = Segment.empty(body.disk, body.folder, start);
    only.file();
    body.segments.add(only);
    points.newNames();
  }

  private static ProducerTable tableOf(ByteBuffer encoded) {
    var table = new ProducerTable();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.duplicate().get(bytes);
    Check.that(
        bytes.length == 0 || table.decode(bytes),
        "%d bytes are no table of producers",
        bytes.length);
    return table;
  }

  /** See {@link PartitionLog#producersAtStart}. */
  ByteBuffer producersAtStart() {
    if (body.producers.isEmpty() && body.snapshots.isEmpty()) {
      return ByteBuffer.allocate(0);
    }
    long start = body.history().start();
    ProducerTable then =
        body.reading(
            () -> new ProducerReplay(body.snapshots, body.segments, body.settings()).until(start));
    return then.isEmpty() ? ByteBuffer.allocate(0) : ByteBuffer.wrap(then.encode());
  }

  /** See {@link PartitionLog#advanceStart}. */
  void advanceStart(long offset) {
    EpochHistory history = body.history();
    if (offset <= history.start()) {
      return;
    }
    Check.that(offset <= history.end(), "start %d past the end %d", offset, history.end());
    points.reachThrough(offset);
    body.startAt(offset, offset);
    int first = body.indexOf(offset);
    long base = body.segments.get(first).base();
    if (first > 0) {
      keepProducersAt(base);
    }
    points.startThrough(offset, base);
    for (int i = 0; i < first; i++) {
      body.delete(body.segments.removeFirst());
    }
    if (first > 0) {
      body.snapshots.deleteBefore(base);
    }
  }

  /**
   * The producers as of the first segment that is left must be known without those before it.
   * Usually they were written down when it began.
   */
  private void keepProducersAt(long base) {
    boolean none = body.producers.isEmpty() && body.snapshots.isEmpty();
    if (none || body.snapshots.newestUpTo(base, base).isPresent()) {
      return;
    }
    ProducerTable then =
        body.reading(
            () -> new ProducerReplay(body.snapshots, body.segments, body.settings()).until(base));
    body.snapshots.writeThrough(base, then.encode());
  }

  /** See {@link PartitionLog#moveStart}. */
  void moveStart(long offset) {
    if (offset <= body.visibleStart()) {
      return;
    }
    long end = body.history().end();
    Check.that(offset <= end, "start %d past the end %d", offset, end);
    int first = body.indexOf(offset);
    body.startAt(reads.batchStart(first, offset), offset);
    if (first > 0) {
      keepProducersAt(body.segments.get(first).base());
    }
    body.retire(first);
    points.startMoved();
  }
}
