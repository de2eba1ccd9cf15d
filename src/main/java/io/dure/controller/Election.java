package io.dure.controller;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.PartitionImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One partition on its way to a new leader: which epoch is being fenced, and who has answered. */
final class Election {
  private final PartitionId partition;
  private final boolean planned;
  private final long startedMs;
  private final Map<NodeId, Answered> answers = new HashMap<>();
  private int epoch;
  private long askedMs;

  private record Answered(Incarnation incarnation, long imageEnd, Ballot.Standing standing) {}

  /**
   * @param planned the partition has a leader, but another should lead, or others should vote
   */
  Election(PartitionId partition, int epoch, boolean planned, long nowMs) {
    this.partition = partition;
    this.epoch = epoch;
    this.planned = planned;
    startedMs = nowMs;
    askedMs = nowMs;
  }

  PartitionId partition() {
    return partition;
  }

  int epoch() {
    return epoch;
  }

  boolean isPlanned() {
    return planned;
  }

  long startedMs() {
    return startedMs;
  }

  long askedMs() {
    return askedMs;
  }

  void asked(long nowMs) {
    askedMs = nowMs;
  }

  /**
   * A replica knows a higher epoch, fenced for an election that nobody finished: go there, and ask
   * all again.
   */
  void raiseTo(int higher) {
    epoch = higher;
    answers.clear();
  }

  void answered(NodeId from, Incarnation incarnation, long imageEnd, Ballot.Standing standing) {
    answers.put(from, new Answered(incarnation, imageEnd, standing));
  }

  /**
   * Whether the replica has answered in the life it lives now, and in the membership it has now:
   * one that was a member before, and deleted its copy since, answered for another.
   */
  boolean hasAnswerOf(BrokerImage broker, Ledger ledger) {
    Answered answer = answers.get(broker.node());
    return answer != null
        && answer.incarnation.equals(broker.incarnation())
        && answer.imageEnd >= ledger.memberSince(partition, broker.node());
  }

  /** The answers that count: of live members, given in the life and the membership of now. */
  Ballot ballot(Ledger ledger, PartitionImage image) {
    Map<NodeId, Ballot.Standing> standings = new HashMap<>();
    for (NodeId node : image.members()) {
      ledger
          .image()
          .broker(node)
          .filter(broker -> broker.live() && hasAnswerOf(broker, ledger))
          .flatMap(_ -> Optional.ofNullable(answers.get(node)))
          .ifPresent(answer -> standings.put(node, answer.standing));
    }
    return new Ballot(image.votingSets(), standings);
  }
}
