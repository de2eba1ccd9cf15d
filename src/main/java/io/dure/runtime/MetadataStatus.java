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
 * @param acknowledged only where this node leads: what each other node has of the metadata log
 */
public record MetadataStatus(
    Optional<NodeId> leader,
    int epoch,
    boolean controllerHere,
    long highWatermark,
    long end,
    List<NodeId> voters,
    Set<NodeId> learners,
    Map<NodeId, Copy> acknowledged) {
  /**
   * What a node has of the metadata log.
   *
   * @param end what it has durably (exclusive)
   * @param heardMs monotonic time at which it last told so; with nothing new to copy it tells
   *     nothing
   * @param caughtUpMs monotonic time at which it last had all that there was; -1 never yet
   */
  public record Copy(long end, long heardMs, long caughtUpMs) {}

  public MetadataStatus {
    voters = List.copyOf(voters);
    learners = Set.copyOf(learners);
    acknowledged = Map.copyOf(acknowledged);
  }
}
