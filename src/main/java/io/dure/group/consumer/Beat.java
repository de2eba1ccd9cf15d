package io.dure.group.consumer;

import java.util.Optional;
import java.util.Set;

/**
 * ConsumerGroupHeartbeat as a member sends it. What is empty has not changed since it said it last.
 *
 * @param memberEpoch 0 to join, -1 to leave, -2 when a static member leaves for a while
 * @param freshId the id for a member that has none; drawn by the caller, never twice
 * @param makesItsOwnId members of this version of the request have to bring an id
 * @param rebalanceTimeoutMs -1 when not said
 * @param regex empty text for none
 * @param owned the partitions it reads right now
 */
public record Beat(
    String groupId,
    String memberId,
    int memberEpoch,
    String freshId,
    boolean makesItsOwnId,
    Optional<String> instanceId,
    Optional<String> rackId,
    String clientId,
    String clientHost,
    int rebalanceTimeoutMs,
    Optional<Set<String>> topics,
    Optional<String> regex,
    Optional<String> assignor,
    Optional<PartitionSet> owned) {
  static final int JOIN = 0;
  static final int LEAVE = -1;

  boolean joins() {
    return memberEpoch == JOIN;
  }

  boolean leaves() {
    return memberEpoch < JOIN;
  }

  /** A member that lost our answer, or thinks so, says everything again. */
  boolean saysEverything() {
    return rebalanceTimeoutMs != -1
        && (topics.isPresent() || regex.isPresent())
        && owned.isPresent();
  }
}
