package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.PartitionLog;
import io.dure.quorum.Quorum;
import java.util.List;
import java.util.function.Consumer;

/** Looks into a node of the simulator between two turns of its loops. */
public final class NodeProbe {
  private NodeProbe() {}

  /**
   * How one replica stands.
   *
   * @param host told apart by identity: a partition that was closed and opened again is another one
   * @param ledEpoch -1: it does not lead
   * @param commitQuorum of the newest epoch known to the node
   */
  public record Replica(
      PartitionId partition,
      String folder,
      Object host,
      PartitionLog log,
      int epoch,
      int ledEpoch,
      int commitQuorum,
      boolean open,
      long highWatermark) {}

  /**
   * Who votes as a node's metadata log says.
   *
   * @param ledEpoch -1: the node does not lead
   * @param settled whether the node leads and the newest set is committed
   */
  public record Voters(List<NodeId> nodes, int ledEpoch, boolean settled) {}

  public static Voters voters(Node node) {
    Quorum quorum = node.metadataHost().quorum();
    int ledEpoch = quorum.replica().leads() ? quorum.epoch() : -1;
    return new Voters(quorum.voters(), ledEpoch, quorum.isSettled());
  }

  /** All replicas of a node, its share in the metadata included. */
  public static void each(Node node, Consumer<Replica> look) {
    MetadataHost metadata = node.metadataHost();
    look.accept(
        new Replica(
            PartitionId.METADATA,
            MetadataHost.FOLDER,
            metadata,
            metadata.log(),
            metadata.quorum().replica().epoch(),
            metadata.ledEpoch(),
            metadata.quorum().voters().size() / 2 + 1,
            metadata.controller().isActive(),
            metadata.highWatermark()));
    for (Shard shard : node.shards()) {
      for (PartitionHost host : shard.hosts()) {
        look.accept(
            new Replica(
                host.id(),
                PartitionFolders.name(host.topicName(), host.id().index()),
                host,
                host.log(),
                host.replica().epoch(),
                host.ledEpoch(),
                host.commitQuorum(),
                host.isOpened(),
                host.highWatermark()));
      }
    }
  }

  /** Whether the disk failed under some replica, so that it is out of use until a restart. */
  public static boolean hasFailed(Node node) {
    return node.shards().stream().anyMatch(shard -> shard.failed().count() > 0);
  }
}
