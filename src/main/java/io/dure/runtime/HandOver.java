package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;

/**
 * The last duty of a node that stops: asks the controller, whoever that is, to have others lead,
 * until this node leads nothing that another could. Belongs to the metadata loop.
 */
final class HandOver {
  private static final long ASK_EVERY_MS = 50;

  /** Requests that were sent here before their senders knew better are still answered. */
  private static final long LINGER_MS = 300;

  private final LoopPorts ports;
  private final MetadataView metadata;
  private final long deadlineMs;
  private final Runnable then;
  private boolean led;

  HandOver(LoopPorts ports, MetadataView metadata, long deadlineMs, Runnable then) {
    this.ports = ports;
    this.metadata = metadata;
    this.deadlineMs = deadlineMs;
    this.then = then;
  }

  void step() {
    if (metadata.incarnation().isEmpty() || ports.clock().nowMs() >= deadlineMs) {
      then.run();
    } else if (isNeeded(metadata.image())) {
      led = true;
      metadata
          .leader()
          .ifPresent(leader ->
              ports
                  .sender()
                  .send(leader, new PeerMessage.Stopping(metadata.incarnation().orElseThrow())));
      ports.loop().schedule(ASK_EVERY_MS, this::step);
    } else {
      ports.loop().schedule(led ? LINGER_MS : 0, then);
    }
  }

  private boolean isNeeded(ClusterImage image) {
    NodeId self = ports.settings().self();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (partition.leader().filter(self::equals).isPresent()
            && partition.replicas().stream()
                .anyMatch(node ->
                    !node.equals(self)
                        && image.isLive(node)
                        && !image.isDrained(node)
                        && ports.peers().reachable(node)
                        && partition.inStep().contains(node))) {
          return true;
        }
      }
    }
    return false;
  }
}
