package io.dure.broker;

import io.dure.base.NodeId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Collects the leaders that one answer names, so that it can tell their addresses too (KIP-951): a
 * client that asked the wrong node goes to the right one without asking for metadata in between.
 * Confined to the answer being made.
 */
final class LeaderHints {
  private final ClusterImage image;
  private final TreeSet<NodeId> named = new TreeSet<>();

  LeaderHints(ClusterImage image) {
    this.image = image;
  }

  /** The leader to put beside {@code error}, if that is an error which it explains. */
  Optional<Leadership> beside(WireError error, Optional<Leadership> where) {
    if (error != WireError.NOT_LEADER_OR_FOLLOWER && error != WireError.FENCED_LEADER_EPOCH) {
      return Optional.empty();
    }
    where.ifPresent(leadership -> named.add(leadership.leader()));
    return where;
  }

  List<BrokerImage> endpoints() {
    List<BrokerImage> brokers = new ArrayList<>();
    named.forEach(node -> image.broker(node).ifPresent(brokers::add));
    return brokers;
  }
}
