package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers come, leave and die under load, and nobody moves anything by hand. */
class BalancingIT {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String GRACE = "balance.grace.ms=20000";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  private void start(int brokers) throws Exception {
    cluster = ClusterFork.start(brokers, folder, GRACE);
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
    admin
        .createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3)))
        .all()
        .get(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void killThem() {
    admin.close(Duration.ZERO);
    cluster.close();
  }

  private List<TopicPartitionInfo> partitions() throws Exception {
    Map<String, TopicDescription> described =
        admin.describeTopics(List.of(TOPIC)).allTopicNames().get(20, TimeUnit.SECONDS);
    return described.get(TOPIC).partitions();
  }

  /** How many copies each broker has; not how many are being made. */
  private Map<Integer, Set<Integer>> copies() throws Exception {
    Map<Integer, Set<Integer>> copies = new HashMap<>();
    for (TopicPartitionInfo partition : partitions()) {
      for (Node node : partition.replicas()) {
        copies.computeIfAbsent(node.id(), _ -> new HashSet<>()).add(partition.partition());
      }
    }
    return copies;
  }

  private boolean isEven(List<Integer> brokers) throws Exception {
    if (!admin.listPartitionReassignments().reassignments().get(5, TimeUnit.SECONDS).isEmpty()) {
      return false;
    }
    int[] copies = new int[100];
    int[] leads = new int[100];
    for (TopicPartitionInfo partition : partitions()) {
      if (partition.isr().size() != 3 || partition.leader() == null) {
        return false;
      }
      leads[partition.leader().id()]++;
      partition.replicas().forEach(node -> copies[node.id()]++);
    }
    int all = brokers.stream().mapToInt(id -> copies[id]).sum();
    var copyRange = brokers.stream().mapToInt(id -> copies[id]).summaryStatistics();
    var leadRange = brokers.stream().mapToInt(id -> leads[id]).summaryStatistics();
    return all == 3 * PARTITIONS
        && copyRange.getMax() - copyRange.getMin() <= 1
        && leadRange.getMax() - leadRange.getMin() <= 1;
  }

  /** Waits until all is even, and returns how many copies were made meanwhile. */
  private int awaitEven(List<Integer> brokers) throws Exception {
    Set<String> made = new HashSet<>();
    Map<Integer, Set<Integer>> before = copies();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> {
          admin
              .listPartitionReassignments()
              .reassignments()
              .get(5, TimeUnit.SECONDS)
              .forEach((partition, moving) ->
                  moving
                      .addingReplicas()
                      .forEach(node -> made.add(partition.partition() + " to " + node)));
          return isEven(brokers);
        });
    copies()
        .forEach((node, there) ->
            there.stream()
                .filter(partition -> !before.getOrDefault(node, Set.of()).contains(partition))
                .forEach(partition -> made.add(partition + " to " + node)));
    return made.size();
  }

  private void decommission(int broker) throws Exception {
    var op =
        new AlterConfigOp(
            new ConfigEntry("brokers.decommissioned", Integer.toString(broker)),
            AlterConfigOp.OpType.APPEND);
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.BROKER, ""), List.of(op)))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void brokersComeAndLeaveUnderLoadAndAllStaysEven() throws Exception {
    start(3);
    try (var load = new SteadyLoad(cluster.bootstrap(), TOPIC, PARTITIONS, 2)) {
      load.awaitMore(1_000);
      load.beginWindow();
      load.awaitMore(1_000);
      long quietMs = load.percentileMs(99);

      load.beginWindow();
      int fourth = cluster.join(folder, GRACE);
      int made = awaitEven(List.of(1, 2, 3, 4));
      tell("3 to 4 brokers", made, 45, load, quietMs);
      load.beginWindow();
      int fifth = cluster.join(folder, GRACE);
      made = awaitEven(List.of(1, 2, 3, 4, 5));
      tell("4 to 5 brokers", made, 36, load, quietMs);
      load.beginWindow();
      decommission(fourth);
      decommission(fifth);
      made = awaitEven(List.of(1, 2, 3));
      tell("5 to 3 brokers", made, 72, load, quietMs);

      assertThat(cluster.broker(fourth).stop()).isZero();
      assertThat(cluster.broker(fifth).stop()).isZero();
      load.awaitMore(500);
      load.close();
      assertThat(load.errors()).isEmpty();
      assertAllAreThere(load.acknowledged());
    }
  }

  private static void tell(String what, int made, int least, SteadyLoad load, long quietMs) {
    System.out.printf(
        "%s: %d copies made, %d are the least; p99 %d ms, %d ms before; longest gap %d ms%n",
        what, made, least, load.percentileMs(99), quietMs, load.longestGapMs());
    assertThat(made).isLessThanOrEqualTo(least + least / 5);
    assertThat(load.errors()).isEmpty();
  }

  @Test
  void whatABrokerKeptThatDiedForGoodIsMadeElsewhere() throws Exception {
    start(4);
    try (var load = new SteadyLoad(cluster.bootstrap(), TOPIC, PARTITIONS, 5)) {
      load.awaitMore(500);
      cluster.broker(4).kill();
      int made = awaitEven(List.of(1, 2, 3));

      assertThat(made).isLessThanOrEqualTo(54);
      load.awaitMore(200);
      load.close();
      assertThat(load.errors()).isEmpty();
      assertAllAreThere(load.acknowledged());
    }
  }

  @Test
  void aRollingRestartIsHardlyNoticed() throws Exception {
    start(3);
    try (var load = new SteadyLoad(cluster.bootstrap(), TOPIC, PARTITIONS, 2)) {
      load.awaitMore(2_000);
      for (int node = 1; node <= 3; node++) {
        load.beginWindow();
        assertThat(cluster.broker(node).stop()).isZero();
        long stoppingMs = load.longestGapMs();
        cluster.broker(node).restart();
        cluster.broker(node).awaitReady();
        Awaitility.await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> isEven(List.of(1, 2, 3)));
        System.out.printf(
            "broker %d restarted: longest gap %d ms while it stopped, %d ms in all; p99 %d ms, longest %d ms%n",
            node, stoppingMs, load.longestGapMs(), load.percentileMs(99), load.percentileMs(100));
        assertThat(load.longestGapMs()).isLessThan(1_000);
      }
      load.close();
      assertThat(load.errors()).isEmpty();
      assertAllAreThere(load.acknowledged());
    }
  }

  private void assertAllAreThere(List<String> acknowledged) {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrap(),
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest");
    Set<String> read = new HashSet<>();
    List<String> twice = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all =
          IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(TOPIC, i)).toList();
      consumer.assign(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all, PATIENCE);
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (all.stream().anyMatch(each -> consumer.position(each, PATIENCE) < ends.get(each))
          && System.nanoTime() < until) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> {
              if (!read.add(record.value())) {
                twice.add(record.value());
              }
            });
      }
    }
    assertThat(read).containsAll(acknowledged);
    assertThat(twice).isEmpty();
  }
}
