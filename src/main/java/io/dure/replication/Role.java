package io.dure.replication;

import io.dure.base.NodeId;

/** What a replica is in its epoch; each state knows only what it needs. */
public sealed interface Role {
  /**
   * Knows the epoch but not who leads it, or that it may not be led by this life of the process.
   */
  record Unattached() implements Role {}

  /** Knows {@code leader} and waits for its Begin. */
  record Following(NodeId leader) implements Role {}

  /**
   * Holds nothing that {@code leader} could use: the log ends before the leader's starts, or shares
   * no epoch with it. Waits for a Restart and keeps everything until it comes.
   */
  record Stranded(NodeId leader, long startEnd) implements Role {}

  /**
   * Its log is a prefix of the leader's; copies from its end on.
   *
   * @param startEnd where the leader's log ended (exclusive) when it began the epoch: joined is who
   *     holds all below
   */
  record Copying(NodeId leader, long startEnd) implements Role {}

  /** Orders the records of the epoch. */
  record Leading(Leadership leadership) implements Role {}
}
