package io.dure.log;

import io.dure.base.Check;
import io.dure.base.Disk;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

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
  private static final long EXPIRY_EVERY_MS = 600_000;

  private final LogBody body;
  private final LogReads reads;
  private final RecoveryPoints points;
  private final LogCuts cuts;
  private final LogAging aging;
  private final LogCompactions compactions;
  private long nextExpiryMs;

  private PartitionLog(LogBody body, RecoveryPoints points) {
    this.body = body;
    this.reads = new LogReads(body);
    this.points = points;
    this.cuts = new LogCuts(body, reads, points);
    this.aging = new LogAging(body);
    this.compactions = new LogCompactions(body, points);
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
    var body = new LogBody(disk, folder, settings, found);
    return new PartitionLog(body, new RecoveryPoints(body, checkpoints, found));
  }

  public EpochHistory history() {
    return body.history();
  }

  /**
   * The first offset that readers get (inclusive). Batches are kept whole, so the log itself, see
   * {@link #history}, may start a little before.
   */
  public long startOffset() {
    return body.visibleStart();
  }

  /** What {@link #startOffset} cannot fall behind any more, even in a power cut. */
  public long durableStart() {
    return points.durableStart();
  }

  /** Other settings are in force from now on. */
  public void settings(LogSettings next) {
    body.settings(next);
  }

  public LogSettings settings() {
    return body.settings();
  }

  /** The offset after the last record (exclusive). */
  public long endOffset() {
    return body.history().end();
  }

  /**
   * Everything below (exclusive) is durable. After {@link #open} this may be less than was durable
   * in fact.
   */
  public long flushedEnd() {
    return body.flushedEnd();
  }

  public boolean needsFlush() {
    return body.flushedEnd() < body.history().end();
  }

  /**
   * Counts the cuts since the log was opened, from 0; a flush of an older generation tells nothing.
   */
  public long generation() {
    return body.generation();
  }

  public ProducerTable producers() {
    return body.producers;
  }

  /** Bytes of all segments, without what is written ahead. */
  public long sizeBytes() {
    long sum = 0;
    for (Segment segment : body.segments) {
      sum += segment.sizeBytes();
    }
    return sum;
  }

  /** What a restart would have to read. */
  public long bytesSinceCheckpoint() {
    return points.bytesSince();
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
    LogSettings settings = body.settings();
    if (wallMs >= nextExpiryMs) {
      body.producers.expire(wallMs, settings.producerExpiryMs());
      nextExpiryMs = wallMs + EXPIRY_EVERY_MS;
    }
    long from = body.history().end();
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
        span.from() == body.history().end(),
        "append at %d to a log that ends at %d",
        span.from(),
        body.history().end());
    ByteBuffer bytes = span.bytes();
    Segment active = segmentFor(span);
    int position = active.sizeBytes();
    active.append(bytes, body.settings(), !points.isBusy());
    body.history(extended(body.history(), span));
    int at = bytes.position();
    while (at < bytes.limit()) {
      body.producers.apply(bytes, at).ifPresent(body::addAborted);
      at += (int) BatchFormat.sizeBytes(bytes, at);
    }
    body.recent.add(span, active, position);
    points.appended(bytes.remaining());
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
    Segment active = body.active();
    LogSettings settings = body.settings();
    if (active.sizeBytes() > 0) {
      long timestampMs = BatchFormat.maxTimestamp(span.bytes(), span.bytes().position());
      boolean full = (long) active.sizeBytes() + span.sizeBytes() > settings.segmentBytes();
      if (full
          || aging.isOld(active, timestampMs)
          || active.indexIsFull(settings)
          || span.end() - active.base() > Integer.MAX_VALUE) {
        return roll();
      }
    }
    return active;
  }

  private Segment roll() {
    Segment full = body.active();
    full.finish(body.settings());
    full.unloadIndexes();
    var next = Segment.empty(body.disk, body.folder, body.history().end());
    next.file();
    if (body.settings().preallocate()) {
      next.preallocate(body.settings());
    }
    body.segments.add(next);
    points.rolled(full.openIndexFiles());
    return next;
  }

  // ---- flush ----

  /**
   * Takes what must be flushed for everything appended so far to be durable. Tickets are run in the
   * order taken.
   */
  public FlushTicket beginFlush() {
    return points.beginFlush();
  }

  /** Takes note that {@code ticket} ran without failure. */
  public void flushed(FlushTicket ticket) {
    points.flushed(ticket);
  }

  /** Moves the recovery point with the next flush, however little was appended. */
  public void wantCheckpoint() {
    points.wantIfAppended();
  }

  // ---- read ----

  /**
   * Whole batches from the one that holds {@code offset}: the first however large it is, then as
   * many as fit {@code maxBytes}, all ending at or before {@code endExclusive}; empty where there
   * is none.
   */
  public LogSlice read(long offset, int maxBytes, long endExclusive) {
    return reads.read(offset, maxBytes, endExclusive);
  }

  /**
   * As {@link #read}, but the bytes come to the heap and their checksums are verified; {@code
   * offset} must start a batch, or lie within one without records, which then starts there.
   *
   * @throws io.dure.base.DiskException when a batch is corrupt
   */
  public BatchSpan readSpan(long offset, int maxBytes, long endExclusive) {
    return reads.readSpan(offset, maxBytes, endExclusive);
  }

  /**
   * The first record below {@code endExclusive} with a timestamp at or after {@code timestampMs}.
   */
  public Optional<TimedOffset> firstAtOrAfter(long timestampMs, long endExclusive) {
    return reads.firstAtOrAfter(timestampMs, endExclusive);
  }

  /**
   * The aborted transactions that a reader of {@code from} (inclusive) to {@code end} (exclusive)
   * has to pass over, by their first offsets.
   */
  public List<AbortedTxn> abortedIn(long from, long end) {
    return body.reading(() -> body.abortedIn(from, end));
  }

  /** The first record with the largest timestamp of all below {@code endExclusive}. */
  public Optional<TimedOffset> maxTimestamp(long endExclusive) {
    return reads.maxTimestamp(endExclusive);
  }

  // ---- cut ----

  /**
   * Cuts the log so that it ends at {@code end}, a batch boundary at or after the start. Durable on
   * return.
   */
  public void truncateTo(long end) {
    cuts.truncateTo(end);
  }

  /** Drops the whole log; the next record has offset {@code start}. Durable on return. */
  public void resetTo(long start) {
    resetTo(start, ByteBuffer.allocate(0));
  }

  /**
   * As above.
   *
   * @param producers what another log's {@link #producersAtStart} says, which starts there; empty:
   *     nothing
   */
  public void resetTo(long start, ByteBuffer producers) {
    cuts.resetTo(start, producers);
  }

  /**
   * What was known of producers where this log starts, so without those who came later; empty where
   * there were none.
   */
  public ByteBuffer producersAtStart() {
    return cuts.producersAtStart();
  }

  /**
   * Gives up the records before {@code offset} (retention, DeleteRecords, a snapshot) and the
   * segments that hold nothing else. Durable on return.
   */
  public void advanceStart(long offset) {
    cuts.advanceStart(offset);
  }

  /**
   * As {@link #advanceStart} to any offset, batches kept whole, but at once: it is durable, and
   * disk space is given back, after the next flushes, see {@link #startIsPending}.
   */
  public void moveStart(long offset) {
    cuts.moveStart(offset);
  }

  /** Asks for the flushes after which {@link #durableStart} is {@link #startOffset}. */
  public void makeStartDurable() {
    points.startMoved();
  }

  /** Whether a flush is due though nothing was appended: the start has moved. */
  public boolean startIsPending() {
    return points.startIsPending();
  }

  // ---- age ----

  /**
   * Where the log should start by its retention, given that all below {@code committed} (exclusive)
   * is committed. A segment still written to is closed first if it is to go, too.
   */
  public long keptFrom(long committed, long wallMs) {
    long kept = aging.keptFrom(committed, wallMs);
    if (kept == body.history().end() && body.active().sizeBytes() > 0) {
      roll();
    }
    return kept;
  }

  /** Wall time before which no segment is too old. */
  public long nextExpiryMs() {
    return aging.nextExpiryMs();
  }

  /** Closes the segment that is written to if its first batch is old enough for that. */
  public boolean rollIfOld(long wallMs) {
    boolean old = body.active().sizeBytes() > 0 && aging.isOld(body.active(), wallMs);
    if (old) {
      roll();
    }
    return old;
  }

  // ---- compaction ----

  /**
   * How much a compaction is worth, given that all below {@code committed} (exclusive) is
   * committed: 0 where none is due, the largest first.
   */
  public double worthCompacting(long committed, long wallMs) {
    return compactions.worth(committed, wallMs);
  }

  /** Begins a compaction of all that may be; at most one at a time. */
  public Optional<Compaction> beginCompaction(long committed, long wallMs) {
    return compactions.begin(committed, wallMs, Compaction.MOST_KEYS);
  }

  /** As above, with so many keys at most; with more it goes on in the next compaction. */
  public Optional<Compaction> beginCompaction(long committed, long wallMs, int mostKeys) {
    return compactions.begin(committed, wallMs, mostKeys);
  }

  /**
   * Takes over the segment that is ready; durable on return. False, and the compaction is over,
   * where the log was cut meanwhile.
   */
  public boolean swap(Compaction compaction) {
    return compactions.swap(compaction);
  }

  /** The compaction has come to its end. */
  public void compacted(Compaction compaction) {
    compactions.finished(compaction);
  }

  /** Everything below (exclusive) was compacted. */
  public long cleanedEnd() {
    return body.cleanedEnd();
  }

  // ---- rest ----

  /**
   * The log has been quiet for long: gives back disk and memory held for more to come, and moves
   * the recovery point to the end if all is flushed. Appends may go on.
   */
  public void rest() {
    if (!body.settings().preallocate()) {
      body.active().trim();
    }
    body.recent.clear();
    points.catchUp();
    body.segments.forEach(Segment::unloadIndexes);
  }

  /**
   * Gives back the room of segments that were deleted a while ago. Only while no flush and no
   * compaction is under way, which may hold them.
   */
  public void closeDeleted(long nowMs) {
    body.deleted().close(nowMs);
  }

  /** Flushes all, so that the next {@link #open} reads nothing, and closes the files. */
  @Override
  public void close() {
    body.active().trim();
    points.finishThrough();
    body.segments.forEach(Segment::closeFile);
    body.deleted().closeAll();
  }
}
