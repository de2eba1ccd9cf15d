package io.dure.log;

import io.dure.base.DiskFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a log durable, and moves its recovery point along: what a flush must contain, when a new
 * recovery point is due, and what has to be on disk before one may be believed. Confined to the
 * log's loop.
 */
final class RecoveryPoints {
  /**
   * With so many bytes for one flush it is their number that costs, and zeros written ahead would
   * double it.
   */
  private static final int BUSY_BYTES = 128 << 10;

  private static final int DURABLE_CHECKPOINT_EVERY = 16;

  private final LogBody body;
  private final Checkpoints checkpoints;
  private Checkpoint last;
  private Checkpoint flushing;
  private long durableStart;
  private boolean startPending;
  private int sinceDurable;
  private long appendedSince;
  private long appendedSinceFlush;
  private boolean wanted;
  private List<DiskFile> flushAlso = new ArrayList<>(0);
  private long namesVersion = 1;
  private long flushedNamesVersion;

  RecoveryPoints(LogBody body, Checkpoints checkpoints, LogRecovery.Result found) {
    this.body = body;
    this.checkpoints = checkpoints;
    this.last = found.checkpoint();
    this.flushing = last;
    this.appendedSince = found.scannedBytes();
  }

  // ---- what is due ----

  void appended(int bytes) {
    appendedSince += bytes;
    appendedSinceFlush += bytes;
  }

  /** Whether so much waits for one flush that writing ahead would only add to it. */
  boolean isBusy() {
    return appendedSinceFlush >= BUSY_BYTES;
  }

  /** What a restart would have to read. */
  long bytesSince() {
    return appendedSince;
  }

  /** Files have come or gone: their folder is to be flushed with the next flush. */
  void newNames() {
    namesVersion++;
  }

  /** A segment was closed: it is to be below a durable recovery point soon. */
  void rolled(List<DiskFile> indexFiles) {
    flushAlso.addAll(indexFiles);
    long base = body.active().base();
    encodedProducers()
        .ifPresent(bytes -> {
          body.snapshots.writeAtBase(base, bytes);
          flushAlso.add(body.snapshots.open(base));
        });
    namesVersion++;
    wanted = true;
    sinceDurable = DURABLE_CHECKPOINT_EVERY;
  }

  void want() {
    wanted = true;
  }

  void wantIfAppended() {
    wanted = appendedSince > 0;
  }

  // ---- with a flush ----

  FlushTicket beginFlush() {
    appendedSinceFlush = 0;
    List<DiskFile> files = new ArrayList<>(2);
    if (body.flushedEnd() < body.history().end()) {
      for (int i = body.indexOf(body.flushedEnd()); i < body.segments.size(); i++) {
        files.add(body.segments.get(i).file());
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
        new FlushTicket.Scope(body.disk, files, passing, folders, namesVersion, flushesCheckpoint);
    long end = body.history().end();
    if (!wanted && appendedSince < body.settings().checkpointBytes()) {
      return new FlushTicket(scope, body.generation(), end, Optional.empty(), Optional.empty());
    }
    wanted = false;
    appendedSince = 0;
    return new FlushTicket(scope, body.generation(), end, Optional.of(here()), encodedProducers());
  }

  void flushed(FlushTicket ticket) {
    flushedNamesVersion = Math.max(flushedNamesVersion, ticket.scope().namesVersion());
    if (checkpoints.flushed(ticket.scope().checkpointSequence())
        && flushing.sequence() == ticket.scope().checkpointSequence()) {
      isDurable(flushing);
    }
    if (ticket.generation() != body.generation()) {
      return;
    }
    body.flushedTo(ticket.end());
    if (ticket.checkpoint().isPresent()) {
      write(ticket.checkpoint().get(), ticket.producers());
    }
  }

  /** With all flushed: writes a recovery point at the end, if it is not there yet. */
  void catchUp() {
    if (body.flushedEnd() == body.history().end() && last.end() < body.history().end()) {
      appendedSince = 0;
      write(here(), encodedProducers());
    }
  }

  private void write(Checkpoint taken, Optional<byte[]> encodedProducers) {
    boolean moves = durableStart < body.visibleStart();
    if (taken.end() <= last.end() && !moves) {
      return;
    }
    // The start may have moved past what the flush was taken of; the next one reaches it.
    boolean reaches =
        taken.end() >= last.end()
            && taken.end() >= body.history().start()
            && taken.last().base() >= body.segments.getFirst().base();
    if (!checkpoints.mayWrite() || !reaches) {
      wanted = true;
      return;
    }
    Segment active = body.segments.get(body.indexOfBase(taken.last().base()));
    active.writeIndexes();
    encodedProducers.ifPresent(bytes -> body.snapshots.write(taken.end(), bytes, body.bases()));
    Checkpoint next =
        taken
            .withClosed(closedBefore(taken.last().base()))
            .startingAt(
                body.history().start(), body.visibleStart(), body.segments.getFirst().base())
            .numbered(last.sequence() + 1);
    checkpoints.write(next);
    last = next;
    if (moves) {
      sinceDurable = DURABLE_CHECKPOINT_EVERY;
    }
    if (++sinceDurable >= DURABLE_CHECKPOINT_EVERY) {
      sinceDurable = 0;
      namesVersion++;
      flushAlso.addAll(active.openIndexFiles());
      if (taken.producers() > 0) {
        flushAlso.add(body.snapshots.open(taken.end()));
      }
      checkpoints.wantFlush();
      flushing = next;
    }
  }

  /** Takes note that {@code checkpoint} survives a power cut: what it does without may go. */
  private void isDurable(Checkpoint checkpoint) {
    durableStart = checkpoint.visibleStart();
    startPending &= durableStart < body.visibleStart();
    body.deleteRetiredBefore(checkpoint.segments().getFirst().base());
  }

  /** The visible start that a power cut cannot take back. */
  long durableStart() {
    return durableStart;
  }

  /** Whether a flush is due though nothing was appended: the start has moved. */
  boolean startIsPending() {
    return startPending;
  }

  /** The start has moved: a recovery point says so with the next flushes. */
  void startMoved() {
    startPending = durableStart < body.visibleStart();
    wanted |= startPending;
  }

  // ---- durable on return ----

  /**
   * Before a cut to {@code end}: leaves a recovery point there that is true before and after the
   * cut, so that a crash between is harmless.
   *
   * @param kept the segments that are left, the last one's indexes cut already
   */
  void lowerTo(long end, List<Segment> kept) {
    if (last.end() > end) {
      encodedProducers().ifPresent(bytes -> body.snapshots.writeThrough(end, bytes));
      last = at(kept);
      writeThrough();
    }
  }

  /** Before all is dropped: a recovery point of an empty log. */
  void restartThrough() {
    long start = body.history().start();
    last =
        new Checkpoint(
            last.sequence() + 1,
            body.history(),
            start,
            start,
            List.of(new Checkpoint.Extent(start, 0)),
            0,
            0,
            -1,
            Segment.NO_TIME,
            knownProducers());
    writeThrough();
    appendedSince = 0;
  }

  private int knownProducers() {
    return body.producers.isEmpty() ? 0 : Math.max(1, body.producers.size());
  }

  /** Makes sure that the recovery point is not below {@code offset}. */
  void reachThrough(long offset) {
    if (offset > last.end()) {
      flushThrough();
      moveToEndThrough();
    }
  }

  /** The log starts at {@code start} now, in the segment {@code firstSegment}. */
  void startThrough(long start, long firstSegment) {
    last = last.startingAt(start, body.visibleStart(), firstSegment);
    writeThrough();
  }

  /** A compacted segment is about to take the place of those before {@code end}. */
  void compactedThrough(Segment into, long end) {
    last = last.compacted(into.extent(), end, body.cleanedEnd());
    writeThrough();
  }

  /** Segments before this one may be compacted: they lie below the recovery point. */
  long lastBase() {
    return last.last().base();
  }

  /** All is flushed and the recovery point is at the end. */
  void finishThrough() {
    if (last.end() < body.history().end() || startIsPending()) {
      body.active().finish(body.settings());
      flushThrough();
      moveToEndThrough();
    }
  }

  private void moveToEndThrough() {
    body.active().writeIndexes();
    encodedProducers().ifPresent(bytes -> body.snapshots.writeThrough(body.history().end(), bytes));
    last = here();
    writeThrough();
    appendedSince = 0;
    wanted = false;
  }

  private void flushThrough() {
    FlushTicket ticket = beginFlush();
    ticket.run();
    flushed(ticket);
  }

  private void writeThrough() {
    if (namesVersion > flushedNamesVersion) {
      foldersUp().forEach(body.disk::flushFolder);
      flushedNamesVersion = namesVersion;
    }
    checkpoints.writeThrough(last);
    isDurable(last);
  }

  // ---- contents ----

  /** Compaction may have changed them since a flush began. */
  private List<Checkpoint.Extent> closedBefore(long base) {
    return body.segments.stream().filter(s -> s.base() < base).map(Segment::extent).toList();
  }

  private Optional<byte[]> encodedProducers() {
    return body.producers.isEmpty() ? Optional.empty() : Optional.of(body.producers.encode());
  }

  private List<String> foldersUp() {
    List<String> folders = new ArrayList<>(2);
    String name = body.folder;
    while (true) {
      folders.add(name);
      if (name.isEmpty()) {
        return folders;
      }
      int slash = name.lastIndexOf('/');
      name = slash < 0 ? "" : name.substring(0, slash);
    }
  }

  private Checkpoint here() {
    return at(body.segments);
  }

  private Checkpoint at(List<Segment> upTo) {
    Segment active = upTo.getLast();
    return new Checkpoint(
        last.sequence() + 1,
        body.history(),
        body.visibleStart(),
        body.cleanedEnd(),
        upTo.stream().map(Segment::extent).toList(),
        active.offsetEntries(),
        active.timeEntries(),
        active.firstTimestamp(),
        active.largest(Long.MAX_VALUE, Long.MAX_VALUE, body.settings()),
        knownProducers());
  }
}
