package io.dure.balance;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.util.List;

/**
 * Other replicas for one partition, both lists in preference order.
 *
 * @param topic its name
 * @param bytes to be copied, as far as the partition's size is known
 * @param reasons at least one; the first was there first
 */
public record Move(
    String topic,
    PartitionId partition,
    List<NodeId> from,
    List<NodeId> to,
    long bytes,
    List<Reason> reasons) {
  public Move {
    from = List.copyOf(from);
    to = List.copyOf(to);
    reasons = List.copyOf(reasons);
  }

  /** Who gets a copy. */
  public List<NodeId> added() {
    return to.stream().filter(node -> !from.contains(node)).toList();
  }

  /** Whose copy goes. */
  public List<NodeId> dropped() {
    return from.stream().filter(node -> !to.contains(node)).toList();
  }
}
