/**
 * The simulator: many nodes on one thread, virtual time, one seed. This room holds what every
 * simulation needs (time, chance, network, invariants, the command line); {@code sim.core} drives
 * the replication and quorum cores alone.
 */
@NullMarked
package io.dure.sim;

import org.jspecify.annotations.NullMarked;
