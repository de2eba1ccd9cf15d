package io.dure.sim.core;

import io.dure.replication.Appointment;

/** What happened at a node, as the invariants are told. */
sealed interface Fact {
  SimNode node();

  /** The node leads an epoch from now on. */
  record Led(SimNode node, Appointment appointment) implements Fact {}

  /** The epoch that the node leads is open. */
  record Opened(SimNode node, Appointment appointment) implements Fact {}

  /** A record stands in the node's log at {@code offset}, not necessarily durable. */
  record Wrote(SimNode node, long offset) implements Fact {}

  /** The node believes everything below (exclusive) is committed. */
  record Committed(SimNode node, long highWatermark, boolean leading) implements Fact {}

  /** What is durable at the node changed. */
  record DiskChanged(SimNode node) implements Fact {}

  /** The node's process began a new life, or the node a new copy. */
  record Started(SimNode node) implements Fact {}
}
