/**
 * The demonstration: real broker processes on this machine, and the promises of a cluster told and
 * checked live with the ordinary Kafka clients. {@link io.dure.cli.demo.Story} tells, {@link
 * io.dure.cli.demo.Stage} holds the processes, {@link io.dure.cli.demo.Load} writes, {@link
 * io.dure.cli.demo.Ledger} knows what has to be there.
 */
@NullMarked
package io.dure.cli.demo;

import org.jspecify.annotations.NullMarked;
