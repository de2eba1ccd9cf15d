package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One broker becomes a cluster of three, and then its first one leaves, while a producer writes and
 * a group reads: nothing is lost, nothing stops, and who votes follows by itself.
 */
@Timeout(600)
class GrowingClusterIT {
  private static final String TOPIC = "orders";
  private static final String OFFSETS = "__consumer_offsets";
  private static final int PARTITIONS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Clients try again for as long as it takes; this is what a person would call stopped. */
  private static final long LONGEST_GAP_MS = 10_000;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  private final Set<String> read = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  @AfterEach
  void killThem() {
    ended = true;
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions();
  }

  /** Starts anew with the brokers of today: clients keep to addresses they were given. */
  private void connect() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
  }

  private Set<Integer> voters() throws Exception {
    QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get(10, TimeUnit.SECONDS);
    return quorum.voters().stream()
        .map(QuorumInfo.ReplicaState::replicaId)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether each partition of the topic has its copies on exactly these brokers, all in step. */
  private boolean isOn(String topic, Set<Integer> brokers) throws Exception {
    TopicDescription described =
        admin.describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS).get(topic);
    return described != null
        && described.partitions().stream()
            .allMatch(
                each -> ids(each.replicas()).equals(brokers) && ids(each.isr()).equals(brokers));
  }

  private static Set<Integer> ids(Collection<Node> nodes) {
    return nodes.stream().map(Node::id).collect(Collectors.toSet());
  }

  /** Reads as one of a group, and commits, until the test is over. */
  private Thread readAsGroup() {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrap(),
            ConsumerConfig.GROUP_ID_CONFIG,
            "shipping",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest");
    return Thread.ofVirtual()
        .start(() -> {
          try (var consumer =
              new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            while (!ended) {
              consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
              consumer.commitAsync();
            }
          }
        });
  }

  private void tell(String what, SteadyLoad load) {
    System.out.printf(
        "%s: longest time without an acknowledgement %d ms%n", what, load.longestGapMs());
    assertThat(load.errors()).isEmpty();
    assertThat(load.longestGapMs()).isLessThan(LONGEST_GAP_MS);
    load.beginWindow();
  }

  @Test
  void oneBecomesThreeAndTheFirstLeavesWhileClientsGoOn() throws Exception {
    cluster = ClusterFork.start(1, folder);
    connect();
    admin
        .createTopics(List.of(new NewTopic(TOPIC, Optional.of(PARTITIONS), Optional.empty())))
        .all()
        .get(30, TimeUnit.SECONDS);
    try (var load = new SteadyLoad(cluster.bootstrap(), TOPIC, PARTITIONS, 5)) {
      Thread reader = readAsGroup();
      load.awaitMore(300);
      await().until(() -> !read.isEmpty() && isOn(OFFSETS, Set.of(1)));
      assertThat(voters()).containsExactly(1);
      load.beginWindow();

      assertThat(cluster.join(folder)).isEqualTo(2);
      assertThat(voters()).containsExactly(1);
      assertThat(cluster.join(folder)).isEqualTo(3);
      connect();
      await().until(() -> voters().equals(Set.of(1, 2, 3)));
      await().until(() -> isOn(TOPIC, Set.of(1, 2, 3)) && isOn(OFFSETS, Set.of(1, 2, 3)));
      load.awaitMore(200);
      tell("one broker became three", load);

      DureProcess.Said said =
          DureProcess.run(cluster.bootstrap(), "", "broker", "decommission", "1", "--no-wait");
      assertThat(said.status()).as(said.out() + said.errors()).isZero();
      await().until(() -> isOn(TOPIC, Set.of(2, 3)) && isOn(OFFSETS, Set.of(2, 3)));
      await().until(() -> voters().size() == 1 && !voters().contains(1));
      tell("the first was emptied", load);
      assertThat(cluster.broker(1).stop()).isZero();
      await()
          .until(() ->
              ids(admin.describeCluster().nodes().get(10, TimeUnit.SECONDS)).equals(Set.of(2, 3)));
      load.awaitMore(200);
      tell("the first was stopped and forgotten", load);

      load.close();
      assertThat(load.errors()).isEmpty();
      await().until(() -> read.containsAll(load.acknowledged()));
      ended = true;
      reader.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(reader.isAlive()).isFalse();
    }
  }
}
