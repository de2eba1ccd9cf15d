package io.dure.controller;

import io.dure.base.Check;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.metadata.TopicSettings;
import io.dure.metadata.VotingSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What the parts of an active controller share: the image with everything appended so far already
 * in it, the time, and the effects of the step under way. The image changes here and nowhere else,
 * and only by records.
 */
final class Ledger {
  /** Bound of one fence message; about 30 bytes each on the wire. */
  private static final int MAX_FENCES_PER_MESSAGE = 10_000;

  private final NodeId self;
  private final int controllerEpoch;
  private final ControllerSettings settings;
  private final BrokerLoads loads = new BrokerLoads();
  private final Memberships memberships = new Memberships(loads);
  private final Map<String, String> namesByCanonical = new HashMap<>();
  private final Map<NodeId, Incarnation> stopping = new HashMap<>();
  private ClusterImage image;
  private long nowMs;

  private List<ControllerEffect> effects = new ArrayList<>();
  private List<MetadataRecord> noted = new ArrayList<>();
  private final Map<NodeId, List<ControllerEffect.FenceOf>> fences = new LinkedHashMap<>();

  Ledger(NodeId self, ControllerEvent.Activated activated, ControllerSettings settings) {
    this.self = self;
    this.settings = settings;
    controllerEpoch = activated.controllerEpoch();
    image = activated.image();
    nowMs = activated.nowMs();
    for (TopicImage topic : image.topics()) {
      topic.partitions().forEach(loads::add);
      namesByCanonical.put(TopicNames.canonical(topic.name()), topic.name());
    }
  }

  NodeId self() {
    return self;
  }

  int controllerEpoch() {
    return controllerEpoch;
  }

  ControllerSettings settings() {
    return settings;
  }

  ClusterImage image() {
    return image;
  }

  BrokerLoads loads() {
    return loads;
  }

  long nowMs() {
    return nowMs;
  }

  void advanceTo(long laterMs) {
    nowMs = Math.max(nowMs, laterMs);
  }

  /** The life that a registration appended next, as the first record of its batch, begins. */
  Incarnation nextIncarnation() {
    Check.that(
        noted.isEmpty(),
        "a registration behind %d records that are not appended yet",
        noted.size(),
        0);
    return new Incarnation(image.endOffset());
  }

  /** Whether the node has a vote in the metadata quorum. */
  boolean isVoter(NodeId node) {
    return image.voters().contains(node);
  }

  /** The process is about to end: in this life of it, it leads nothing any more. */
  void stops(NodeId node, Incarnation life) {
    stopping.put(node, life);
  }

  boolean isStopping(NodeId node) {
    return Optional.ofNullable(stopping.get(node))
        .flatMap(life -> image.broker(node).filter(broker -> broker.incarnation().equals(life)))
        .isPresent();
  }

  /** Whether the broker should lead, where another can as well. */
  boolean mayLead(NodeId node) {
    return !image.isDrained(node) && !isStopping(node);
  }

  /** Who of the replicas leads whenever it can: the first that may. */
  NodeId preferredLeader(PartitionImage partition) {
    return partition.replicas().stream()
        .filter(this::mayLead)
        .findFirst()
        .orElse(partition.preferredLeader());
  }

  /**
   * Every broker that replicas may be placed on, dead or alive, by id: the registered ones and the
   * voters.
   */
  List<NodeId> knownBrokers() {
    Set<NodeId> known = new TreeSet<>(image.voters());
    image.brokers().forEach(broker -> known.add(broker.node()));
    return List.copyOf(known);
  }

  /**
   * How many of so many replicas commit a record of a topic with such settings of its own: a
   * majority, or {@code min.insync.replicas} where that is more (but never more than there are).
   */
  VotingSet votingSet(Map<String, String> topicConfigs, List<NodeId> replicas) {
    int minInSync = inForce(topicConfigs).intValue(TopicSettings.MIN_INSYNC_REPLICAS);
    int majority = replicas.size() / 2 + 1;
    return new VotingSet(replicas, Math.min(replicas.size(), Math.max(majority, minInSync)));
  }

  /** The settings that a topic with these own ones has. */
  TopicSettings inForce(Map<String, String> topicConfigs) {
    return TopicSettings.inForce(topicConfigs, image, self, settings.started());
  }

  /** Appends one atomic batch and applies it. */
  void append(List<MetadataRecord> records) {
    flush();
    write(records);
  }

  /**
   * Notes a record that may share a batch with others; applied by {@link #flush}, at the latest
   * when the step ends.
   */
  void note(MetadataRecord record) {
    noted.add(record);
    if (noted.size() >= settings.maxRecordsPerBatch()) {
      flush();
    }
  }

  void flush() {
    if (!noted.isEmpty()) {
      List<MetadataRecord> batch = noted;
      noted = new ArrayList<>();
      write(batch);
    }
  }

  private void write(List<MetadataRecord> records) {
    if (records.isEmpty()) {
      return;
    }
    long baseOffset = image.endOffset();
    ClusterImage before = image;
    image = before.apply(records, baseOffset + records.size());
    for (MetadataRecord record : records) {
      index(record, before);
    }
    memberships.changed(records, before, image);
    effects.add(new ControllerEffect.Append(baseOffset, records));
  }

  /**
   * An answer of {@code node} about the partition counts only from a node that has seen the
   * metadata up to here; 0: from any.
   */
  long memberSince(PartitionId partition, NodeId node) {
    return memberships.since(partition, node);
  }

  private void index(MetadataRecord record, ClusterImage before) {
    if (record instanceof MetadataRecord.PartitionCreated created) {
      loads.add(created.replicas());
    } else if (record instanceof MetadataRecord.TopicCreated created) {
      namesByCanonical.put(TopicNames.canonical(created.name()), created.name());
    } else if (record instanceof MetadataRecord.TopicDeleted deleted) {
      before
          .topic(deleted.topic())
          .ifPresent(topic -> {
            topic.partitions().forEach(loads::remove);
            namesByCanonical.remove(TopicNames.canonical(topic.name()));
          });
    }
  }

  /** The topic, if there is one, whose name differs from {@code name} at most in '.' and '_'. */
  Optional<String> similarTopic(String name) {
    return Optional.ofNullable(namesByCanonical.get(TopicNames.canonical(name)));
  }

  void reply(long id, Answer answer) {
    flush();
    effects.add(new ControllerEffect.Reply(id, answer));
  }

  void refuseRegistration(NodeId node, UUID process, String reason) {
    effects.add(new ControllerEffect.RegistrationRefused(node, process, reason));
  }

  /** Asks a broker; all that it is asked in one step goes in one message. */
  void fence(NodeId broker, ControllerEffect.FenceOf fence) {
    fences.computeIfAbsent(broker, _ -> new ArrayList<>()).add(fence);
  }

  /** Ends the step. */
  List<ControllerEffect> finish() {
    flush();
    fences.forEach((broker, all) -> {
      for (int from = 0; from < all.size(); from += MAX_FENCES_PER_MESSAGE) {
        int to = Math.min(all.size(), from + MAX_FENCES_PER_MESSAGE);
        effects.add(new ControllerEffect.SendFence(broker, controllerEpoch, all.subList(from, to)));
      }
    });
    fences.clear();
    List<ControllerEffect> result = List.copyOf(effects);
    effects = new ArrayList<>();
    return result;
  }
}
