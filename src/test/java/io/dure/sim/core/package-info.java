/**
 * Simulation of the replication and quorum cores alone: many cores, an abstract log of (epoch,
 * value), an abstract disk, and for partitions a controller that is always right but whose words
 * may be lost. Fast, so that thousands of seeds run.
 */
@NullMarked
package io.dure.sim.core;

import org.jspecify.annotations.NullMarked;
