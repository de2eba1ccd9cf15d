package io.dure.metadata;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The cluster as all metadata records below {@link #endOffset} add up to. Immutable and cheap to
 * change: a batch of records costs what it touches, not what there is.
 */
public final class ClusterImage {
  /** Before the first record. */
  public static final ClusterImage EMPTY =
      new ClusterImage(
          Optional.empty(),
          0,
          0,
          SortedTree.empty(Comparator.<NodeId>naturalOrder()),
          SortedTree.empty(Comparator.<String>naturalOrder()),
          SortedTree.empty(Comparator.comparing(TopicId::value)),
          0,
          List.of(),
          ConfigsImage.EMPTY,
          Map.of());

  private final Optional<UUID> clusterId;
  private final long endOffset;
  private final long nextProducerId;
  private final SortedTree<NodeId, BrokerImage> brokers;
  private final SortedTree<String, TopicImage> topicsByName;
  private final SortedTree<TopicId, TopicImage> topicsById;
  private final int partitionCount;
  private final List<NodeId> voters;
  private final ConfigsImage configs;
  private final Map<String, Integer> features;

  ClusterImage(
      Optional<UUID> clusterId,
      long endOffset,
      long nextProducerId,
      SortedTree<NodeId, BrokerImage> brokers,
      SortedTree<String, TopicImage> topicsByName,
      SortedTree<TopicId, TopicImage> topicsById,
      int partitionCount,
      List<NodeId> voters,
      ConfigsImage configs,
      Map<String, Integer> features) {
    this.clusterId = clusterId;
    this.endOffset = endOffset;
    this.nextProducerId = nextProducerId;
    this.brokers = brokers;
    this.topicsByName = topicsByName;
    this.topicsById = topicsById;
    this.partitionCount = partitionCount;
    this.voters = List.copyOf(voters);
    this.configs = configs;
    this.features = Map.copyOf(features);
  }

  /**
   * The image after these records too; {@code endOffset} (exclusive) is the metadata log's end
   * after them.
   */
  public ClusterImage apply(Iterable<MetadataRecord> records, long endOffset) {
    ImageDraft draft = new ImageDraft(this);
    for (MetadataRecord record : records) {
      draft.apply(record);
    }
    return draft.finish(endOffset);
  }

  public Optional<UUID> clusterId() {
    return clusterId;
  }

  /** End (exclusive) of what has been applied. */
  public long endOffset() {
    return endOffset;
  }

  /** Producer ids from here on (inclusive) have never been handed out. */
  public long nextProducerId() {
    return nextProducerId;
  }

  public Optional<BrokerImage> broker(NodeId node) {
    return brokers.get(node);
  }

  /** All brokers that ever registered and were not removed, by id. */
  public Collection<BrokerImage> brokers() {
    return brokers.values();
  }

  public boolean isLive(NodeId node) {
    return brokers.get(node).map(BrokerImage::live).orElse(false);
  }

  /** Whether somebody wants the broker to become empty. */
  public boolean isLeaving(NodeId node) {
    return configs.isLeaving(node);
  }

  /** Whether somebody wants the broker to lead nothing, or to become empty. */
  public boolean isDrained(NodeId node) {
    return configs.isDrained(node) || configs.isLeaving(node);
  }

  public Optional<TopicImage> topic(String name) {
    return topicsByName.get(name);
  }

  public Optional<TopicImage> topic(TopicId id) {
    return topicsById.get(id);
  }

  /** All topics, by name. */
  public Collection<TopicImage> topics() {
    return topicsByName.values();
  }

  public Optional<PartitionImage> partition(PartitionId id) {
    return topicsById
        .get(id.topic())
        .filter(topic -> id.index() >= 0 && id.index() < topic.partitions().size())
        .map(topic -> topic.partitions().get(id.index()));
  }

  /** Who votes for the leader of the metadata log; empty before any record said so. */
  public List<NodeId> voters() {
    return voters;
  }

  /** Settings changed while the cluster ran, of everything but topics. */
  public ConfigsImage configs() {
    return configs;
  }

  /** The level in force of each feature that has one, by Kafka's name; 0: switched off. */
  public Map<String, Integer> features() {
    return features;
  }

  public int level(Feature feature) {
    return features.getOrDefault(feature.featureName(), 0);
  }

  /** How many partitions all topics have together. */
  public int partitionCount() {
    return partitionCount;
  }

  /** What changed since an earlier image of the same cluster; costs about what changed. */
  public ClusterDelta changedSince(ClusterImage before) {
    List<BrokerImage> changedBrokers = new ArrayList<>();
    List<BrokerImage> removedBrokers = new ArrayList<>();
    brokers.diff(before.brokers, new Collecting<>(changedBrokers, removedBrokers));
    List<TopicImage> changedTopics = new ArrayList<>();
    List<TopicImage> removedTopics = new ArrayList<>();
    topicsById.diff(before.topicsById, new Collecting<>(changedTopics, removedTopics));
    List<PartitionImage> changedPartitions = new ArrayList<>();
    for (TopicImage topic : changedTopics) {
      List<PartitionImage> old =
          before.topic(topic.id()).map(TopicImage::partitions).orElse(List.of());
      for (PartitionImage partition : topic.partitions()) {
        int index = partition.id().index();
        if (index >= old.size() || old.get(index) != partition) {
          changedPartitions.add(partition);
        }
      }
    }
    List<PartitionImage> removedPartitions = new ArrayList<>();
    removedTopics.forEach(topic -> removedPartitions.addAll(topic.partitions()));
    return new ClusterDelta(
        changedBrokers,
        removedBrokers,
        changedTopics,
        removedTopics,
        changedPartitions,
        removedPartitions,
        configs.brokersDiffer(before.configs));
  }

  private record Collecting<V>(List<V> changed, List<V> gone) implements SortedTree.DiffVisitor<V> {
    @Override
    public void added(V now) {
      changed.add(now);
    }

    @Override
    public void changed(V before, V now) {
      changed.add(now);
    }

    @Override
    public void removed(V before) {
      gone.add(before);
    }
  }

  /** Records that make this image out of {@link #EMPTY}: what a snapshot consists of. */
  public List<MetadataRecord> toRecords() {
    List<MetadataRecord> records = new ArrayList<>();
    clusterId.ifPresent(id -> records.add(new MetadataRecord.ClusterFormed(id)));
    new TreeMap<>(features)
        .forEach((name, level) -> records.add(new MetadataRecord.FeatureLevelSet(name, level)));
    if (nextProducerId > 0) {
      records.add(new MetadataRecord.ProducerIdsAllocated(nextProducerId));
    }
    for (BrokerImage broker : brokers()) {
      records.add(
          new MetadataRecord.BrokerRegistered(
              broker.node(),
              broker.process(),
              broker.incarnation(),
              broker.endpoint(),
              broker.rack()));
      if (!broker.live()) {
        records.add(new MetadataRecord.BrokerFenced(broker.node(), broker.incarnation()));
      }
    }
    if (!voters.isEmpty()) {
      records.add(new MetadataRecord.VotersChanged(voters));
    }
    configs.addRecords(records);
    topics().forEach(topic -> topic.addRecords(records));
    return records;
  }

  SortedTree<NodeId, BrokerImage> brokerTree() {
    return brokers;
  }

  SortedTree<String, TopicImage> topicTreeByName() {
    return topicsByName;
  }

  SortedTree<TopicId, TopicImage> topicTreeById() {
    return topicsById;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClusterImage that
        && endOffset == that.endOffset
        && toRecords().equals(that.toRecords());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(endOffset);
  }

  @Override
  public String toString() {
    return "ClusterImage[endOffset="
        + endOffset
        + ", brokers="
        + brokers.size()
        + ", topics="
        + topicsByName.size()
        + ", partitions="
        + partitionCount
        + "]";
  }
}
