/**
 * Partition logs on disk, in Kafka's own format: record batches (magic 2) in segment files named by
 * their base offset, with an offset index and a time index beside each, so that people's own tools
 * can read them.
 *
 * <p>Front door: {@link io.dure.log.PartitionLog} (open, append, read, cut, flush); {@link
 * io.dure.log.ProducedBatches} checks what producers send before it is appended; {@link
 * io.dure.log.BatchBuilder} and {@link io.dure.log.LogRecord} write and read records of internal
 * partitions. Nothing here starts a thread or takes a lock: a log is confined to the loop that owns
 * its partition, and only {@link io.dure.log.FlushTicket#run} may run elsewhere.
 */
@NullMarked
package io.dure.log;

import org.jspecify.annotations.NullMarked;
