package io.dure.sim.compaction;

import io.dure.base.DiskException;
import io.dure.log.AbortedTxn;
import io.dure.log.Cleaning;
import io.dure.log.Compaction;
import io.dure.log.FlushTicket;
import io.dure.log.LogRecord;
import io.dure.log.LogSettings;
import io.dure.log.LogSlice;
import io.dure.log.PartitionLog;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import io.dure.sim.Violation;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/** One copy of the log on a disk of its own. */
final class Copy {
  private static final String FOLDER = "orders-0";

  final String name;
  private final SimRng rng;
  private final LogSettings settings;
  private final int mostKeys;
  private SimDisk disk;
  private PartitionLog log;
  private Optional<Compaction> compaction = Optional.empty();
  private long touchedEnd;
  private long compactions;

  /** How far all is known here as committed. */
  private long committed;

  /** When it last had all that its leader had. */
  long caughtUpMs;

  Copy(String name, SimRng rng, Cleaning cleaning) {
    this.name = name;
    this.rng = rng;
    this.mostKeys = rng.chance(500) ? 2 + rng.below(20) : 10_000;
    this.settings =
        LogSettings.DEFAULT
            .withSegmentBytes(400 + rng.below(4_000))
            .withIndexIntervalBytes(rng.below(800))
            .withCheckpointBytes(200 + rng.below(3_000))
            .withCleaning(cleaning);
    this.disk = new SimDisk(rng.split());
    this.log = PartitionLog.open(disk, FOLDER, settings);
  }

  PartitionLog log() {
    return log;
  }

  long end() {
    return log.endOffset();
  }

  /** Nothing from here on (inclusive) was ever looked at by a compaction. */
  long touchedEnd() {
    return touchedEnd;
  }

  long compactions() {
    return compactions;
  }

  void knows(long committedEnd) {
    committed = Math.max(committed, Math.min(committedEnd, end()));
    log.producers().committedTo(committed);
  }

  long stable() {
    return Math.min(committed, log.producers().firstUnstable());
  }

  // ---- copying ----

  void copyFrom(Copy leader, int maxBytes) {
    if (end() < leader.end()) {
      log.append(leader.log.readSpan(end(), maxBytes, leader.end()));
    }
  }

  /** Drops what the leader never had. */
  void follow(Copy leader) {
    long common = log.history().commonEndWith(leader.log.history());
    if (common < committed) {
      throw new Violation(
          "%s cuts to %d what is committed to %d".formatted(name, common, committed));
    }
    log.truncateTo(common);
    log.producers().committedTo(committed);
  }

  // ---- disk ----

  /** False: the power went in the middle of it. */
  boolean flush(boolean fails) {
    return doOrFail(
        fails,
        () -> {
          FlushTicket ticket = log.beginFlush();
          ticket.run();
          log.flushed(ticket);
        });
  }

  private boolean doOrFail(boolean fails, Runnable work) {
    disk.failFlushAfter(fails ? rng.below(5) : -1);
    try {
      work.run();
      return true;
    } catch (DiskException e) {
      return false;
    } finally {
      disk.failFlushAfter(-1);
    }
  }

  void crash(boolean power) {
    if (power) {
      disk.crash();
    } else {
      disk.crashProcess();
    }
    compaction = Optional.empty();
    log = PartitionLog.open(disk, FOLDER, settings);
    committed = 0;
  }

  void closeAndOpen() {
    compaction.ifPresent(Compaction::abandon);
    compaction = Optional.empty();
    log.close();
    log = PartitionLog.open(disk, FOLDER, settings);
    committed = 0;
  }

  /** Another disk, and nothing on it. */
  void startAnew() {
    disk = new SimDisk(rng.split());
    compaction = Optional.empty();
    log = PartitionLog.open(disk, FOLDER, settings);
    committed = 0;
    touchedEnd = 0;
  }

  // ---- compaction ----

  /** A little of it; false: the power went in the middle. */
  boolean compact(long wallMs, boolean fails) {
    if (compaction.isEmpty()) {
      long safeEnd = stable();
      compaction = log.beginCompaction(committed, wallMs, mostKeys);
      touchedEnd = compaction.isPresent() ? Math.max(touchedEnd, safeEnd) : touchedEnd;
    }
    return compaction.isEmpty() || doOrFail(fails, () -> goOn(compaction.get()));
  }

  private void goOn(Compaction running) {
    if (running.isReady()) {
      log.swap(running);
    } else if (!running.isDone()) {
      running.work();
    }
    running
        .failure()
        .ifPresent(why -> {
          throw new Violation(name + " cannot compact: " + why);
        });
    if (running.isDone()) {
      log.compacted(running);
      compactions++;
      compaction = Optional.empty();
    }
  }

  // ---- reading ----

  /** All records and markers from {@code from} on; fails where batches leave a gap. */
  void scan(long from, long end, Consumer<LogRecord> each) {
    long next = from;
    while (next < end) {
      var span = log.readSpan(next, 1 + rng.below(3_000), end);
      if (span.from() != next) {
        throw new Violation("%s: asked for %d and got %d".formatted(name, next, span.from()));
      }
      LogRecord.in(span.bytes()).forEach(each);
      if (LogRecord.endOf(span.bytes()) != span.end()) {
        throw new Violation(
            "%s: batches from %d do not reach %d".formatted(name, next, span.end()));
      }
      next = span.end();
    }
  }

  /**
   * What a reader of committed transactions gets from one fetch, filtered as clients filter it;
   * returns where it goes on.
   */
  long fetch(long from, int maxBytes, Consumer<LogRecord> each) {
    LogSlice slice = log.read(from, maxBytes, stable());
    if (slice.sizeBytes() == 0) {
      return from;
    }
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    var next = new PriorityQueue<>(Comparator.comparingLong(AbortedTxn::firstOffset));
    next.addAll(log.abortedIn(from, slice.end()));
    Set<Long> passedOver = new HashSet<>();
    List<LogRecord> records = LogRecord.in(bytes.flip());
    for (LogRecord record : records) {
      while (!next.isEmpty() && next.peek().firstOffset() <= record.offset()) {
        passedOver.add(next.remove().producerId());
      }
      if (record.marker().isPresent()) {
        if (!record.marker().get().commit()) {
          passedOver.remove(record.producerId());
        }
      } else if (record.offset() >= from
          && !(record.transactional() && passedOver.contains(record.producerId()))) {
        each.accept(record);
      }
    }
    return slice.end();
  }
}
