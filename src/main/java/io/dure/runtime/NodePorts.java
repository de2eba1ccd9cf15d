package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Disk;
import io.dure.base.Rng;
import java.util.List;

/**
 * All that a {@link Node} needs from outside.
 *
 * @param loops at least one; the metadata lives on the first, partitions on all
 */
public record NodePorts(
    Disk disk,
    Clock clock,
    Rng rng,
    List<Loop> loops,
    FlushQueue flushes,
    Outbox outbox,
    FatalHandler fatal) {
  public NodePorts {
    loops = List.copyOf(loops);
  }
}
