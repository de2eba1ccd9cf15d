package io.dure.log;

import io.dure.base.Check;
import io.dure.base.Disk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What one log consists of: its segments, the shape of what is in them, and what was derived from
 * them. {@link PartitionLog} is the owner; reading, cutting and recovery points are classes of
 * their own that work on it. Confined to the log's loop.
 */
final class LogBody {
  private static final int LOADED_SEGMENTS = 4;

  final Disk disk;
  final String folder;
  final List<Segment> segments;
  final ProducerTable producers;
  final ProducerSnapshots snapshots;
  final RecentAppends recent;

  /** Dropped from the log, and still on disk until a durable recovery point does without them. */
  private final List<Segment> retired;

  private final DeletedFiles deleted = new DeletedFiles();

  private LogSettings settings;
  private EpochHistory history;
  private long flushedEnd;
  private long visibleStart;
  private long cleanedEnd;
  private long generation;

  LogBody(Disk disk, String folder, LogSettings settings, LogRecovery.Result found) {
    this.disk = disk;
    this.folder = folder;
    this.settings = settings;
    this.segments = found.segments();
    this.retired = new ArrayList<>(found.leftovers());
    this.producers = found.producers();
    this.snapshots = new ProducerSnapshots(disk, folder);
    this.recent = new RecentAppends(settings.tailBytes());
    this.history = found.history();
    this.flushedEnd = found.checkpoint().end();
    this.cleanedEnd = found.checkpoint().cleanedEnd();
    this.visibleStart = Math.max(found.checkpoint().visibleStart(), history.start());
  }

  LogSettings settings() {
    return settings;
  }

  void settings(LogSettings next) {
    settings = next;
  }

  EpochHistory history() {
    return history;
  }

  void history(EpochHistory next) {
    history = next;
  }

  /** The first offset readers get; within the first batch kept, or at its begin. */
  long visibleStart() {
    return visibleStart;
  }

  /**
   * The first batch kept begins at {@code batchStart}, and readers get what is from {@code visible}
   * on.
   */
  void startAt(long batchStart, long visible) {
    history = history.startAt(batchStart);
    visibleStart = Math.max(visibleStart, visible);
  }

  /** Everything below (exclusive) was compacted. */
  long cleanedEnd() {
    return cleanedEnd;
  }

  void cleanedTo(long end) {
    cleanedEnd = Math.max(cleanedEnd, end);
  }

  /** Everything below (exclusive) is durable. */
  long flushedEnd() {
    return flushedEnd;
  }

  void flushedTo(long end) {
    flushedEnd = Math.max(flushedEnd, end);
  }

  /** The log is cut to {@code end}, so no more than that is durable. */
  void cutFlushedTo(long end) {
    flushedEnd = Math.min(flushedEnd, end);
  }

  /** The log starts anew, empty, at {@code start}. */
  void restartedAt(long start) {
    history = EpochHistory.emptyAt(start);
    visibleStart = start;
    cleanedEnd = start;
    flushedEnd = start;
  }

  /** How often the log was cut since it was opened. */
  long generation() {
    return generation;
  }

  void nextGeneration() {
    generation++;
  }

  /**
   * Reads once more with indexes made anew where the index files are what misled the first time.
   */
  <T> T reading(Supplier<T> read) {
    return IndexDoubt.reading(segments, read);
  }

  /** The transactions whose abort marker stands in segment {@code i}. */
  AbortedIndex aborted(int i) {
    return abortedBefore(i, endOf(i));
  }

  /** A marker that has just been written to the active segment aborts this. */
  void addAborted(AbortedTxn aborted) {
    reading(() -> abortedBefore(segments.size() - 1, aborted.lastOffset())).add(aborted);
  }

  private AbortedIndex abortedBefore(int i, long end) {
    return AbortedReplay.indexOf(
        segments.get(i), new ProducerReplay(snapshots, segments, settings), end);
  }

  /** By their first offset, those that a reader has to pass over; see {@link AbortedTxn}. */
  List<AbortedTxn> abortedIn(long from, long end) {
    List<AbortedTxn> found = new ArrayList<>(0);
    for (int i = indexOf(from); i < segments.size(); i++) {
      if (segments.get(i).mayHaveAborted() && aborted(i).collect(from, end, found)) {
        break;
      }
    }
    found.sort(Comparator.comparingLong(AbortedTxn::firstOffset));
    return found;
  }

  Set<Long> bases() {
    return segments.stream().map(Segment::base).collect(Collectors.toSet());
  }

  Segment active() {
    return segments.getLast();
  }

  int indexOfBase(long base) {
    int i = indexOf(base);
    Check.that(
        segments.get(i).base() == base, "no segment %d (nearest %d)", base, segments.get(i).base());
    return i;
  }

  /** Index of the segment that holds, or would hold, {@code offset}. */
  int indexOf(long offset) {
    for (int i = segments.size() - 1; i > 0; i--) {
      if (segments.get(i).base() <= offset) {
        unloadOthers(i);
        return i;
      }
    }
    return 0;
  }

  /** Keeps the indexes of a few segments only in memory. */
  private void unloadOthers(int used) {
    if (segments.size() > LOADED_SEGMENTS && !segments.get(used).hasLoadedIndexes()) {
      for (int i = 0; i < segments.size() - 1; i++) {
        segments.get(i).unloadIndexes();
      }
    }
  }

  /** Where segment {@code i} ends (exclusive). */
  long endOf(int i) {
    return i + 1 < segments.size() ? segments.get(i + 1).base() : history.end();
  }

  /** Takes the first segments out of the log; their files go once that is durable. */
  void retire(int count) {
    for (int i = 0; i < count; i++) {
      retired.add(segments.removeFirst());
    }
  }

  DeletedFiles deleted() {
    return deleted;
  }

  /** From the disk; the caller takes it out of the log. Who reads it has time to finish. */
  void delete(Segment segment) {
    segment.delete();
    segment.release().ifPresent(deleted::add);
  }

  /** A durable recovery point knows nothing before {@code base}. */
  void deleteRetiredBefore(long base) {
    boolean some =
        retired.removeIf(segment -> {
          boolean gone = segment.base() < base;
          if (gone) {
            delete(segment);
          }
          return gone;
        });
    if (some) {
      snapshots.deleteBefore(base);
    }
  }
}
