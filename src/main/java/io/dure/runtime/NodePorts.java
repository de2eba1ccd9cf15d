package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Disk;
import io.dure.base.Rng;
import java.util.List;

/**
 * All that a {@link Node} needs from outside.
 *
 * @param loops at least one; the metadata lives on the first, partitions on all
 * @param flushes what somebody waits for
 * @param chores what may take long and nobody waits for: compaction, and removing what was deleted
 */
public record NodePorts(
    Disk disk,
    Clock clock,
    Rng rng,
    List<Loop> loops,
    FlushQueue flushes,
    FlushQueue chores,
    Outbox outbox,
    FatalHandler fatal) {
  public NodePorts {
    loops = List.copyOf(loops);
  }
}
