package io.dure.group.consumer;

import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What groups have to know of the cluster: topics, their partitions, and in which racks they lie.
 */
public final class Topics {
  private final ClusterImage image;

  public Topics(ClusterImage image) {
    this.image = image;
  }

  Optional<TopicImage> named(String name) {
    return image.topic(name);
  }

  Optional<TopicImage> of(TopicId id) {
    return image.topic(id);
  }

  public Optional<String> nameOf(TopicId id) {
    return image.topic(id).map(TopicImage::name);
  }

  /** Of these, those of topics that are gone: nobody reads them, nor ever will. */
  PartitionSet gone(PartitionSet partitions) {
    var gone = new PartitionSet.Draft();
    partitions.forEach((topic, partition) -> {
      if (of(topic).isEmpty()) {
        gone.add(topic, partition);
      }
    });
    return gone.done();
  }

  Collection<TopicImage> all() {
    return image.topics();
  }

  long imageEnd() {
    return image.endOffset();
  }

  ClusterImage image() {
    return image;
  }

  /** Racks of the brokers that hold a copy. */
  Set<String> racks(PartitionImage partition) {
    Set<String> racks = new TreeSet<>();
    for (NodeId node : partition.replicas()) {
      image.broker(node).flatMap(BrokerImage::rack).ifPresent(racks::add);
    }
    return racks;
  }

  /**
   * A number that stands for these topics as they are: it changes when one is made, deleted, made
   * again, grows, or moves to other racks.
   */
  long hash(Set<String> names) {
    long hash = 0;
    for (String name : names) {
      Optional<TopicImage> topic = named(name);
      if (topic.isPresent()) {
        hash += mixed(hashOf(topic.get()));
      }
    }
    return hash;
  }

  private long hashOf(TopicImage topic) {
    long hash = topic.id().value().getMostSignificantBits();
    hash = mixed(hash ^ topic.id().value().getLeastSignificantBits());
    hash = mixed(hash + topic.partitions().size());
    for (PartitionImage partition : topic.partitions()) {
      hash = mixed(hash + racks(partition).hashCode());
    }
    return hash;
  }

  /** Every bit of the outcome depends on every bit that goes in (splitmix64). */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
