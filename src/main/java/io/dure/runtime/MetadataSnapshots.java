package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.DiskFile;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ImageSnapshot;
import io.dure.metadata.MetadataFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Snapshots of the committed metadata, beside its log: {@code <end>-<lastEpoch>.checkpoint}, {@code
 * end} exclusive. The newest two are kept, and the log from the older one's end on, so that a node
 * that is a little behind is served from the log.
 */
final class MetadataSnapshots {
  private static final String SUFFIX = ".checkpoint";
  private static final int KEPT = 2;

  /** A snapshot that is durable. */
  record Stored(long end, int lastEpoch) {
    String fileName() {
      return String.format("%020d-%010d%s", end, lastEpoch, SUFFIX);
    }
  }

  private final Disk disk;
  private final String folder;

  MetadataSnapshots(Disk disk, String folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** What is there, oldest first; only names, which appear when the content is durable. */
  List<Stored> list() {
    var found = new ArrayList<Stored>();
    for (String name : disk.list(folder)) {
      if (name.endsWith(SUFFIX) && name.length() == 20 + 1 + 10 + SUFFIX.length()) {
        found.add(
            new Stored(
                Long.parseLong(name.substring(0, 20)), Integer.parseInt(name.substring(21, 31))));
      }
    }
    return found;
  }

  /** The newest one that can be read. */
  Optional<ClusterImage> newest() {
    List<Stored> all = list();
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        return Optional.of(ImageSnapshot.read(read(all.get(i))));
      } catch (MetadataFormatException e) {
        disk.delete(folder + "/" + all.get(i).fileName());
      }
    }
    return Optional.empty();
  }

  byte[] read(Stored snapshot) {
    try (DiskFile file = disk.open(folder + "/" + snapshot.fileName())) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      return bytes.array();
    }
  }

  void delete(Stored snapshot) {
    disk.delete(folder + "/" + snapshot.fileName());
  }

  /** Blocks until the snapshot is durable, then drops the oldest ones. */
  void write(Stored snapshot, byte[] bytes) {
    String name = folder + "/" + snapshot.fileName();
    String next = name + ".next";
    disk.delete(next);
    try (DiskFile file = disk.open(next)) {
      file.write(0, ByteBuffer.wrap(bytes));
      file.flush();
    }
    disk.rename(next, name);
    disk.flushFolder(folder);
    List<Stored> all = list();
    for (int i = 0; i < all.size() - KEPT; i++) {
      disk.delete(folder + "/" + all.get(i).fileName());
    }
  }
}
