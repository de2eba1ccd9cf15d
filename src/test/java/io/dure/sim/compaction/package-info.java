/**
 * Compaction over several copies of one log: keyed records, idempotent and transactional producers,
 * copies that compact whenever they like, lose power in the middle of it, lead one after the other
 * and start anew. Real are the logs; replication is what it comes to.
 */
@NullMarked
package io.dure.sim.compaction;

import org.jspecify.annotations.NullMarked;
