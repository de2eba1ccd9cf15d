package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The two files that hold a log's recovery points; the newer valid one counts. One of them is known
 * to be durable and is not touched; the other is written over, at first without a flush, since
 * losing it costs a longer recovery and nothing else. Once that one has been flushed they change
 * places. Before a log is cut below its recovery point, a lower one must be written through.
 *
 * <pre>
 *   Written ── flush taken by a ticket ─▶ Flushing (no writes) ── ticket ran ─▶ durable; the other is written next
 * </pre>
 */
final class Checkpoints {
  private static final String NAME = "recovery-checkpoint-";
  private static final long NONE = -1;

  private final Disk disk;
  private final String folder;
  private int scratch;
  private long inScratch = NONE;
  private boolean flushWanted;
  private boolean flushing;

  Checkpoints(Disk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /**
   * Finds the newest recovery point. It may stand in memory only, so it is to be flushed before the
   * other is written; and as its flush may have failed in an earlier life, after which the system
   * takes it for written, it is written again. That changes no byte of it, so no power cut in
   * between does harm.
   */
  Optional<Checkpoint> load() {
    Optional<Checkpoint> zero = read(name(0));
    Optional<Checkpoint> one = read(name(1));
    boolean first =
        one.isEmpty() || (zero.isPresent() && zero.get().sequence() > one.get().sequence());
    Optional<Checkpoint> newest = first ? zero : one;
    if (newest.isEmpty() && disk.exists(name(0)) && disk.exists(name(1))) {
      throw new DiskException(
          name(0) + " and " + name(1) + " are both corrupt; one of them was durable");
    }
    if (newest.isPresent()) {
      scratch = first ? 0 : 1;
      write(newest.get());
      flushWanted = true;
    }
    return newest;
  }

  private Optional<Checkpoint> read(String name) {
    if (!disk.exists(name)) {
      return Optional.empty();
    }
    try (DiskFile file = disk.open(name)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      return Checkpoint.decode(bytes.array());
    }
  }

  /** Whether a recovery point may be written now; otherwise wait for the next flush. */
  boolean mayWrite() {
    return !flushWanted && !flushing;
  }

  /** Writes without flushing. */
  void write(Checkpoint checkpoint) {
    writeScratch(checkpoint).close();
  }

  void wantFlush() {
    flushWanted = true;
  }

  boolean wantsFlush() {
    return flushWanted;
  }

  /** The file to be flushed, with its folder; {@link #flushed} must follow. */
  DiskFile beginFlush() {
    flushWanted = false;
    flushing = true;
    return disk.open(name(scratch));
  }

  /** The sequence number of what is flushed. */
  long flushingSequence() {
    return inScratch;
  }

  /** Returns whether the recovery point with this number is durable only now. */
  boolean flushed(long sequence) {
    if (flushing && inScratch == sequence) {
      flushing = false;
      scratch = 1 - scratch;
      inScratch = NONE;
      return true;
    }
    return false;
  }

  /** Writes and returns when it is durable. */
  void writeThrough(Checkpoint checkpoint) {
    if (!mayWrite()) {
      try (DiskFile file = disk.open(name(scratch))) {
        file.flush();
      }
      disk.flushFolder(folder);
      scratch = 1 - scratch;
      flushWanted = false;
      flushing = false;
    }
    try (DiskFile file = writeScratch(checkpoint)) {
      file.flush();
    }
    disk.flushFolder(folder);
    scratch = 1 - scratch;
    inScratch = NONE;
  }

  private DiskFile writeScratch(Checkpoint checkpoint) {
    byte[] bytes = checkpoint.encode();
    DiskFile file = disk.open(name(scratch));
    file.write(0, ByteBuffer.wrap(bytes));
    if (file.size() > bytes.length) {
      file.resize(bytes.length);
    }
    inScratch = checkpoint.sequence();
    return file;
  }

  private String name(int slot) {
    return folder + "/" + NAME + slot;
  }
}
