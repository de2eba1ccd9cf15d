package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One compaction of one log: first the last offset of each key is found in what was never cleaned,
 * then all segments from the log's start up to there are written anew, several small ones into one.
 * Taken from the log by {@link PartitionLog#beginCompaction}; {@link #work} blocks for a moment at
 * a time and may run on any thread, one at a time; whenever a segment is ready the log's own loop
 * hands it to {@link PartitionLog#swap}.
 *
 * <pre>
 *   Finding keys ─▶ Writing a group ─▶ Ready ── swap ─▶ Writing the next … ─▶ Done
 * </pre>
 *
 * <p>Everything it touches is closed, flushed and committed, so nothing of it is ever cut.
 */
public final class Compaction {
  /** Read in one turn of work. */
  private static final int TURN_BYTES = 1 << 20;

  /** Keys remembered at a time; with more the compaction ends early and goes on in the next one. */
  static final int MOST_KEYS = 700_000;

  /** A segment to be read, as it was when the compaction began. */
  record Source(Segment segment, DiskFile file, long end, int sizeBytes) {
    long base() {
      return segment.base();
    }
  }

  /** Segments that become one. */
  record Group(List<Source> sources) {
    long base() {
      return sources.getFirst().base();
    }

    long end() {
      return sources.getLast().end();
    }
  }

  /** What the log knew when the compaction began. */
  record Start(
      Disk disk,
      String folder,
      LogSettings settings,
      List<Source> sources,
      long cleanedEnd,
      List<AbortedTxn> aborted,
      Map<Long, RememberedBatches> producers,
      long wallMs,
      int mostKeys) {}

  /** A batch of a source is not what was written; unlike a failed flush no reason to stop. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable(DiskException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final Start start;
  private final KeyOffsets keys;
  private final SeenTransactions seenForKeys;
  private final List<Source> dirty = new ArrayList<>();
  private List<Group> groups = List.of();
  private long keysEnd;
  private boolean keysFound;
  private int sourceAt;
  private int groupAt;
  private Optional<BatchReader> reader = Optional.empty();
  private Optional<CompactionFilter> filter = Optional.empty();
  private Optional<SegmentWriter> writer = Optional.empty();
  private boolean ready;
  private boolean changed;
  private boolean done;
  private Optional<String> failure = Optional.empty();

  Compaction(Start start) {
    this.start = start;
    this.keys = new KeyOffsets(start.mostKeys());
    this.seenForKeys = new SeenTransactions(start.aborted());
    for (Source source : start.sources()) {
      if (source.end() > start.cleanedEnd()) {
        dirty.add(source);
      }
    }
    this.keysEnd = start.sources().getLast().end();
  }

  /** Goes on for a moment; blocks for the disk. Nothing to do while {@link #isReady}. */
  public void work() {
    try {
      if (keysFound) {
        write();
      } else {
        findKeys();
      }
    } catch (Unreadable e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
      done = true;
    }
  }

  /** A segment waits to be taken over by the log. */
  public boolean isReady() {
    return ready;
  }

  public boolean isDone() {
    return done;
  }

  /** What could not be read: the log is as it was. */
  public Optional<String> failure() {
    return failure;
  }

  /** Whether all groups are in their places. */
  boolean isComplete() {
    return keysFound && groupAt == groups.size();
  }

  /** How far (exclusive) the log is clean when all is done. */
  long end() {
    return keysEnd;
  }

  // ---- keys ----

  private void findKeys() {
    int budget = TURN_BYTES;
    while (budget > 0 && sourceAt < dirty.size()) {
      Source source = dirty.get(sourceAt);
      BatchReader batches = readerOf(source);
      while (budget > 0 && batches.hasMore()) {
        ByteBuffer batch = nextOf(batches);
        budget -= batch.remaining();
        if (keys.isFull()) {
          keysEnd = BatchFormat.baseOffset(batch, 0);
          sourceAt = dirty.size();
          reader = Optional.empty();
          break;
        }
        if (BatchFormat.endOffset(batch, 0) > start.cleanedEnd()) {
          noteKeys(batch);
        }
      }
      if (reader.isPresent() && !batches.hasMore()) {
        sourceAt++;
        reader = Optional.empty();
      }
    }
    if (sourceAt >= dirty.size()) {
      keysFound = true;
      sourceAt = 0;
      groups = grouped();
      done = groups.isEmpty();
      filter =
          Optional.of(
              new CompactionFilter(
                  keys,
                  keysEnd,
                  new SeenTransactions(start.aborted()),
                  start.producers(),
                  start.wallMs(),
                  start.settings().cleaning().tombstoneMs()));
    }
  }

  private void noteKeys(ByteBuffer batch) {
    long lastOffset = BatchFormat.endOffset(batch, 0) - 1;
    long producer = BatchFormat.producerId(batch, 0);
    if (BatchFormat.isControl(batch, 0)) {
      seenForKeys.endsNothing(lastOffset, producer);
    } else if (!seenForKeys.isAborted(
        lastOffset, producer, BatchFormat.isTransactional(batch, 0))) {
      for (LogRecord record : LogRecord.in(batch)) {
        record.key().ifPresent(key -> keys.put(key, record.offset()));
      }
    }
  }

  private static ByteBuffer nextOf(BatchReader batches) {
    try {
      return batches.next();
    } catch (DiskException e) {
      throw new Unreadable(e);
    }
  }

  private BatchReader readerOf(Source source) {
    if (reader.isEmpty()) {
      reader = Optional.of(new BatchReader(source.file(), source.sizeBytes()));
    }
    return reader.get();
  }

  /** Neighbours that fit into one segment together. */
  private List<Group> grouped() {
    List<Group> found = new ArrayList<>();
    List<Source> group = new ArrayList<>();
    long bytes = 0;
    for (Source source : start.sources()) {
      if (source.base() >= keysEnd) {
        break;
      }
      boolean fits =
          bytes + source.sizeBytes() <= start.settings().segmentBytes()
              && (group.isEmpty() || source.end() - group.getFirst().base() <= Integer.MAX_VALUE);
      if (!group.isEmpty() && !fits) {
        found.add(new Group(List.copyOf(group)));
        group.clear();
        bytes = 0;
      }
      group.add(source);
      bytes += source.sizeBytes();
    }
    if (!group.isEmpty()) {
      found.add(new Group(List.copyOf(group)));
    }
    return List.copyOf(found);
  }

  // ---- writing ----

  private void write() {
    Group group = groups.get(groupAt);
    if (writer.isEmpty()) {
      writer =
          Optional.of(new SegmentWriter(start.disk(), start.folder(), group, start.settings()));
      changed = group.sources().size() > 1;
    }
    SegmentWriter to = writer.get();
    int budget = TURN_BYTES;
    while (budget > 0 && sourceAt < group.sources().size()) {
      BatchReader batches = readerOf(group.sources().get(sourceAt));
      while (budget > 0 && batches.hasMore()) {
        ByteBuffer batch = nextOf(batches);
        budget -= batch.remaining();
        ByteBuffer left = filter.orElseThrow().apply(batch);
        changed |= !left.equals(batch) && !EmptyBatch.is(batch, 0);
        to.take(batch, left);
      }
      if (!batches.hasMore()) {
        sourceAt++;
        reader = Optional.empty();
      }
    }
    if (sourceAt == group.sources().size()) {
      if (changed) {
        to.finish();
        ready = true;
      } else {
        to.abandon();
        nextGroup();
      }
    }
  }

  Group group() {
    return groups.get(groupAt);
  }

  /** The segment that takes the place of {@link #group}. */
  SegmentWriter written() {
    return writer.orElseThrow();
  }

  /** The log has taken over what was ready. */
  void swapped() {
    ready = false;
    nextGroup();
  }

  /** The log does not hold the sources any more, or is being closed. */
  public void abandon() {
    writer.ifPresent(SegmentWriter::abandon);
    ready = false;
    done = true;
  }

  private void nextGroup() {
    writer = Optional.empty();
    sourceAt = 0;
    groupAt++;
    done = groupAt == groups.size();
  }
}
