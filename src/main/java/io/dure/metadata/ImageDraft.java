package io.dure.metadata;

import io.dure.base.Check;
import io.dure.base.CheckFailed;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * An image being changed by one batch of records. Each touched topic is copied once per batch, and
 * only its list of partitions, however many records touch it.
 *
 * <p>The controller writes only records that fit the state before them; one that does not is a bug
 * of ours and fails a check.
 */
final class ImageDraft {
  private final ClusterImage base;
  private Optional<UUID> clusterId;
  private long nextProducerId;
  private SortedTree<NodeId, BrokerImage> brokers;
  private SortedTree<String, TopicImage> topicsByName;
  private SortedTree<TopicId, TopicImage> topicsById;
  private int partitionCount;
  private List<NodeId> voters;
  private ConfigsImage configs;
  private final Map<String, Integer> features;
  private final Map<TopicId, TopicDraft> touched = new LinkedHashMap<>();

  ImageDraft(ClusterImage base) {
    this.base = base;
    clusterId = base.clusterId();
    nextProducerId = base.nextProducerId();
    brokers = base.brokerTree();
    topicsByName = base.topicTreeByName();
    topicsById = base.topicTreeById();
    partitionCount = base.partitionCount();
    voters = base.voters();
    configs = base.configs();
    features = new HashMap<>(base.features());
  }

  private static final class TopicDraft {
    final TopicId id;
    final String name;
    final boolean internal;
    final List<PartitionImage> partitions;
    final Map<String, String> configs;
    boolean copiesByDefault;

    TopicDraft(TopicImage topic) {
      id = topic.id();
      name = topic.name();
      internal = topic.internal();
      partitions = new ArrayList<>(topic.partitions());
      configs = new HashMap<>(topic.configs());
      copiesByDefault = topic.copiesByDefault();
    }

    TopicImage finish() {
      return new TopicImage(id, name, internal, partitions, configs, copiesByDefault);
    }
  }

  void apply(MetadataRecord record) {
    switch (record) {
      case MetadataRecord.ClusterFormed r -> clusterId = Optional.of(r.clusterId());
      case MetadataRecord.BrokerRegistered r -> register(r);
      case MetadataRecord.BrokerFenced r -> setLive(r.node(), r.incarnation(), false);
      case MetadataRecord.BrokerUnfenced r -> setLive(r.node(), r.incarnation(), true);
      case MetadataRecord.BrokerRemoved r -> brokers = brokers.without(r.node());
      case MetadataRecord.VotersChanged r -> voters = r.voters();
      case MetadataRecord.TopicCreated r -> create(r);
      case MetadataRecord.TopicDeleted r -> delete(r.topic());
      case MetadataRecord.PartitionCreated r -> create(r);
      case MetadataRecord.LeaderAppointed r -> appoint(r);
      case MetadataRecord.LeaderLost r -> change(r.partition(), PartitionImage::leaderless);
      case MetadataRecord.InStepChanged r ->
          change(r.partition(), old -> old.withInStep(r.inStep()));
      case MetadataRecord.EpochOpened r ->
          change(r.partition(), old -> old.epoch() == r.epoch() ? old.opened() : old);
      case MetadataRecord.TargetSet r -> change(r.partition(), old -> old.withTarget(r.replicas()));
      case MetadataRecord.PlacedByHand r ->
          change(r.partition(), old -> old.withPlacedByHand(r.byHand()));
      case MetadataRecord.CopiesByDefault r -> topic(r.topic()).copiesByDefault = r.byDefault();
      case MetadataRecord.TopicConfigured r -> configure(r);
      case MetadataRecord.ConfigChanged r ->
          configs = configs.with(r.resource(), r.key(), r.value());
      case MetadataRecord.FeatureLevelSet r -> features.put(r.feature(), r.level());
      case MetadataRecord.ProducerIdsAllocated r -> {
        Check.that(
            r.end() >= nextProducerId, "producer ids fall from %d to %d", nextProducerId, r.end());
        nextProducerId = r.end();
      }
    }
  }

  private void register(MetadataRecord.BrokerRegistered r) {
    long before = brokers.get(r.node()).map(old -> old.incarnation().value()).orElse(-1L);
    Check.that(
        r.incarnation().value() > before,
        "incarnation %d after %d",
        r.incarnation().value(),
        before);
    brokers =
        brokers.with(
            r.node(),
            new BrokerImage(r.node(), r.process(), r.incarnation(), r.endpoint(), r.rack(), true));
  }

  private void setLive(NodeId node, Incarnation incarnation, boolean live) {
    BrokerImage old = brokers.get(node).orElseThrow(() -> missing("broker", node));
    Check.that(
        old.incarnation().equals(incarnation),
        "%s is %s, not %s",
        node,
        old.incarnation(),
        incarnation);
    brokers =
        brokers.with(
            node,
            new BrokerImage(node, old.process(), incarnation, old.endpoint(), old.rack(), live));
  }

  private void create(MetadataRecord.TopicCreated r) {
    Check.that(topicsByName.get(r.name()).isEmpty(), "topic %s is there already", r.name());
    Check.that(topicsById.get(r.topic()).isEmpty(), "topic id %s is there already", r.topic());
    TopicImage topic =
        new TopicImage(r.topic(), r.name(), r.internal(), List.of(), Map.of(), false);
    topicsByName = topicsByName.with(r.name(), topic);
    topicsById = topicsById.with(r.topic(), topic);
  }

  private void delete(TopicId id) {
    TopicImage topic = topicsById.get(id).orElseThrow(() -> missing("topic", id));
    TopicDraft draft = touched.remove(id);
    partitionCount -= draft == null ? topic.partitions().size() : draft.partitions.size();
    topicsByName = topicsByName.without(topic.name());
    topicsById = topicsById.without(id);
  }

  private void create(MetadataRecord.PartitionCreated r) {
    List<PartitionImage> partitions = topic(r.partition().topic()).partitions;
    Check.that(
        partitions.size() == r.partition().index(),
        "partition %d created when there are %d",
        r.partition().index(),
        partitions.size());
    Check.that(!r.replicas().isEmpty(), "a partition without replicas");
    partitions.add(PartitionImage.created(r.partition(), r.replicas()));
    partitionCount++;
  }

  private void appoint(MetadataRecord.LeaderAppointed r) {
    change(
        r.partition(),
        old -> {
          Check.that(
              r.epoch() > old.epoch(), "epoch %d appointed after %d", r.epoch(), old.epoch());
          VotingSet votingSet = votingSet(r, old);
          Check.that(votingSet.contains(r.leader()), "%s leads but is no replica", r.leader());
          return old.ledBy(r.leader(), r.incarnation(), r.epoch(), votingSet, r.logStart());
        });
  }

  private VotingSet votingSet(MetadataRecord.LeaderAppointed r, PartitionImage old) {
    if (!r.replicas().isEmpty()) {
      return new VotingSet(r.replicas(), r.commitQuorum());
    }
    Map<String, String> configs = topic(r.partition().topic()).configs;
    return new VotingSet(old.replicas(), TopicImage.commitQuorum(configs, old.replicas().size()));
  }

  private void configure(MetadataRecord.TopicConfigured r) {
    Map<String, String> configs = topic(r.topic()).configs;
    r.value().ifPresentOrElse(value -> configs.put(r.key(), value), () -> configs.remove(r.key()));
  }

  private void change(PartitionId id, UnaryOperator<PartitionImage> to) {
    List<PartitionImage> partitions = topic(id.topic()).partitions;
    Check.that(id.index() < partitions.size(), "partition %d of %d", id.index(), partitions.size());
    partitions.set(id.index(), to.apply(partitions.get(id.index())));
  }

  private TopicDraft topic(TopicId id) {
    return touched.computeIfAbsent(
        id, _ -> new TopicDraft(topicsById.get(id).orElseThrow(() -> missing("topic", id))));
  }

  private static CheckFailed missing(String what, Object id) {
    return new CheckFailed("a record names " + what + " " + id + ", which is not there");
  }

  ClusterImage finish(long endOffset) {
    Check.that(
        endOffset >= base.endOffset(), "metadata end %d after %d", endOffset, base.endOffset());
    for (TopicDraft draft : touched.values()) {
      TopicImage topic = draft.finish();
      topicsByName = topicsByName.with(topic.name(), topic);
      topicsById = topicsById.with(topic.id(), topic);
    }
    return new ClusterImage(
        clusterId,
        endOffset,
        nextProducerId,
        brokers,
        topicsByName,
        topicsById,
        partitionCount,
        voters,
        configs,
        features);
  }
}
