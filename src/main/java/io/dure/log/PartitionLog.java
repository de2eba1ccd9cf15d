package io.dure.log;

import io.dure.base.Check;
import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The log of one partition: batches in segments, their epochs, their producers. Confined to the
 * loop that owns the partition, except for {@link FlushTicket#run}.
 *
 * <p>Appends write to the page cache; {@link #beginFlush} and {@link #flushed} make them durable.
 * Cuts ({@link #truncateTo}, {@link #resetTo}) block until they are durable, because what is
 * appended next takes the place of what was cut: were the cut lost in a power failure, old and new
 * records could stand side by side.
 *
 * <p>Invariants: {@code startOffset <= flushedEnd <= endOffset}, except that {@code flushedEnd} may
 * lag behind the start never; segments are contiguous; whatever happens, {@link #open} finds a
 * prefix of what was appended that holds at least everything below {@code flushedEnd}.
 */
public final class PartitionLog implements AutoCloseable {
  private static final int LOADED_SEGMENTS = 4;

  /**
   * With so many bytes for one flush it is their number that costs, and zeros written ahead would
   * double it.
   */
  private static final int BUSY_BYTES = 128 << 10;

  private static final int DURABLE_CHECKPOINT_EVERY = 16;
  private static final long EXPIRY_EVERY_MS = 600_000;

  private final Disk disk;
  private final String folder;
  private final LogSettings settings;
  private final Checkpoints checkpoints;
  private final ProducerSnapshots snapshots;
  private final List<Segment> segments;
  private final RecentAppends recent;
  private final ProducerTable producers;
  private EpochHistory history;
  private long flushedEnd;
  private long generation;
  private Checkpoint lastCheckpoint;
  private int checkpointsSinceDurable;
  private long appendedSinceCheckpoint;
  private long appendedSinceFlush;
  private boolean checkpointWanted;
  private List<DiskFile> flushAlso = new ArrayList<>(0);
  private long namesVersion;
  private long flushedNamesVersion;
  private long nextExpiryMs;

  private PartitionLog(
      Disk disk,
      String folder,
      LogSettings settings,
      Checkpoints checkpoints,
      LogRecovery.Result found) {
    this.disk = disk;
    this.folder = folder;
    this.settings = settings;
    this.checkpoints = checkpoints;
    this.snapshots = new ProducerSnapshots(disk, folder);
    this.segments = found.segments();
    this.recent = new RecentAppends(settings.tailBytes());
    this.producers = found.producers();
    this.history = found.history();
    this.lastCheckpoint = found.checkpoint();
    this.flushedEnd = lastCheckpoint.end();
    this.appendedSinceCheckpoint = found.scannedBytes();
    this.namesVersion = 1;
  }

  /**
   * Opens the log in {@code folder}, making it if there is none. Reads only what was written after
   * the last recovery point; cuts what is torn there.
   *
   * @throws io.dure.base.DiskException also when something below the recovery point is missing
   */
  public static PartitionLog open(Disk disk, String folder, LogSettings settings) {
    var checkpoints = new Checkpoints(disk, folder);
    var found = new LogRecovery(disk, folder, settings, checkpoints).run();
    return new PartitionLog(disk, folder, settings, checkpoints, found);
  }

  public EpochHistory history() {
    return history;
  }

  /** The first offset kept (inclusive). */
  public long startOffset() {
    return history.start();
  }

  /** The offset after the last record (exclusive). */
  public long endOffset() {
    return history.end();
  }

  /**
   * Everything below (exclusive) is durable. After {@link #open} this may be less than was durable
   * in fact.
   */
  public long flushedEnd() {
    return flushedEnd;
  }

  public boolean needsFlush() {
    return flushedEnd < history.end();
  }

  /**
   * Counts the cuts since the log was opened, from 0; a flush of an older generation tells nothing.
   */
  public long generation() {
    return generation;
  }

  public ProducerTable producers() {
    return producers;
  }

  /** Bytes of all segments, without what is written ahead. */
  public long sizeBytes() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.sizeBytes();
    }
    return sum;
  }

  /** What a restart would have to read. */
  public long bytesSinceCheckpoint() {
    return appendedSinceCheckpoint;
  }

  // ---- append ----

  /**
   * Appends producers' batches that {@link ProducedBatches#check} and {@link ProducerTable#check}
   * have passed. Their base offsets and epochs are stamped in place, so the buffer must be writable
   * and is the log's from now on.
   *
   * @param epoch the epoch this replica leads; not below that of the last record
   * @param wallMs milliseconds since 1970, for records that carry the time of their append
   */
  public AppendInfo appendAsLeader(ByteBuffer batches, int epoch, long wallMs) {
    if (wallMs >= nextExpiryMs) {
      producers.expire(wallMs, settings.producerExpiryMs());
      nextExpiryMs = wallMs + EXPIRY_EVERY_MS;
    }
    long from = history.end();
    long end = from;
    int at = batches.position();
    while (at < batches.limit()) {
      int size = (int) BatchFormat.sizeBytes(batches, at);
      BatchFormat.stamp(batches, at, end, epoch);
      if (settings.appendTime()) {
        BatchFormat.stampAppendTime(batches, at, wallMs);
      }
      end = BatchFormat.endOffset(batches, at);
      at += size;
    }
    Check.that(end > from, "append of nothing");
    var span =
        new BatchSpan(
            batches.slice().asReadOnlyBuffer(),
            from,
            end,
            List.of(new EpochHistory.Entry(epoch, from)));
    append(span);
    return new AppendInfo(span, settings.appendTime() ? wallMs : -1);
  }

  /** Appends a leader's batches as they are. They must go on where this log ends. */
  public void append(BatchSpan span) {
    Check.that(
        span.from() == history.end(),
        "append at %d to a log that ends at %d",
        span.from(),
        history.end());
    ByteBuffer bytes = span.bytes();
    Segment active = segmentFor(span);
    int position = active.sizeBytes();
    active.append(bytes, settings, appendedSinceFlush < BUSY_BYTES);
    appendedSinceFlush += bytes.remaining();
    history = extended(history, span);
    int at = bytes.position();
    while (at < bytes.limit()) {
      producers.apply(bytes, at);
      at += (int) BatchFormat.sizeBytes(bytes, at);
    }
    recent.add(span, active, position);
    appendedSinceCheckpoint += bytes.remaining();
  }

  private static EpochHistory extended(EpochHistory history, BatchSpan span) {
    EpochHistory longer = history;
    List<EpochHistory.Entry> epochs = span.epochs();
    for (int i = 0; i < epochs.size(); i++) {
      long end = i + 1 < epochs.size() ? epochs.get(i + 1).start() : span.end();
      longer = longer.append(epochs.get(i).epoch(), end);
    }
    return longer;
  }

  private Segment segmentFor(BatchSpan span) {
    Segment active = segments.getLast();
    if (active.sizeBytes() > 0) {
      long firstTime = active.firstTimestamp();
      boolean old =
          firstTime >= 0
              && BatchFormat.maxTimestamp(span.bytes(), span.bytes().position()) - firstTime
                  >= settings.segmentMs();
      boolean full = (long) active.sizeBytes() + span.sizeBytes() > settings.segmentBytes();
      if (full || old || span.end() - active.base() > Integer.MAX_VALUE) {
        return roll();
      }
    }
    return active;
  }

  private Segment roll() {
    Segment full = segments.getLast();
    full.finish(settings);
    full.unloadIndexes();
    flushAlso.addAll(full.openIndexFiles());
    var next = Segment.empty(disk, folder, history.end());
    next.file();
    segments.add(next);
    namesVersion++;
    checkpointWanted = true;
    checkpointsSinceDurable = DURABLE_CHECKPOINT_EVERY;
    return next;
  }

  // ---- flush ----

  /**
   * Takes what must be flushed for everything appended so far to be durable. Tickets are run in the
   * order taken.
   */
  public FlushTicket beginFlush() {
    appendedSinceFlush = 0;
    List<DiskFile> files = new ArrayList<>(2);
    if (needsFlush()) {
      for (int i = indexOf(flushedEnd); i < segments.size(); i++) {
        files.add(segments.get(i).file());
      }
    }
    List<DiskFile> passing = flushAlso;
    flushAlso = new ArrayList<>(0);
    long flushesCheckpoint = -1;
    if (checkpoints.wantsFlush()) {
      passing.add(checkpoints.beginFlush());
      flushesCheckpoint = checkpoints.flushingSequence();
    }
    List<String> folders = namesVersion > flushedNamesVersion ? foldersUp() : List.of();
    var scope =
        new FlushTicket.Scope(disk, files, passing, folders, namesVersion, flushesCheckpoint);
    if (!checkpointWanted && appendedSinceCheckpoint < settings.checkpointBytes()) {
      return new FlushTicket(scope, generation, history.end(), Optional.empty(), Optional.empty());
    }
    checkpointWanted = false;
    appendedSinceCheckpoint = 0;
    return new FlushTicket(
        scope, generation, history.end(), Optional.of(checkpointHere()), encodedProducers());
  }

  private Optional<byte[]> encodedProducers() {
    return producers.isEmpty() ? Optional.empty() : Optional.of(producers.encode());
  }

  private List<String> foldersUp() {
    List<String> folders = new ArrayList<>(2);
    String name = folder;
    while (true) {
      folders.add(name);
      if (name.isEmpty()) {
        return folders;
      }
      int slash = name.lastIndexOf('/');
      name = slash < 0 ? "" : name.substring(0, slash);
    }
  }

  private Checkpoint checkpointHere() {
    return checkpointAt(segments);
  }

  private Checkpoint checkpointAt(List<Segment> upTo) {
    Segment active = upTo.getLast();
    return new Checkpoint(
        lastCheckpoint.sequence() + 1,
        history,
        upTo.stream().map(Segment::extent).toList(),
        active.offsetEntries(),
        active.timeEntries(),
        active.firstTimestamp(),
        active.largest(Long.MAX_VALUE, Long.MAX_VALUE, settings),
        producers.size());
  }

  /** Takes note that {@code ticket} ran without failure. */
  public void flushed(FlushTicket ticket) {
    flushedNamesVersion = Math.max(flushedNamesVersion, ticket.scope().namesVersion());
    checkpoints.flushed(ticket.scope().checkpointSequence());
    if (ticket.generation() != generation) {
      return;
    }
    flushedEnd = Math.max(flushedEnd, ticket.end());
    if (ticket.checkpoint().isPresent()) {
      checkpoint(ticket.checkpoint().get(), ticket.producers());
    }
  }

  private void checkpoint(Checkpoint taken, Optional<byte[]> encodedProducers) {
    if (taken.end() <= lastCheckpoint.end()) {
      return;
    }
    if (!checkpoints.mayWrite()) {
      checkpointWanted = true;
      return;
    }
    Segment active = segments.get(indexOfBase(taken.last().base()));
    active.writeIndexes();
    encodedProducers.ifPresent(bytes -> snapshots.write(taken.end(), bytes));
    Checkpoint next =
        taken
            .startingAt(history.start(), segments.getFirst().base())
            .numbered(lastCheckpoint.sequence() + 1);
    checkpoints.write(next);
    lastCheckpoint = next;
    if (++checkpointsSinceDurable >= DURABLE_CHECKPOINT_EVERY) {
      checkpointsSinceDurable = 0;
      namesVersion++;
      flushAlso.addAll(active.openIndexFiles());
      if (taken.producers() > 0) {
        flushAlso.add(snapshots.open(taken.end()));
      }
      checkpoints.wantFlush();
    }
  }

  /** Moves the recovery point with the next flush, however little was appended. */
  public void wantCheckpoint() {
    checkpointWanted = appendedSinceCheckpoint > 0;
  }

  // ---- read ----

  /**
   * Whole batches from the one that holds {@code offset}: the first however large it is, then as
   * many as fit {@code maxBytes}, all ending at or before {@code endExclusive}; empty where there
   * is none.
   */
  public LogSlice read(long offset, int maxBytes, long endExclusive) {
    checkReadable(offset);
    return reading(() -> find(offset, maxBytes, endExclusive));
  }

  private <T> T reading(Supplier<T> read) {
    return IndexDoubt.reading(segments, read);
  }

  private LogSlice find(long offset, int maxBytes, long endExclusive) {
    long end = Math.min(endExclusive, history.end());
    int i = indexOf(offset);
    Segment segment = segments.get(i);
    if (offset >= end) {
      return new LogSlice(segment.file(), 0, 0, offset, offset);
    }
    long segmentEnd = endOf(i);
    Optional<RecentAppends.Entry> start = recent.startingAt(offset);
    int first = start.isPresent() ? start.get().position() : locate(segment, offset, segmentEnd);
    int last = end >= segmentEnd ? segment.sizeBytes() : positionOfEnd(segment, end, segmentEnd);
    if (last <= first) {
      return new LogSlice(segment.file(), first, 0, offset, offset);
    }
    if (last - first > maxBytes) {
      last = lastBoundary(segment, first, (long) first + Math.max(0, maxBytes), last);
    }
    long from = start.isPresent() ? offset : firstOffsetAt(segment, first);
    return new LogSlice(
        segment.file(), first, last - first, from, offsetAt(segment, last, segmentEnd, end));
  }

  /**
   * As {@link #read}, but the bytes come to the heap and their checksums are verified; {@code
   * offset} must start a batch.
   *
   * @throws io.dure.base.DiskException when a batch is corrupt
   */
  public BatchSpan readSpan(long offset, int maxBytes, long endExclusive) {
    LogSlice slice = read(offset, maxBytes, endExclusive);
    Check.that(slice.sizeBytes() > 0, "nothing to read from %d to %d", offset, endExclusive);
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    return spanOf(slice, bytes.flip());
  }

  private static BatchSpan spanOf(LogSlice slice, ByteBuffer bytes) {
    List<EpochHistory.Entry> epochs = new ArrayList<>(1);
    long next = slice.from();
    int at = 0;
    while (at < bytes.limit()) {
      long room = bytes.limit() - at;
      String flaw =
          room < BatchFormat.HEADER_BYTES
              ? "a batch is cut off"
              : BatchFormat.flaw(bytes, at, room);
      if (flaw.isEmpty() && BatchFormat.baseOffset(bytes, at) != next) {
        flaw = "offset " + BatchFormat.baseOffset(bytes, at) + " where " + next + " belongs";
      }
      if (flaw.isEmpty()
          && !BatchFormat.crcMatches(bytes, at, (int) BatchFormat.sizeBytes(bytes, at))) {
        flaw = "the checksum of the batch at offset " + next + " does not match";
      }
      if (!flaw.isEmpty()) {
        throw BatchCursor.corrupt(slice.file(), slice.position() + at, flaw);
      }
      int epoch = BatchFormat.leaderEpoch(bytes, at);
      if (epochs.isEmpty() || epochs.getLast().epoch() != epoch) {
        epochs.add(new EpochHistory.Entry(epoch, next));
      }
      next = BatchFormat.endOffset(bytes, at);
      at += (int) BatchFormat.sizeBytes(bytes, at);
    }
    return new BatchSpan(bytes.asReadOnlyBuffer(), slice.from(), next, epochs);
  }

  private void checkReadable(long offset) {
    Check.that(
        offset >= history.start() && offset <= history.end(),
        "read at %d outside of the log (start or end %d)",
        offset,
        offset < history.start() ? history.start() : history.end());
  }

  /** Position of the batch that holds {@code offset}. */
  private int locate(Segment segment, long offset, long segmentEnd) {
    var cursor =
        new BatchCursor(
            segment.file(), segment.positionBefore(offset, settings), segment.sizeBytes());
    while (cursor.next()) {
      if (cursor.endOffset() > offset) {
        if (cursor.baseOffset() > offset) {
          throw BatchCursor.corrupt(
              segment.file(),
              cursor.position(),
              "offset " + cursor.baseOffset() + " where " + offset + " was looked for");
        }
        return (int) cursor.position();
      }
    }
    throw BatchCursor.corrupt(
        segment.file(), segment.sizeBytes(), "ends before offset " + offset + " of " + segmentEnd);
  }

  /**
   * Where the last batch ends that ends at or before {@code end}, which lies within the segment.
   */
  private int positionOfEnd(Segment segment, long end, long segmentEnd) {
    if (end <= segment.base()) {
      return 0;
    }
    Optional<RecentAppends.Entry> hit = recent.startingAt(end);
    return hit.isPresent() && hit.get().segment() == segment
        ? hit.get().position()
        : locate(segment, end, segmentEnd);
  }

  /**
   * The last batch boundary at or before {@code limit}, but at least the end of the batch at {@code
   * first}.
   */
  private int lastBoundary(Segment segment, int first, long limit, int end) {
    int from = Math.max(first, segment.batchAtOrBefore(limit, settings));
    var cursor = new BatchCursor(segment.file(), from, end);
    int boundary = from;
    while (cursor.next()) {
      if (cursor.nextPosition() > limit && boundary > first) {
        return boundary;
      }
      boundary = (int) cursor.nextPosition();
      if (boundary > limit) {
        return boundary;
      }
    }
    return boundary;
  }

  private static long firstOffsetAt(Segment segment, int position) {
    var cursor = new BatchCursor(segment.file(), position, segment.sizeBytes());
    Check.that(cursor.next(), "no batch where one was found");
    return cursor.baseOffset();
  }

  /** The offset that follows the bytes before {@code position}. */
  private long offsetAt(Segment segment, int position, long segmentEnd, long end) {
    if (position == segment.sizeBytes()) {
      return segmentEnd;
    }
    Optional<RecentAppends.Entry> hit = recent.startingAt(end);
    if (hit.isPresent() && hit.get().segment() == segment && hit.get().position() == position) {
      return end;
    }
    return firstOffsetAt(segment, position);
  }

  /**
   * The first record below {@code endExclusive} with a timestamp at or after {@code timestampMs}.
   */
  public Optional<TimedOffset> firstAtOrAfter(long timestampMs, long endExclusive) {
    return reading(() ->
        new TimeLookup(segments, history, settings).firstAtOrAfter(timestampMs, endExclusive));
  }

  /** The first record with the largest timestamp of all below {@code endExclusive}. */
  public Optional<TimedOffset> maxTimestamp(long endExclusive) {
    return reading(() -> new TimeLookup(segments, history, settings).largest(endExclusive));
  }

  // ---- cut ----

  /**
   * Cuts the log so that it ends at {@code end}, a batch boundary at or after the start. Durable on
   * return.
   */
  public void truncateTo(long end) {
    generation++;
    if (end >= history.end()) {
      return;
    }
    Check.that(end >= history.start(), "cut to %d before the start %d", end, history.start());
    int kept = indexOf(end);
    Segment last = segments.get(kept);
    int position = end == last.base() ? 0 : reading(() -> locate(last, end, endOf(kept)));
    long boundary = end == last.base() ? end : firstOffsetAt(last, position);
    Check.that(boundary == end, "cut to %d within the batch at %d", end, boundary);
    recent.clear();
    producers.replaceBy(
        reading(
            () -> new ProducerReplay(snapshots, segments, settings).until(end, history.start())));
    history = history.truncateTo(end);
    flushedEnd = Math.min(flushedEnd, end);
    last.cutIndexes(end, position, settings);
    if (lastCheckpoint.end() > end) {
      lowerCheckpoint(segments.subList(0, kept + 1));
    }
    boolean removed = snapshots.deleteAfter(end);
    while (segments.size() > kept + 1) {
      segments.removeLast().delete();
      removed = true;
    }
    if (removed) {
      disk.flushFolder(folder);
    }
    last.cutFile();
    checkpointWanted = true;
  }

  /**
   * Leaves a recovery point at the new end that is true before and after the cut, so that a crash
   * between is harmless.
   */
  private void lowerCheckpoint(List<Segment> kept) {
    Optional<byte[]> encoded = encodedProducers();
    encoded.ifPresent(bytes -> snapshots.writeThrough(history.end(), bytes));
    lastCheckpoint = checkpointAt(kept);
    writeThrough();
  }

  private void writeThrough() {
    if (namesVersion > flushedNamesVersion) {
      foldersUp().forEach(disk::flushFolder);
      flushedNamesVersion = namesVersion;
    }
    checkpoints.writeThrough(lastCheckpoint);
  }

  /** Drops the whole log; the next record has offset {@code start}. Durable on return. */
  public void resetTo(long start) {
    generation++;
    recent.clear();
    history = EpochHistory.emptyAt(start);
    lastCheckpoint =
        new Checkpoint(
            lastCheckpoint.sequence() + 1,
            history,
            List.of(new Checkpoint.Extent(start, 0)),
            0,
            0,
            -1,
            Segment.NO_TIME,
            0);
    writeThrough();
    snapshots.deleteAfter(-1);
    segments.forEach(Segment::delete);
    segments.clear();
    disk.flushFolder(folder);
    var only = Segment.empty(disk, folder, start);
    only.file();
    segments.add(only);
    namesVersion++;
    producers.clear();
    flushedEnd = start;
    appendedSinceCheckpoint = 0;
  }

  /**
   * Gives up the records before {@code offset} (retention, DeleteRecords, a snapshot) and the
   * segments that hold nothing else. Durable on return.
   */
  public void advanceStart(long offset) {
    if (offset <= history.start()) {
      return;
    }
    Check.that(offset <= history.end(), "start %d past the end %d", offset, history.end());
    if (offset > lastCheckpoint.end()) {
      flushThrough();
      checkpointThrough();
    }
    history = history.startAt(offset);
    int first = indexOf(offset);
    lastCheckpoint = lastCheckpoint.startingAt(offset, segments.get(first).base());
    writeThrough();
    for (int i = 0; i < first; i++) {
      segments.removeFirst().delete();
    }
  }

  // ---- rest ----

  /**
   * The log has been quiet for a while: give back disk and memory held for more to come. Appends
   * may go on.
   */
  public void trimPreallocated() {
    segments.getLast().trim();
    recent.clear();
    if (!needsFlush() && lastCheckpoint.end() < history.end()) {
      appendedSinceCheckpoint = 0;
      checkpoint(checkpointHere(), encodedProducers());
    }
    segments.forEach(Segment::unloadIndexes);
  }

  /** Flushes all, so that the next {@link #open} reads nothing, and closes the files. */
  @Override
  public void close() {
    segments.getLast().trim();
    if (lastCheckpoint.end() < history.end()) {
      segments.getLast().finish(settings);
      flushThrough();
      checkpointThrough();
    }
    segments.forEach(Segment::closeFile);
  }

  /** Makes a durable recovery point at the end, up to which all is flushed. */
  private void checkpointThrough() {
    segments.getLast().writeIndexes();
    encodedProducers().ifPresent(bytes -> snapshots.writeThrough(history.end(), bytes));
    lastCheckpoint = checkpointHere();
    writeThrough();
    appendedSinceCheckpoint = 0;
    checkpointWanted = false;
  }

  private void flushThrough() {
    FlushTicket ticket = beginFlush();
    ticket.run();
    flushed(ticket);
  }

  private int indexOfBase(long base) {
    int i = indexOf(base);
    Check.that(
        segments.get(i).base() == base, "no segment %d (nearest %d)", base, segments.get(i).base());
    return i;
  }

  /** Index of the segment that holds, or would hold, {@code offset}. */
  private int indexOf(long offset) {
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

  private long endOf(int i) {
    return i + 1 < segments.size() ? segments.get(i + 1).base() : history.end();
  }
}
