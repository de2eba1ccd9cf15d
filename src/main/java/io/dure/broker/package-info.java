/**
 * One handler per API of the Kafka protocol, over the partitions and the metadata that this node's
 * runtime holds.
 *
 * <p>Enter at {@link io.dure.broker.Dispatcher}, the table from API to {@link
 * io.dure.broker.Handler}. What a handler sees of the cluster is {@link io.dure.broker.Cluster};
 * what it sees of the log is {@link io.dure.runtime.Partitions}. Handlers hold no state of their
 * own but for three bounded caches: the fetch sessions, the block of producer ids, and what clients
 * tell of themselves ({@code telemetry}).
 */
@NullMarked
package io.dure.broker;

import org.jspecify.annotations.NullMarked;
