package io.dure.log;

import io.dure.base.Check;
import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One segment: a file of batches with its two indexes. Only the last segment of a log grows. The
 * file is opened when first needed and then stays open; a deleted segment's file is left to readers
 * that still hold it.
 *
 * <p>Invariant: {@code sizeBytes} is the end of the last whole batch; what the file has past it is
 * zeros written ahead.
 */
final class Segment {
  static final TimedOffset NO_TIME = new TimedOffset(-1, -1);

  private static final String ABORTED = ".txnindex";

  /** What is written ahead takes no more than this share of what the disk has left. */
  private static final int AHEAD_SHARE = 256;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final Disk disk;
  private final String path;
  private final long base;
  private Optional<DiskFile> file = Optional.empty();
  private int version;
  private int sizeBytes;
  private long allocatedBytes;
  private int chunkBytes = LogSettings.LEAST_CHUNK_BYTES;
  private Optional<Indexes> indexes = Optional.empty();
  private IndexTrust trust;
  private boolean indexesFromFile;
  private int lastIndexedAt;
  private long firstTimestamp = -1;
  private TimedOffset largest = NO_TIME;
  private AbortedIndex.Sum abortedSum = AbortedIndex.Sum.NONE;
  private Optional<AbortedIndex> aborted = Optional.empty();

  /** Both indexes of a segment, loaded. */
  private record Indexes(OffsetIndex offsets, TimeIndex times) {}

  /**
   * How far the index files can be believed when they are loaded.
   *
   * @param exact whether they have exactly these many entries; otherwise all they have is taken
   */
  private record IndexTrust(boolean exact, int offsetEntries, int timeEntries) {}

  private Segment(Disk disk, String folder, long base, int sizeBytes, IndexTrust trust) {
    this.disk = disk;
    this.path = folder + "/" + name(base);
    this.base = base;
    this.sizeBytes = sizeBytes;
    this.allocatedBytes = sizeBytes;
    this.trust = trust;
  }

  /** A segment that is full. */
  static Segment closed(Disk disk, String folder, Checkpoint.Extent extent) {
    var segment =
        new Segment(disk, folder, extent.base(), extent.sizeBytes(), new IndexTrust(false, 0, 0));
    segment.abortedSum = extent.aborted();
    segment.version = extent.version();
    return segment;
  }

  /** The segment a recovery point lies in, as far as the recovery point knows it. */
  static Segment at(Disk disk, String folder, Checkpoint checkpoint) {
    var segment =
        new Segment(
            disk,
            folder,
            checkpoint.last().base(),
            checkpoint.last().sizeBytes(),
            new IndexTrust(true, checkpoint.indexEntries(), checkpoint.timeEntries()));
    segment.firstTimestamp = checkpoint.firstTimestamp();
    segment.largest = checkpoint.largest();
    segment.lastIndexedAt = segment.sizeBytes;
    segment.abortedSum = checkpoint.last().aborted();
    segment.version = checkpoint.last().version();
    return segment;
  }

  /** A segment that compaction writes; under another name, until {@link #takeOver}. */
  static Segment compacted(Disk disk, String folder, long base, int version) {
    var segment = new Segment(disk, folder, base, 0, new IndexTrust(true, 0, 0));
    segment.version = version;
    // What stands in the index files is about the segment whose place it takes.
    segment.indexes = Optional.of(new Indexes(new OffsetIndex(base), new TimeIndex(base)));
    segment.aborted = Optional.of(AbortedIndex.of(List.of()));
    return segment;
  }

  /** Gets its own name, in place of what had it, and goes on with the open file. */
  void takeOver(String from, DiskFile open) {
    finishTakeOver(disk, path, from);
    file = Optional.of(open);
    allocatedBytes = sizeBytes;
  }

  /** The old indexes go first: they must not be taken for those of the new segment. */
  static void finishTakeOver(Disk disk, String path, String from) {
    for (String ending : List.of(".index", ".timeindex", ABORTED)) {
      disk.delete(path.substring(0, path.length() - 4) + ending);
    }
    disk.flushFolder(path.substring(0, path.lastIndexOf('/')));
    disk.rename(from, path);
  }

  static Segment empty(Disk disk, String folder, long base) {
    return new Segment(disk, folder, base, 0, new IndexTrust(true, 0, 0));
  }

  static String name(long base) {
    return String.format("%020d.log", base);
  }

  Checkpoint.Extent extent() {
    return new Checkpoint.Extent(
        base, sizeBytes, aborted.map(AbortedIndex::sum).orElse(abortedSum), version);
  }

  long base() {
    return base;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /** How often it was compacted. */
  int version() {
    return version;
  }

  long firstTimestamp() {
    return firstTimestamp;
  }

  int offsetEntries() {
    return indexes.map(i -> i.offsets().count()).orElse(trust.offsetEntries());
  }

  int timeEntries() {
    return indexes.map(i -> i.times().count()).orElse(trust.timeEntries());
  }

  DiskFile file() {
    if (file.isEmpty()) {
      file = Optional.of(disk.open(path));
    }
    return file.get();
  }

  /** Only while nobody can hold a slice of it. */
  void closeFile() {
    file.ifPresent(DiskFile::close);
    file = Optional.empty();
  }

  /**
   * Writes batches at the end and indexes them; {@code bytes} keeps its position.
   *
   * @param writeAhead whether zeros are written ahead where the file must grow: a flush that need
   *     not grow the file takes half as long
   */
  void append(ByteBuffer bytes, LogSettings settings, boolean writeAhead) {
    int size = bytes.remaining();
    DiskFile to = file();
    to.write(sizeBytes, bytes.duplicate());
    long dataEnd = (long) sizeBytes + size;
    if (dataEnd > allocatedBytes && !writeAhead) {
      allocatedBytes = dataEnd;
    } else if (dataEnd > allocatedBytes) {
      long ahead = Math.min(chunkBytes, disk.usableBytes() / AHEAD_SHARE);
      allocatedBytes = Math.max(dataEnd, Math.min(dataEnd + ahead, settings.segmentBytes()));
      writeZeros(to, dataEnd, allocatedBytes);
      chunkBytes = Math.min(chunkBytes * 2, LogSettings.LARGEST_CHUNK_BYTES);
    }
    int at = bytes.position();
    while (at < bytes.limit()) {
      noteBatch(bytes, at, settings);
      at += (int) BatchFormat.sizeBytes(bytes, at);
    }
  }

  private static void writeZeros(DiskFile to, long start, long end) {
    long position = start;
    while (position < end) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit((int) Math.min(zeros.capacity(), end - position));
      position += zeros.remaining();
      to.write(position - zeros.remaining(), zeros);
    }
  }

  /** Takes a batch that stands at the end of what is known into the indexes; also for recovery. */
  void noteBatch(ByteBuffer bytes, int at, LogSettings settings) {
    long lastOffset = BatchFormat.endOffset(bytes, at) - 1;
    long maxTimestamp = BatchFormat.maxTimestamp(bytes, at);
    if (firstTimestamp < 0) {
      firstTimestamp = maxTimestamp;
    }
    if (maxTimestamp > largest.timestampMs()) {
      largest = new TimedOffset(lastOffset, maxTimestamp);
    }
    if (sizeBytes - lastIndexedAt > settings.indexIntervalBytes()) {
      Indexes both = indexes(settings);
      both.offsets().add(lastOffset, sizeBytes);
      both.times().add(largest);
      lastIndexedAt = sizeBytes;
    }
    sizeBytes += (int) BatchFormat.sizeBytes(bytes, at);
  }

  /** The file holds nothing past {@code bytes} that was ever meant, except zeros written ahead. */
  void allocated(long bytes) {
    allocatedBytes = bytes;
  }

  /** Takes the whole size on disk at once, for a new segment. */
  void preallocate(LogSettings settings) {
    file().resize(settings.segmentBytes());
    allocatedBytes = settings.segmentBytes();
  }

  /** Whether another entry would make an index larger than it may be. */
  boolean indexIsFull(LogSettings settings) {
    int offsets = offsetEntries();
    int times = timeEntries();
    return offsets > 0 && (offsets + 1L) * OffsetIndex.ENTRY_BYTES > settings.indexBytes()
        || times > 0 && (times + 1L) * TimeIndex.ENTRY_BYTES > settings.indexBytes();
  }

  boolean hasSpare() {
    return allocatedBytes > sizeBytes;
  }

  /** Gives back what was written ahead. */
  void trim() {
    if (hasSpare()) {
      file().resize(sizeBytes);
      allocatedBytes = sizeBytes;
    }
    chunkBytes = LogSettings.LEAST_CHUNK_BYTES;
  }

  /**
   * The transactions aborted here; empty when the file does not have what it should, and they must
   * be found anew.
   */
  Optional<AbortedIndex> aborted() {
    if (aborted.isEmpty() && abortedSum.count() == 0) {
      // What an earlier life may have left in the file counts for nothing.
      aborted = Optional.of(AbortedIndex.of(List.of()));
    } else if (aborted.isEmpty() && disk.exists(path(ABORTED))) {
      try (DiskFile from = disk.open(path(ABORTED))) {
        aborted = AbortedIndex.load(from, abortedSum);
      }
    }
    return aborted;
  }

  void aborted(AbortedIndex found) {
    aborted = Optional.of(found);
  }

  /** Whether looking into {@link #aborted} is worth it. */
  boolean mayHaveAborted() {
    return aborted.map(a -> a.sum().count()).orElse(abortedSum.count()) > 0;
  }

  /**
   * Forgets everything from {@code offset} on, which starts at {@code position}; {@link #cutFile}
   * must follow before anything is appended.
   */
  void cutIndexes(long offset, int position, LogSettings settings) {
    Indexes both = indexes(settings);
    both.offsets().cut(offset);
    both.times().cut(offset);
    aborted.ifPresent(a -> a.cut(offset));
    sizeBytes = position;
    firstTimestamp = position == 0 ? -1 : firstTimestamp;
    largest = largestBelow(offset, settings);
    lastIndexedAt = indexes(settings).offsets().lastPosition();
  }

  /** Cuts the files to what is left; durable on return. */
  void cutFile() {
    writeIndexes();
    for (DiskFile index : openIndexFiles()) {
      index.flush();
      index.close();
    }
    file().resize(sizeBytes);
    file().flush();
    allocatedBytes = sizeBytes;
  }

  /** Reads all headers after the last time index entry; for cuts. */
  private TimedOffset largestBelow(long endOffset, LogSettings settings) {
    return IndexDoubt.reading(List.of(this), () -> findLargestBelow(endOffset, settings));
  }

  private TimedOffset findLargestBelow(long endOffset, LogSettings settings) {
    Indexes both = indexes(settings);
    TimedOffset best = both.times().lastBelow(endOffset);
    int start = best.timestampMs() < 0 ? 0 : both.offsets().positionBefore(best.offset());
    var cursor = new BatchCursor(file(), start, sizeBytes);
    while (cursor.next() && cursor.endOffset() <= endOffset) {
      if (cursor.maxTimestamp() > best.timestampMs()) {
        best = new TimedOffset(cursor.endOffset() - 1, cursor.maxTimestamp());
      }
    }
    return best;
  }

  /**
   * The largest batch timestamp among batches that end at or before {@code endOffset}, with the
   * last offset of the first batch that has it; timestamp -1 when there is none.
   */
  TimedOffset largest(long endOffset, long segmentEnd, LogSettings settings) {
    if (endOffset < segmentEnd) {
      return largestBelow(endOffset, settings);
    }
    if (largest.timestampMs() < 0 && sizeBytes > 0) {
      largest = largestBelow(segmentEnd, settings);
    }
    return largest;
  }

  /** Where to start walking to find the batch with {@code offset}. */
  int positionBefore(long offset, LogSettings settings) {
    return sizeBytes <= settings.indexIntervalBytes()
        ? 0
        : indexes(settings).offsets().positionBefore(offset);
  }

  /** The start of a batch at or before {@code position}. */
  int batchAtOrBefore(long position, LogSettings settings) {
    return sizeBytes <= settings.indexIntervalBytes()
        ? 0
        : indexes(settings).offsets().batchAtOrBefore(position);
  }

  /** No batch before the one with this offset has a timestamp at or after {@code timestampMs}. */
  long offsetBefore(long timestampMs, LogSettings settings) {
    return indexes(settings).times().offsetBefore(timestampMs);
  }

  private Indexes indexes(LogSettings settings) {
    if (indexes.isEmpty()) {
      indexes = Optional.of(loadIndexes(settings));
    }
    return indexes.get();
  }

  private Indexes loadIndexes(LogSettings settings) {
    var offsets = new OffsetIndex(base);
    var times = new TimeIndex(base);
    int most = trust.exact() ? trust.offsetEntries() : Integer.MAX_VALUE;
    int mostTimes = trust.exact() ? trust.timeEntries() : Integer.MAX_VALUE;
    int least = trust.exact() ? most : sizeBytes > settings.indexIntervalBytes() ? 1 : 0;
    int leastTimes = trust.exact() ? mostTimes : 0;
    if (trust.exact()) {
      dropBeyond(most, OffsetIndex.ENTRY_BYTES, ".index");
      dropBeyond(mostTimes, TimeIndex.ENTRY_BYTES, ".timeindex");
    }
    boolean loaded =
        load(least, offsets.count(), f -> offsets.load(f, least, most, sizeBytes), ".index")
            && load(
                leastTimes, times.count(), f -> times.load(f, leastTimes, mostTimes), ".timeindex");
    indexesFromFile = loaded;
    return loaded ? new Indexes(offsets, times) : rebuildIndexes(settings);
  }

  /**
   * Where indexes came from their files they are made anew when next needed; returns whether that
   * was so.
   */
  boolean distrustIndexes() {
    boolean doubtful = indexes.isPresent() && indexesFromFile;
    if (doubtful) {
      indexes = Optional.empty();
      trust = new IndexTrust(true, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
    return doubtful;
  }

  private boolean load(
      int least, int have, java.util.function.Predicate<DiskFile> loader, String ending) {
    if (!disk.exists(path(ending))) {
      return least <= have;
    }
    try (DiskFile from = disk.open(path(ending))) {
      return loader.test(from);
    }
  }

  /**
   * Entries past the recovery point describe batches that may be gone. They must not reappear under
   * a later recovery point, so they go for good.
   */
  private void dropBeyond(int entries, int entryBytes, String ending) {
    if (disk.exists(path(ending))) {
      try (DiskFile index = disk.open(path(ending))) {
        if (index.size() > (long) entries * entryBytes) {
          index.resize((long) entries * entryBytes);
          index.flush();
        }
      }
    }
  }

  /** Finds the entries again from the batches' headers. */
  private Indexes rebuildIndexes(LogSettings settings) {
    var offsets = new OffsetIndex(base);
    var times = new TimeIndex(base);
    TimedOffset best = NO_TIME;
    long indexedAt = 0;
    var cursor = new BatchCursor(file(), 0, sizeBytes);
    while (cursor.next()) {
      if (cursor.maxTimestamp() > best.timestampMs()) {
        best = new TimedOffset(cursor.endOffset() - 1, cursor.maxTimestamp());
      }
      if (cursor.position() - indexedAt > settings.indexIntervalBytes()) {
        offsets.add(cursor.endOffset() - 1, (int) cursor.position());
        times.add(best);
        indexedAt = cursor.position();
      }
    }
    return new Indexes(offsets, times);
  }

  /** Brings the index files up to date, unflushed. */
  void writeIndexes() {
    indexes
        .filter(both -> both.offsets().isStale() || both.times().isStale())
        .ifPresent(both -> {
          try (DiskFile to = disk.open(path(".index"))) {
            both.offsets().write(to);
          }
          try (DiskFile to = disk.open(path(".timeindex"))) {
            both.times().write(to);
          }
        });
    writeAborted();
  }

  private void writeAborted() {
    boolean stale = aborted.isPresent() && aborted.get().isStale();
    if (stale && (mayHaveAborted() || disk.exists(path(ABORTED)))) {
      try (DiskFile to = disk.open(path(ABORTED))) {
        aborted.get().write(to);
      }
    }
  }

  /**
   * No more batches come: the last timestamp goes to the time index, and the file loses its spare
   * end.
   */
  void finish(LogSettings settings) {
    if (sizeBytes > 0) {
      indexes(settings).times().add(largest(Long.MAX_VALUE, Long.MAX_VALUE, settings));
    }
    writeIndexes();
    trim();
  }

  /** Files that must be flushed for the indexes to be durable. */
  List<DiskFile> openIndexFiles() {
    List<DiskFile> files = new ArrayList<>(3);
    for (String ending : List.of(".index", ".timeindex", ABORTED)) {
      if (disk.exists(path(ending))) {
        files.add(disk.open(path(ending)));
      }
    }
    return files;
  }

  /** Frees the memory of the indexes; they are loaded again when needed. */
  void unloadIndexes() {
    indexes.ifPresent(both -> {
      writeIndexes();
      trust = new IndexTrust(true, both.offsets().count(), both.times().count());
    });
    indexes = Optional.empty();
    if (aborted.isPresent()) {
      writeAborted();
      abortedSum = aborted.get().sum();
      aborted = Optional.empty();
    }
  }

  boolean hasLoadedIndexes() {
    return indexes.isPresent();
  }

  /** Removes the files; the open one stays readable until whoever it is given to closes it. */
  void delete() {
    disk.delete(path);
    disk.delete(path(".index"));
    disk.delete(path(".timeindex"));
    disk.delete(path(ABORTED));
  }

  /** Gives the open file away, if there is one. */
  Optional<DiskFile> release() {
    Optional<DiskFile> open = file;
    file = Optional.empty();
    return open;
  }

  private String path(String ending) {
    Check.that(path.endsWith(".log"), "segment path without ending");
    return path.substring(0, path.length() - 4) + ending;
  }
}
