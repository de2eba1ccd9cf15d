package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.Disk;

/** What the hosts of one loop share: the loop itself and the ways out of it. */
record LoopPorts(
    NodeSettings settings,
    Loop loop,
    PeerSender sender,
    FlushQueue flushes,
    FlushQueue chores,
    Disk disk,
    Clock clock,
    Peers peers,
    ReplicaStates states,
    ByteBudget tailBytes,
    CopyRates copyRates,
    DiskRoom room,
    FatalHandler fatal) {
  /**
   * Bound of the newest records kept in memory for followers, all partitions of the loop together.
   */
  static final long TAIL_BYTES = 48L << 20;

  /**
   * Runs a step of what owns a log. If it fails that is half done, whoever called: a connection
   * that is guarded against its own failures must not go on over it.
   */
  void whole(Object what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      throw failed(what, e);
    }
  }

  /** Stops the node; what is returned is to be thrown where it cannot stop at once. */
  RuntimeException failed(Object what, RuntimeException e) {
    fatal.stop(what + " failed: " + e.getMessage(), e);
    return e;
  }
}
