package io.dure.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a log may be compacted, when that is worth it, and how a compacted segment takes the
 * place of others. Confined to the log's loop.
 *
 * <p>Touched are only closed segments below a recovery point, below the high watermark, without an
 * open transaction, and old enough: nothing of that is ever cut, so compaction and the agreement of
 * replicas know nothing of each other.
 */
final class LogCompactions {
  private final LogBody body;
  private final RecoveryPoints points;

  LogCompactions(LogBody body, RecoveryPoints points) {
    this.body = body;
    this.points = points;
  }

  /** How many of the oldest segments may be compacted now. */
  private int cleanable(long committed, long wallMs) {
    long lagMs = body.settings().cleaning().minLagMs();
    long stable = Math.min(committed, body.producers.firstUnstable());
    int count = 0;
    while (count < body.segments.size() - 1) {
      Segment segment = body.segments.get(count);
      boolean young =
          lagMs > 0 && body.endOf(count) > body.cleanedEnd() && largestMs(segment) > wallMs - lagMs;
      if (segment.base() >= points.lastBase() || body.endOf(count) > stable || young) {
        break;
      }
      count++;
    }
    return count;
  }

  private long largestMs(Segment segment) {
    return segment.largest(Long.MAX_VALUE, Long.MAX_VALUE, body.settings()).timestampMs();
  }

  /**
   * How much a compaction is worth: the share of bytes never cleaned of all that may be; 0 where it
   * is not due, more than 1 where a record has waited for longer than it may.
   */
  double worth(long committed, long wallMs) {
    Cleaning cleaning = body.settings().cleaning();
    int count = cleaning.enabled() ? cleanable(committed, wallMs) : 0;
    long bytes = 0;
    long dirty = 0;
    boolean late = false;
    for (int i = 0; i < count; i++) {
      Segment segment = body.segments.get(i);
      bytes += segment.sizeBytes();
      if (body.endOf(i) > body.cleanedEnd()) {
        dirty += segment.sizeBytes();
        late |=
            cleaning.maxLagMs() < Long.MAX_VALUE
                && largestMs(segment) >= 0
                && largestMs(segment) <= wallMs - cleaning.maxLagMs();
      }
    }
    if (dirty == 0) {
      return 0;
    }
    double share = (double) dirty / bytes;
    return late ? 1 + share : share >= cleaning.minDirtyRatio() ? share : 0;
  }

  Optional<Compaction> begin(long committed, long wallMs, int mostKeys) {
    int count = cleanable(committed, wallMs);
    List<Compaction.Source> sources = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Segment segment = body.segments.get(i);
      sources.add(
          new Compaction.Source(segment, segment.file(), body.endOf(i), segment.sizeBytes()));
    }
    if (sources.isEmpty() || sources.getLast().end() <= body.cleanedEnd()) {
      return Optional.empty();
    }
    long from = sources.getFirst().base();
    return Optional.of(
        new Compaction(
            new Compaction.Start(
                body.disk,
                body.folder,
                body.settings(),
                sources,
                body.cleanedEnd(),
                body.reading(() ->
                    body.abortedIn(
                        Math.max(from, body.history().start()), sources.getLast().end())),
                body.producers.remembered(),
                wallMs,
                mostKeys)));
  }

  /**
   * Puts the segment that is ready in the place of its group; first a durable recovery point tells
   * of it, then names change. False where the log does not hold the group any more.
   */
  boolean swap(Compaction compaction) {
    List<Segment> sources =
        compaction.group().sources().stream().map(Compaction.Source::segment).toList();
    int first = body.segments.indexOf(sources.getFirst());
    if (first < 0
        || first + sources.size() >= body.segments.size()
        || !body.segments.subList(first, first + sources.size()).equals(sources)) {
      compaction.abandon();
      return false;
    }
    Segment into = compaction.written().segment();
    body.recent.clear();
    points.compactedThrough(into, compaction.group().end());
    compaction.written().rename(); // which leaves the first one without a name
    sources.getFirst().release().ifPresent(body.deleted()::add);
    sources.subList(1, sources.size()).forEach(body::delete);
    body.segments.subList(first, first + sources.size()).clear();
    body.segments.add(first, into);
    into.finish(body.settings());
    into.unloadIndexes();
    compaction.swapped();
    return true;
  }

  /** A compaction is over: if all of it is in its place, that much is clean. */
  void finished(Compaction compaction) {
    if (compaction.isComplete()) {
      body.cleanedTo(compaction.end());
    }
  }
}
