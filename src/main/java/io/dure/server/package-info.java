/**
 * Start and wiring of one node: from command line and settings to a process that serves, and to its
 * orderly end.
 *
 * <p>Enter at {@link io.dure.server.Main}. {@link io.dure.server.Settings} is the one place that
 * declares the configuration; {@link io.dure.server.Server} puts the node together; {@link
 * io.dure.server.Membership} finds out which cluster it belongs to.
 */
@NullMarked
package io.dure.server;

import org.jspecify.annotations.NullMarked;
