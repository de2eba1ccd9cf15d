package io.dure.sim.node;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.sim.SimDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks at what would certainly be left on the disks if all power went now, without asking any node
 * what it believes.
 */
final class Durability {
  private record Home(String folder, int quorum, boolean compacted) {}

  private final Map<NodeId, SimDisk> disks;
  private final Map<PartitionId, Home> homes = new HashMap<>();
  private final Set<PartitionId> doomed = new HashSet<>();
  private final Map<PartitionId, Long> starts = new HashMap<>();

  Durability(Map<NodeId, SimDisk> disks) {
    this.disks = disks;
  }

  /** Where replicas keep a partition, and how many are a majority of them. */
  void known(PartitionId partition, String folder, int quorum, boolean compacted) {
    homes.put(partition, new Home(folder, quorum, compacted));
  }

  /** An epoch begins that commits with so many: from now on no more may be demanded. */
  void led(PartitionId partition, int quorum) {
    homes.computeIfPresent(
        partition,
        (_, home) -> new Home(home.folder, Math.min(home.quorum, quorum), home.compacted));
  }

  /** That epoch is open: all that was committed is held by so many. */
  void open(PartitionId partition, int quorum) {
    homes.computeIfPresent(partition, (_, home) -> new Home(home.folder, quorum, home.compacted));
  }

  /**
   * A leader's log starts there: what was before is deleted, and a repeated batch of it may be
   * acknowledged though nobody keeps it.
   */
  void startsAt(PartitionId partition, long start) {
    starts.merge(partition, start, Math::max);
  }

  /** Somebody asked for it to be deleted: copies may go at any time. */
  void doomed(PartitionId partition) {
    doomed.add(partition);
  }

  /** Says who holds the batch, when these are not enough. */
  Optional<String> lacks(PartitionId partition, long base, int contentCrc) {
    Home home = homes.get(partition);
    boolean deleted = base < starts.getOrDefault(partition, 0L);
    if (home == null || deleted || doomed.contains(partition)) {
      return Optional.empty();
    }
    List<Integer> holders = new ArrayList<>();
    disks.forEach((node, disk) -> {
      if (holds(disk, home, base, contentCrc)) {
        holders.add(node.value());
      }
    });
    return holders.size() >= home.quorum
        ? Optional.empty()
        : Optional.of(
            "offset %d of %s is durable on nodes %s only, %d are needed"
                .formatted(base, home.folder, holders, home.quorum));
  }

  private static boolean holds(SimDisk disk, Home home, long base, int contentCrc) {
    TreeMap<Long, ByteBuffer> segments = new TreeMap<>();
    TreeMap<Long, ByteBuffer> swaps = new TreeMap<>();
    disk.durableFiles(home.folder)
        .forEach((name, bytes) -> {
          if (name.endsWith(".log")) {
            segments.put(baseOf(name), bytes);
          } else if (name.endsWith(".swap")) {
            swaps.put(baseOf(name), bytes);
          }
        });
    if (!segments.isEmpty() && segments.firstKey() > base) {
      return true; // the beginning was dropped, which only what a snapshot stands in for may be
    }
    // A swap may have taken the place of others without that its own name is durable: recovery
    // gives it that. Whether it does is seen whenever power is lost.
    return holds(segments, home, base, contentCrc) || holds(swaps, home, base, contentCrc);
  }

  private static long baseOf(String name) {
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  private static boolean holds(
      TreeMap<Long, ByteBuffer> segments, Home home, long base, int contentCrc) {
    var segment = segments.floorEntry(base);
    if (segment == null) {
      return false;
    }
    ByteBuffer bytes = segment.getValue();
    for (int at = 0; Batch.isWhole(bytes, at); at += Batch.sizeAt(bytes, at)) {
      long last = Batch.baseAt(bytes, at) + bytes.getInt(at + 23);
      if (home.compacted && Batch.baseAt(bytes, at) <= base && base <= last) {
        return true; // what compaction may drop is checked elsewhere
      }
      if (Batch.baseAt(bytes, at) == base) {
        return bytes.getInt(at + 17) == contentCrc;
      }
    }
    return false;
  }
}
