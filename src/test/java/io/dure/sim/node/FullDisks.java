package io.dure.sim.node;

import io.dure.base.NodeId;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Fills disks up for a while, in some of the runs: below the reserve, below half of it, or so far
 * that a write fails, alone or several at once.
 */
final class FullDisks {
  /** What the nodes of these runs keep in reserve. */
  static final long RESERVE_BYTES = 60_000;

  private static final int EVERY_MS = 900;
  private static final int LONGEST_MS = 1_500;

  private final Map<NodeId, SimDisk> disks;
  private final SimScheduler scheduler;
  private final SimRng rng;
  private final BiConsumer<NodeId, String> say;
  private boolean over;

  FullDisks(
      Map<NodeId, SimDisk> disks,
      SimScheduler scheduler,
      SimRng rng,
      BiConsumer<NodeId, String> say) {
    this.disks = disks;
    this.scheduler = scheduler;
    this.rng = rng;
    this.say = say;
  }

  void begin() {
    if (rng.below(3) == 0) {
      next();
    }
  }

  private void next() {
    scheduler.afterMs(
        rng.between(1, 2 * EVERY_MS),
        () -> {
          if (!over) {
            fill(rng.pick(List.copyOf(disks.keySet())));
            if (rng.below(3) == 0) {
              fill(rng.pick(List.copyOf(disks.keySet())));
            }
            next();
          }
        });
  }

  private void fill(NodeId node) {
    SimDisk disk = disks.get(node);
    long left = rng.below((int) RESERVE_BYTES * 5 / 4);
    disk.capacity(disk.usedBytes() + left);
    say.accept(node, "has " + left + " bytes left on its disk");
    scheduler.afterMs(
        rng.between(10, LONGEST_MS),
        () -> {
          disk.capacity(Long.MAX_VALUE);
          say.accept(node, "has room on its disk again");
        });
  }

  void end() {
    over = true;
    new ArrayList<>(disks.values()).forEach(disk -> disk.capacity(Long.MAX_VALUE));
  }
}
