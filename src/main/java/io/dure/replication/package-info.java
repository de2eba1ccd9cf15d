/**
 * How one log is copied and committed: a pure core, the same for partitions and for the metadata
 * log.
 *
 * <p>{@link io.dure.replication.Replica} takes events and gives effects; it never acts itself. Who
 * leads an epoch is decided elsewhere: by the controller for a partition, by {@code io.dure.quorum}
 * for the metadata log. The rules:
 *
 * <ol>
 *   <li><b>Fence.</b> A replica that has answered for epoch e refuses everything older, durably.
 *   <li><b>Appoint.</b> Of n-q+1 answers the largest (joined epoch, end) leads, in one life of its
 *       process only.
 *   <li><b>Join.</b> A follower cuts exactly what its leader never had, copies up to the leader's
 *       starting end, and once the cut and the copy are durable records the epoch as joined.
 *   <li><b>Commit.</b> What q joined replicas hold durably is committed.
 * </ol>
 */
@NullMarked
package io.dure.replication;

import org.jspecify.annotations.NullMarked;
