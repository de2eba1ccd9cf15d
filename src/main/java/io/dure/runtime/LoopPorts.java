package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Disk;

/** What the hosts of one loop share: the loop itself and the ways out of it. */
record LoopPorts(
    NodeSettings settings,
    Loop loop,
    PeerSender sender,
    FlushQueue flushes,
    Disk disk,
    Clock clock,
    Peers peers,
    ReplicaStates states,
    ByteBudget tailBytes) {
  /** Bound of the newest records kept in memory for followers, all partitions of the loop together. */
  static final long TAIL_BYTES = 48L << 20;
}
