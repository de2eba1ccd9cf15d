package io.dure.replication;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import java.util.List;

/**
 * Who leads a partition in an epoch, as committed in the metadata log (for the metadata log itself:
 * as won by election).
 *
 * @param leaderIncarnation the one life of the leader's process that may lead the epoch
 * @param replicas all voting replicas, the leader among them, in preference order
 * @param learners copies that do not vote and whose acknowledgements do not count
 * @param commitQuorum how many replicas must hold a record durably before it is committed; at least
 *     a majority
 */
public record Appointment(
    int epoch,
    NodeId leader,
    Incarnation leaderIncarnation,
    List<NodeId> replicas,
    List<NodeId> learners,
    int commitQuorum) {
  public Appointment {
    replicas = List.copyOf(replicas);
    learners = List.copyOf(learners);
  }
}
