package io.dure.group.consumer;

import io.dure.wire.WireError;
import java.util.Optional;

/**
 * What a member is told.
 *
 * @param reason of a refusal, for people; empty text for none
 * @param assignment all it may read; empty when nothing changed for it
 */
public record BeatAnswer(
    WireError error,
    String reason,
    String memberId,
    int memberEpoch,
    int heartbeatIntervalMs,
    Optional<PartitionSet> assignment) {

  public static BeatAnswer refused(WireError error, String reason) {
    return new BeatAnswer(error, reason, "", 0, 0, Optional.empty());
  }
}
