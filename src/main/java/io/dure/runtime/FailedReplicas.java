package io.dure.runtime;

import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of one loop whose files the disk failed: out of use until the node is started again,
 * since nobody knows what is on the disk, and a replica has one life in a life of its node. Where
 * one of them is to lead, the controller is asked for another leader until there is one. Belongs to
 * its loop.
 */
final class FailedReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(FailedReplicas.class);
  private static final long REPEAT_MS = 250;

  private final LoopPorts ports;
  private final MetadataView metadata;
  private final Map<PartitionId, Partitions.Failure> failures = new HashMap<>(0);
  private long repeatMs;

  FailedReplicas(LoopPorts ports, MetadataView metadata) {
    this.ports = ports;
    this.metadata = metadata;
  }

  void add(PartitionId partition, String folder, String reason) {
    LOG.error(
        "the replica in {} is out of use until this node is started again: {}", folder, reason);
    failures.put(partition, new Partitions.Failure(partition, folder, reason));
  }

  boolean contains(PartitionId partition) {
    return failures.containsKey(partition);
  }

  /** It is none of this node's any more. */
  Optional<Partitions.Failure> remove(PartitionId partition) {
    return Optional.ofNullable(failures.remove(partition));
  }

  /** Forgets the others: their topics are gone. */
  void retain(Predicate<PartitionId> wanted) {
    failures.keySet().removeIf(wanted.negate());
  }

  Iterable<Partitions.Failure> all() {
    return failures.values();
  }

  int count() {
    return failures.size();
  }

  void onTick(ClusterImage image, long nowMs) {
    if (failures.isEmpty() || nowMs < repeatMs) {
      return;
    }
    repeatMs = nowMs + REPEAT_MS;
    for (PartitionId id : failures.keySet()) {
      image
          .partition(id)
          .filter(partition -> partition.leader().equals(Optional.of(ports.settings().self())))
          .map(PartitionImage::epoch)
          .ifPresent(epoch -> tell(new PeerMessage.CannotLead(id, epoch)));
    }
  }

  private void tell(PeerMessage message) {
    metadata.leader().ifPresent(leader -> ports.sender().send(leader, message));
  }
}
