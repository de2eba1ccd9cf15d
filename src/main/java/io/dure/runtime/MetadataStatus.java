package io.dure.runtime;

import io.dure.base.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The metadata quorum as this node sees it, for DescribeQuorum and people.
 *
 * @param leader of {@code epoch}, as far as known
 * @param controllerHere whether this node leads and its controller is active
 * @param highWatermark end (exclusive) of what is known to be committed
 * @param end of the own metadata log (exclusive)
 * @param acknowledged only where this node leads: how far each other node has the metadata log
 *     durably
 */
public record MetadataStatus(
    Optional<NodeId> leader,
    int epoch,
    boolean controllerHere,
    long highWatermark,
    long end,
    List<NodeId> voters,
    Set<NodeId> learners,
    Map<NodeId, Long> acknowledged) {
  public MetadataStatus {
    voters = List.copyOf(voters);
    learners = Set.copyOf(learners);
    acknowledged = Map.copyOf(acknowledged);
  }
}
