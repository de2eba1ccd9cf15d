package io.dure.log;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/**
 * The producer tables written down beside a log, named by the offset up to which (exclusive) they
 * hold. A few of the newest are kept, and as in Kafka the one at the base of every segment: what
 * was before the first segment is known from there only. A torn one counts as missing.
 */
final class ProducerSnapshots {
  private static final int KEPT = 3;
  private static final String ENDING = ".snapshot";

  private final Disk disk;
  private final String folder;

  ProducerSnapshots(Disk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** A table and the offset it holds up to (exclusive). */
  record Snapshot(long end, ProducerTable table) {}

  /** The newest that holds up to {@code end} or less, but not less than {@code least}. */
  Optional<Snapshot> newestUpTo(long end, long least) {
    return disk.list(folder).stream()
        .filter(n -> n.endsWith(ENDING) && endOf(n) <= end && endOf(n) >= least)
        .sorted(java.util.Comparator.reverseOrder())
        .map(this::read)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Snapshot> read(String name) {
    try (DiskFile file = disk.open(folder + "/" + name)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      var table = new ProducerTable();
      return table.decode(bytes.array())
          ? Optional.of(new Snapshot(endOf(name), table))
          : Optional.empty();
    }
  }

  /**
   * Writes without flushing, and removes the oldest beyond a few but for those at {@code bases}.
   */
  void write(long end, byte[] encoded, Set<Long> bases) {
    writeOpen(end, encoded).close();
    var names =
        disk.list(folder).stream()
            .filter(n -> n.endsWith(ENDING) && !bases.contains(endOf(n)))
            .toList();
    names.stream()
        .limit(Math.max(0, names.size() - KEPT))
        .forEach(n -> disk.delete(folder + "/" + n));
  }

  /** Writes without flushing the table as of the base of a new segment. */
  void writeAtBase(long base, byte[] encoded) {
    writeOpen(base, encoded).close();
  }

  boolean isEmpty() {
    return disk.list(folder).stream().noneMatch(n -> n.endsWith(ENDING));
  }

  /** Removes those of before the first segment. */
  void deleteBefore(long base) {
    disk.list(folder).stream()
        .filter(n -> n.endsWith(ENDING) && endOf(n) < base)
        .forEach(n -> disk.delete(folder + "/" + n));
  }

  /** Writes and returns when it is durable. */
  void writeThrough(long end, byte[] encoded) {
    try (DiskFile file = writeOpen(end, encoded)) {
      file.flush();
    }
    disk.flushFolder(folder);
  }

  private DiskFile writeOpen(long end, byte[] encoded) {
    DiskFile file = open(end);
    file.write(0, ByteBuffer.wrap(encoded));
    file.resize(encoded.length);
    return file;
  }

  DiskFile open(long end) {
    return disk.open(folder + "/" + String.format("%020d", end) + ENDING);
  }

  /** Removes the snapshots of what is cut off now; returns whether there were any. */
  boolean deleteAfter(long end) {
    var gone =
        disk.list(folder).stream().filter(n -> n.endsWith(ENDING) && endOf(n) > end).toList();
    gone.forEach(n -> disk.delete(folder + "/" + n));
    return !gone.isEmpty();
  }

  private static long endOf(String name) {
    try {
      return Long.parseLong(name.substring(0, name.length() - ENDING.length()));
    } catch (NumberFormatException notOurs) {
      return Long.MAX_VALUE;
    }
  }
}
