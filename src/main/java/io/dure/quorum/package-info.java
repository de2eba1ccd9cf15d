/**
 * Who leads the metadata log: an election among its voters, around the replication core that
 * partitions use, too.
 *
 * <p>{@link io.dure.quorum.Quorum} is a pure core. A vote is a fence, the winner appoints itself,
 * and everything after that is {@link io.dure.replication.Replica}'s work. Pre-vote keeps returning
 * nodes from disturbing a healthy leader, check-quorum makes a leader that nobody hears step down
 * (Ongaro's thesis, 6.2 and 9.6).
 */
@NullMarked
package io.dure.quorum;

import org.jspecify.annotations.NullMarked;
