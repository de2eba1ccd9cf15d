package io.dure.log;

import io.dure.base.Check;
import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds out what a log's folder holds after a stop of any kind. Below the recovery point nothing is
 * read, and what is missing there is reported, never cut. Past it every batch is read and verified;
 * the first one that is torn, corrupt or out of place ends the log, and what follows is removed for
 * good before anything can be appended in its place.
 */
final class LogRecovery {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Disk disk;
  private final String folder;
  private final LogSettings settings;
  private final Checkpoints checkpoints;
  private final ProducerSnapshots snapshots;
  private final List<Segment> segments = new ArrayList<>();
  private final List<Segment> leftovers = new ArrayList<>(0);
  private EpochHistory history = EpochHistory.EMPTY;
  private ProducerTable producers = new ProducerTable();
  private long checkpointEnd;
  private long scannedBytes;

  LogRecovery(Disk disk, String folder, LogSettings settings, Checkpoints checkpoints) {
    this.disk = disk;
    this.folder = folder;
    this.settings = settings;
    this.checkpoints = checkpoints;
    this.snapshots = new ProducerSnapshots(disk, folder);
  }

  /**
   * The log as found.
   *
   * @param leftovers segments before the log's start, to be deleted once the recovery point that
   *     does without them is durable: it may stand in memory only
   * @param checkpoint the recovery point recovery started from; below its end all is durable
   * @param scannedBytes how much had to be read past it
   */
  record Result(
      List<Segment> segments,
      List<Segment> leftovers,
      EpochHistory history,
      ProducerTable producers,
      Checkpoint checkpoint,
      long scannedBytes) {}

  Result run() {
    boolean fresh = !disk.exists(folder);
    if (fresh) {
      disk.makeFolder(folder);
    }
    Checkpoint checkpoint = checkpoints.load().orElseGet(LogRecovery::beforeAll);
    finishSwaps(checkpoint);
    List<Long> bases = segmentBases();
    restore(checkpoint, bases);
    List<Long> later = bases.stream().filter(b -> b > checkpoint.last().base()).toList();
    scan(segments.getLast());
    boolean removed = false;
    for (long base : later) {
      if (base == history.end() && !removed) {
        segments.add(Segment.empty(disk, folder, base));
        scan(segments.getLast());
      } else {
        Segment.empty(disk, folder, base).delete();
        removed = true;
      }
    }
    // What was written down of records that are lost must not be taken for that of other ones.
    removed |= snapshots.deleteAfter(history.end());
    if (removed) {
      disk.flushFolder(folder);
    }
    segments.forEach(Segment::closeFile);
    return new Result(segments, leftovers, history, producers, checkpoint, scannedBytes);
  }

  /**
   * A compacted segment that the recovery point knows takes its place now; any other one was not
   * finished, and goes.
   */
  private void finishSwaps(Checkpoint checkpoint) {
    for (String name : disk.list(folder)) {
      if (name.endsWith(SegmentWriter.SWAP)) {
        String[] parts = name.split("\\.");
        long base = Long.parseLong(parts[0]);
        int version = Integer.parseInt(parts[2]);
        if (checkpoint.segments().stream()
            .anyMatch(s -> s.base() == base && s.version() == version)) {
          Segment.finishTakeOver(disk, folder + "/" + Segment.name(base), folder + "/" + name);
          continue;
        }
      }
      if (name.endsWith(SegmentWriter.SWAP) || name.endsWith(SegmentWriter.CLEANED)) {
        disk.delete(folder + "/" + name);
      }
    }
  }

  private List<Long> segmentBases() {
    return disk.list(folder).stream()
        .filter(n -> n.endsWith(".log"))
        .map(n -> Long.valueOf(n.substring(0, n.length() - 4)))
        .toList();
  }

  /** Stands for the recovery point of a log that has not made any: such a log starts at 0. */
  private static Checkpoint beforeAll() {
    return new Checkpoint(
        0,
        EpochHistory.EMPTY,
        0,
        0,
        List.of(new Checkpoint.Extent(0, 0)),
        0,
        0,
        -1,
        Segment.NO_TIME,
        0);
  }

  private void restore(Checkpoint checkpoint, List<Long> bases) {
    history = checkpoint.history();
    checkpointEnd = checkpoint.end();
    List<Checkpoint.Extent> flushed = checkpoint.segments();
    for (long base : bases) {
      if (base < flushed.getFirst().base()) {
        leftovers.add(Segment.empty(disk, folder, base));
      } else if (base < checkpoint.last().base()
          && flushed.stream().noneMatch(s -> s.base() == base)) {
        if (isCompacted(base, flushed)) {
          Segment.empty(disk, folder, base).delete();
          continue;
        }
        throw new DiskException(folder + "/" + Segment.name(base) + " does not belong to this log");
      }
    }
    for (Checkpoint.Extent extent : flushed) {
      boolean last = extent == checkpoint.last();
      Segment segment =
          last ? Segment.at(disk, folder, checkpoint) : Segment.closed(disk, folder, extent);
      long size = bases.contains(extent.base()) ? segment.file().size() : 0;
      if (size < extent.sizeBytes()) {
        throw new DiskException(
            folder
                + "/"
                + Segment.name(extent.base())
                + " has "
                + size
                + " bytes, but "
                + extent.sizeBytes()
                + " bytes of it were durable (recovery point at offset "
                + checkpoint.end()
                + ")");
      }
      segments.add(segment);
    }
    if (checkpoint.producers() > 0) {
      producers =
          IndexDoubt.reading(
              segments,
              () -> new ProducerReplay(snapshots, segments, settings).until(checkpoint.end()));
    }
  }

  /** Whether it was compacted into the segment before it. */
  private static boolean isCompacted(long base, List<Checkpoint.Extent> segments) {
    int version = 0;
    for (Checkpoint.Extent segment : segments) {
      version = segment.base() < base ? segment.version() : version;
    }
    return version > 0;
  }

  /** Reads a segment on from where it is known, and cuts it where it stops making sense. */
  private void scan(Segment segment) {
    DiskFile file = segment.file();
    long fileBytes = file.size();
    ByteBuffer chunk = ByteBuffer.allocate(0);
    int at = 0;
    while (segment.sizeBytes() < fileBytes) {
      if (chunk.limit() - at < BatchFormat.HEADER_BYTES) {
        chunk =
            read(file, segment.sizeBytes(), Math.min(CHUNK_BYTES, fileBytes - segment.sizeBytes()));
        at = 0;
      }
      long room = fileBytes - segment.sizeBytes();
      if (chunk.limit() < BatchFormat.HEADER_BYTES || !headerFits(chunk, at, room)) {
        break;
      }
      int size = (int) BatchFormat.sizeBytes(chunk, at);
      if (chunk.limit() - at < size) {
        chunk = read(file, segment.sizeBytes(), Math.min(Math.max(CHUNK_BYTES, size), room));
        at = 0;
      }
      if (!BatchFormat.crcMatches(chunk, at, size)) {
        break;
      }
      writeAgain(file, segment.sizeBytes(), chunk.slice(at, size));
      segment.noteBatch(chunk, at, settings);
      history =
          history.append(BatchFormat.leaderEpoch(chunk, at), BatchFormat.endOffset(chunk, at));
      producers.apply(chunk, at).ifPresent(aborted -> abortedOf(segment).add(aborted));
      scannedBytes += size;
      at += size;
    }
    cutTail(segment, file, fileBytes);
  }

  /**
   * What is read here may be in the page cache alone, and count as clean there, since a flush that
   * failed before the stop: the next flush would succeed without writing it.
   */
  private static void writeAgain(DiskFile file, long position, ByteBuffer batch) {
    file.write(position, batch);
  }

  /** The segment's index as of the recovery point, and what was scanned past it so far. */
  private AbortedIndex abortedOf(Segment segment) {
    var replay = new ProducerReplay(snapshots, segments, settings);
    return IndexDoubt.reading(
        segments, () -> AbortedReplay.indexOf(segment, replay, checkpointEnd));
  }

  private boolean headerFits(ByteBuffer chunk, int at, long room) {
    return BatchFormat.flaw(chunk, at, room).isEmpty()
        && BatchFormat.baseOffset(chunk, at) == history.end()
        && BatchFormat.leaderEpoch(chunk, at) >= history.lastEpoch();
  }

  /**
   * Zeros written ahead may go at leisure; anything else must be gone before something is appended
   * in its place.
   */
  private static void cutTail(Segment segment, DiskFile file, long fileBytes) {
    long end = segment.sizeBytes();
    segment.allocated(end);
    if (end < fileBytes) {
      boolean torn = hasNonZero(file, end, fileBytes);
      file.resize(end);
      if (torn) {
        file.flush();
      }
    }
  }

  private static boolean hasNonZero(DiskFile file, long start, long end) {
    for (long position = start; position < end; ) {
      ByteBuffer chunk = read(file, position, Math.min(64 << 10, end - position));
      if (!chunk.hasRemaining()) {
        return false;
      }
      position += chunk.remaining();
      while (chunk.remaining() >= 8) {
        if (chunk.getLong() != 0) {
          return true;
        }
      }
      while (chunk.hasRemaining()) {
        if (chunk.get() != 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static ByteBuffer read(DiskFile file, long position, long bytes) {
    Check.that(bytes <= Integer.MAX_VALUE, "chunk of %d bytes (at %d)", bytes, position);
    ByteBuffer chunk = ByteBuffer.allocate((int) bytes);
    file.read(position, chunk);
    return chunk.flip();
  }
}
