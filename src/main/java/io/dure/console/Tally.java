package io.dure.console;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The partitions of some topics, counted.
 *
 * @param offline without a leader
 * @param behind led, with a replica that is not in step
 * @param moving whose replicas are changing
 */
record Tally(
    ClusterImage image,
    int topics,
    int partitions,
    int offline,
    int behind,
    int moving,
    Map<NodeId, OfBroker> brokers) {
  /**
   * @param behind copies there that are not in step
   */
  record OfBroker(int leads, int copies, int behind) {
    static final OfBroker NOTHING = new OfBroker(0, 0, 0);

    OfBroker plus(boolean leader, boolean late) {
      return new OfBroker(leads + (leader ? 1 : 0), copies + 1, behind + (late ? 1 : 0));
    }
  }

  static Tally of(ClusterImage image) {
    return of(image, image.topics());
  }

  static Tally of(ClusterImage image, Collection<TopicImage> topics) {
    int partitions = 0;
    int offline = 0;
    int behind = 0;
    int moving = 0;
    Map<NodeId, OfBroker> brokers = new HashMap<>();
    for (TopicImage topic : topics) {
      for (PartitionImage partition : topic.partitions()) {
        partitions++;
        boolean led = partition.leader().isPresent();
        offline += led ? 0 : 1;
        behind += led && !Events.isWhole(partition, image) ? 1 : 0;
        moving += partition.isChanging() ? 1 : 0;
        for (NodeId member : partition.members()) {
          boolean leads = partition.leader().filter(member::equals).isPresent();
          boolean late = !Events.isInStep(member, partition, image);
          brokers.merge(
              member, OfBroker.NOTHING.plus(leads, late), (old, one) -> old.plus(leads, late));
        }
      }
    }
    return new Tally(
        image, topics.size(), partitions, offline, behind, moving, Map.copyOf(brokers));
  }

  OfBroker of(NodeId broker) {
    return brokers.getOrDefault(broker, OfBroker.NOTHING);
  }
}
