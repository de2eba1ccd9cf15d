/**
 * Whole nodes in the simulator: the production node over simulated loops, disks and streams, under
 * trouble of every kind, with clients that produce and read. {@link io.dure.sim.node.NodeWorld} is
 * one run.
 */
@NullMarked
package io.dure.sim.node;

import org.jspecify.annotations.NullMarked;
