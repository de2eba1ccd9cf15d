package io.dure.controller;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import java.util.HashMap;
import java.util.Map;

/** One partition on its way to a new leader: which epoch is being fenced, and who has answered. */
final class Election {
  private final PartitionId partition;
  private final boolean planned;
  private final long startedMs;
  private final Map<NodeId, Answered> answers = new HashMap<>();
  private int epoch;
  private long askedMs;

  private record Answered(Incarnation incarnation, Ballot.Standing standing) {}

  /**
   * @param planned the partition has a leader, but its preferred one should lead again
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

  void answered(NodeId from, Incarnation incarnation, Ballot.Standing standing) {
    answers.put(from, new Answered(incarnation, standing));
  }

  /** Whether the replica has answered in the life it lives now. */
  boolean hasAnswerOf(BrokerImage broker) {
    Answered answer = answers.get(broker.node());
    return answer != null && answer.incarnation.equals(broker.incarnation());
  }

  /** The answers that count: of live brokers, given in the life they live now. */
  Ballot ballot(ClusterImage image, int replicas, int commitQuorum) {
    Map<NodeId, Ballot.Standing> standings = new HashMap<>();
    answers.forEach((node, answer) -> {
      if (image.broker(node).filter(broker -> broker.live() && hasAnswerOf(broker)).isPresent()) {
        standings.put(node, answer.standing);
      }
    });
    return new Ballot(replicas, commitQuorum, standings);
  }
}
