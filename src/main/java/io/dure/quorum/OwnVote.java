package io.dure.quorum;

import io.dure.base.NodeId;
import java.util.Optional;

/**
 * Whom this node voted for in the epoch it is in; nobody is told before that is durable. Owned by
 * its {@link Quorum}.
 */
final class OwnVote {
  private Optional<NodeId> given;
  private Optional<NodeId> durable;
  private boolean unanswered;

  OwnVote(Optional<NodeId> restored) {
    this.given = restored;
    this.durable = restored;
  }

  Optional<NodeId> given() {
    return given;
  }

  Optional<NodeId> durable() {
    return durable;
  }

  /** A newer epoch begins, with this vote or with none yet. */
  void newEpoch(Optional<NodeId> vote) {
    given = vote;
    durable = Optional.empty();
    unanswered = false;
  }

  void give(NodeId candidate) {
    given = Optional.of(candidate);
  }

  void isDurable(NodeId candidate) {
    durable = Optional.of(candidate);
  }

  /** Whoever got the vote asked for it and is owed an answer. */
  void asked() {
    unanswered = true;
  }

  /** Whom to answer now that the vote is durable; at most once for each question. */
  Optional<NodeId> takeAnswer() {
    if (!unanswered || durable.isEmpty()) {
      return Optional.empty();
    }
    unanswered = false;
    return durable;
  }
}
