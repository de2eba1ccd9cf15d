package io.dure.metadata;

import java.util.List;

/**
 * How one image differs from an earlier one. A topic that was deleted and made again under its name
 * is both removed and added, since its id differs.
 *
 * @param changedBrokers new or changed ones, as they are now
 * @param removedBrokers as they were
 * @param changedTopics new topics and those of which anything changed, settings and partitions
 *     included, as they are now
 * @param removedTopics as they were
 * @param changedPartitions new and changed partitions, as they are now
 * @param removedPartitions those of the removed topics, as they were
 * @param brokerConfigsChanged whether settings of brokers changed, and so perhaps what is in force
 *     for any topic
 */
public record ClusterDelta(
    List<BrokerImage> changedBrokers,
    List<BrokerImage> removedBrokers,
    List<TopicImage> changedTopics,
    List<TopicImage> removedTopics,
    List<PartitionImage> changedPartitions,
    List<PartitionImage> removedPartitions,
    boolean brokerConfigsChanged) {
  public ClusterDelta {
    changedBrokers = List.copyOf(changedBrokers);
    removedBrokers = List.copyOf(removedBrokers);
    changedTopics = List.copyOf(changedTopics);
    removedTopics = List.copyOf(removedTopics);
    changedPartitions = List.copyOf(changedPartitions);
    removedPartitions = List.copyOf(removedPartitions);
  }
}
