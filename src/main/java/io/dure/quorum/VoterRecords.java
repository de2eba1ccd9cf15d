package io.dure.quorum;

import io.dure.log.BatchSpan;
import java.util.List;

/**
 * Finds the records that name the voters: what records of the metadata log mean is not this room's
 * to know. Pure: the same bytes give the same answer.
 */
@FunctionalInterface
public interface VoterRecords {
  /** Those among {@code records}, by offset. The buffer's position does not move. */
  List<VoterSets.Change> in(BatchSpan records);
}
