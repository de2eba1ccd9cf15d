package io.dure.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.CheckFailed;
import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The image that records add up to, how it is compared and how it is saved. */
class ClusterImageTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);

  private static MetadataRecord registered(NodeId node, long incarnation) {
    return new MetadataRecord.BrokerRegistered(
        node,
        new UUID(node.value(), incarnation),
        new Incarnation(incarnation),
        new Endpoint("127.0.0.1", 9092),
        Optional.empty());
  }

  private static TopicId id(long value) {
    return new TopicId(new UUID(value, value));
  }

  private static List<MetadataRecord> topic(long id, String name, int partitions) {
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new MetadataRecord.TopicCreated(id(id), name, false));
    for (int i = 0; i < partitions; i++) {
      PartitionId partition = new PartitionId(id(id), i);
      records.add(new MetadataRecord.PartitionCreated(partition, List.of(ONE, TWO)));
      records.add(new MetadataRecord.LeaderAppointed(partition, 0, ONE, new Incarnation(0)));
    }
    return records;
  }

  private static ClusterImage twoTopics() {
    List<MetadataRecord> records = new ArrayList<>();
    records.add(registered(ONE, 0));
    records.add(registered(TWO, 1));
    records.addAll(topic(1, "b", 3));
    records.addAll(topic(2, "a", 2));
    return ClusterImage.EMPTY.apply(records, records.size());
  }

  private static MetadataRecord set(ConfigResource resource, String key, String value) {
    return new MetadataRecord.ConfigChanged(resource, key, Optional.of(value));
  }

  @Test
  void settingsAndLevelsOutliveASnapshot() {
    ClusterImage image =
        twoTopics()
            .apply(
                List.of(
                    set(ConfigResource.ALL_BROKERS, "message.max.bytes", "5"),
                    set(ConfigResource.broker(TWO), "message.max.bytes", "6"),
                    set(ConfigResource.group("g"), "consumer.session.timeout.ms", "50000"),
                    set(ConfigResource.group("gone"), "consumer.session.timeout.ms", "50000"),
                    new MetadataRecord.ConfigChanged(
                        ConfigResource.group("gone"),
                        "consumer.session.timeout.ms",
                        Optional.empty()),
                    new MetadataRecord.FeatureLevelSet("group.version", 1),
                    new MetadataRecord.FeatureLevelSet("share.version", 0)),
                100);

    ClusterImage read = ImageSnapshot.read(ImageSnapshot.write(image));

    assertThat(read).isEqualTo(image);
    assertThat(read.configs().ofAllBrokers()).containsOnly(Map.entry("message.max.bytes", "5"));
    assertThat(read.configs().ofBroker(TWO)).containsOnly(Map.entry("message.max.bytes", "6"));
    assertThat(read.configs().names(ConfigResource.Kind.GROUP)).containsExactly("g");
    assertThat(read.level(Feature.GROUP_VERSION)).isEqualTo(1);
    assertThat(read.features()).containsEntry("share.version", 0);
  }

  @Test
  void aDifferenceTellsWhetherBrokersSettingsChanged() {
    ClusterImage before = twoTopics();
    ClusterImage broker =
        before.apply(List.of(set(ConfigResource.ALL_BROKERS, "log.retention.ms", "5")), 100);
    ClusterImage group =
        before.apply(
            List.of(set(ConfigResource.group("g"), "consumer.session.timeout.ms", "50000")), 100);

    assertThat(broker.changedSince(before).brokerConfigsChanged()).isTrue();
    assertThat(before.changedSince(broker).brokerConfigsChanged()).isTrue();
    assertThat(group.changedSince(before).brokerConfigsChanged()).isFalse();
    assertThat(group.changedSince(group).brokerConfigsChanged()).isFalse();
  }

  @Test
  void topicsAndBrokersComeInOrderAndAreFoundByNameAndId() {
    ClusterImage image = twoTopics();

    assertThat(image.topics()).extracting(TopicImage::name).containsExactly("a", "b");
    assertThat(image.brokers()).extracting(BrokerImage::node).containsExactly(ONE, TWO);
    assertThat(image.topic("b")).isEqualTo(image.topic(id(1))).isPresent();
    assertThat(image.partition(new PartitionId(id(1), 2)).flatMap(PartitionImage::leader))
        .contains(ONE);
    assertThat(image.partition(new PartitionId(id(1), 3))).isEmpty();
    assertThat(image.partition(new PartitionId(id(9), 0))).isEmpty();
    assertThat(image.partitionCount()).isEqualTo(5);
  }

  @Test
  void changingOnePartitionLeavesEverythingElseShared() {
    ClusterImage before = twoTopics();
    PartitionId changed = new PartitionId(id(1), 1);

    ClusterImage now =
        before.apply(
            List.of(new MetadataRecord.LeaderAppointed(changed, 1, TWO, new Incarnation(1))), 20);

    ClusterDelta delta = now.changedSince(before);
    assertThat(delta.changedPartitions()).extracting(PartitionImage::id).containsExactly(changed);
    assertThat(delta.changedTopics()).extracting(TopicImage::name).containsExactly("b");
    assertThat(delta.changedBrokers()).isEmpty();
    assertThat(delta.removedTopics()).isEmpty();
    assertThat(now.topic("a").orElseThrow()).isSameAs(before.topic("a").orElseThrow());
    assertThat(before.partition(changed).orElseThrow().epoch()).isZero();
  }

  @Test
  void topicMadeAnewUnderItsNameIsRemovedAndAdded() {
    ClusterImage before = twoTopics();
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new MetadataRecord.TopicDeleted(id(1)));
    records.addAll(topic(3, "b", 1));

    ClusterDelta delta = before.apply(records, 30).changedSince(before);

    assertThat(delta.removedTopics()).extracting(TopicImage::id).containsExactly(id(1));
    assertThat(delta.removedPartitions()).hasSize(3);
    assertThat(delta.changedTopics()).extracting(TopicImage::id).containsExactly(id(3));
    assertThat(delta.changedPartitions()).hasSize(1);
  }

  @Test
  void lostLeaderLeavesTheEpochStanding() {
    PartitionId partition = new PartitionId(id(1), 0);
    ClusterImage image =
        twoTopics().apply(List.of(new MetadataRecord.LeaderLost(partition, 0)), 20);

    assertThat(image.partition(partition).orElseThrow().leader()).isEmpty();
    assertThat(image.partition(partition).orElseThrow().epoch()).isZero();
  }

  @Test
  void recordsThatDoNotFitAreABugOfOurs() {
    ClusterImage image = twoTopics();
    PartitionId partition = new PartitionId(id(1), 0);

    assertThatThrownBy(() -> image.apply(topic(1, "c", 0), 20)).isInstanceOf(CheckFailed.class);
    assertThatThrownBy(() -> image.apply(topic(3, "a", 0), 20)).isInstanceOf(CheckFailed.class);
    assertThatThrownBy(() ->
            image.apply(
                List.of(new MetadataRecord.LeaderAppointed(partition, 0, ONE, new Incarnation(0))),
                20))
        .isInstanceOf(CheckFailed.class);
    assertThatThrownBy(() ->
            image.apply(
                List.of(new MetadataRecord.BrokerFenced(new NodeId(3), new Incarnation(0))), 20))
        .isInstanceOf(CheckFailed.class);
    assertThatThrownBy(() -> image.apply(List.of(registered(ONE, 0)), 20))
        .isInstanceOf(CheckFailed.class);
  }

  @Test
  void snapshotBringsBackTheSameImage() {
    PartitionId lost = new PartitionId(id(1), 0);
    PartitionId inStep = new PartitionId(id(1), 1);
    ClusterImage image =
        twoTopics()
            .apply(
                List.of(
                    new MetadataRecord.ClusterFormed(new UUID(5, 6)),
                    new MetadataRecord.LeaderLost(lost, 0),
                    new MetadataRecord.InStepChanged(inStep, 0, Set.of(ONE, TWO)),
                    new MetadataRecord.InStepChanged(new PartitionId(id(1), 2), 0, Set.of()),
                    new MetadataRecord.PartitionCreated(new PartitionId(id(2), 2), List.of(TWO)),
                    new MetadataRecord.TopicConfigured(id(2), "retention.ms", Optional.of("5")),
                    new MetadataRecord.ProducerIdsAllocated(3_000),
                    new MetadataRecord.BrokerFenced(TWO, new Incarnation(1))),
                40);

    ClusterImage read = ImageSnapshot.read(ImageSnapshot.write(image));

    assertThat(read).isEqualTo(image);
    assertThat(read.topics()).containsExactlyElementsOf(image.topics());
    assertThat(read.brokers()).containsExactlyElementsOf(image.brokers());
    assertThat(read.nextProducerId()).isEqualTo(3_000);
    assertThat(read.clusterId()).contains(new UUID(5, 6));
    assertThat(read.endOffset()).isEqualTo(40);
    assertThat(ImageSnapshot.read(ImageSnapshot.write(ClusterImage.EMPTY)))
        .isEqualTo(ClusterImage.EMPTY);
  }

  @Test
  void damagedOrNewerSnapshotIsRefused() {
    byte[] snapshot = ImageSnapshot.write(twoTopics());
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = snapshot.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> ImageSnapshot.read(damaged))
          .isInstanceOf(MetadataFormatException.class);
    }
    assertThatThrownBy(() -> ImageSnapshot.read(new byte[3]))
        .isInstanceOf(MetadataFormatException.class);
    byte[] newer = snapshot.clone();
    newer[4] = 1;
    assertThatThrownBy(() -> ImageSnapshot.read(newer))
        .isInstanceOf(MetadataFormatException.class)
        .hasMessageContaining("older version of the program");
  }

  @Test
  void commitQuorumIsAMajorityOrTheHigherMinimum() {
    TopicImage plain = twoTopics().topic("a").orElseThrow();
    TopicImage strict =
        twoTopics()
            .apply(
                List.of(
                    new MetadataRecord.TopicConfigured(
                        id(2), "min.insync.replicas", Optional.of("3"))),
                30)
            .topic("a")
            .orElseThrow();

    assertThat(List.of(1, 2, 3, 4, 5))
        .extracting(plain::commitQuorum)
        .containsExactly(1, 2, 2, 3, 3);
    assertThat(List.of(1, 2, 3, 5)).extracting(strict::commitQuorum).containsExactly(1, 2, 3, 3);
  }
}
