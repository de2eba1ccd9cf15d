package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is heavy on one broker's disk is spread. */
class EveningDisksIT {
  private static final String TOPIC = "photos";
  private static final int PARTITIONS = 12;
  private static final int HEAVY_MB = 120;
  private static final int LIGHT_MB = 5;

  /** Leaders tell, and the controller looks three times, half a minute apart. */
  private static final Duration PATIENCE = Duration.ofSeconds(240);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  @AfterEach
  void killThem() {
    admin.close(Duration.ZERO);
    cluster.close();
  }

  private void start() throws Exception {
    cluster = ClusterFork.start(3, folder);
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
    admin
        .createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
        .all()
        .get(60, TimeUnit.SECONDS);
  }

  /** Where each partition is, in the order of their indexes. */
  private List<Integer> places() throws Exception {
    return admin
        .describeTopics(List.of(TOPIC))
        .allTopicNames()
        .get(20, TimeUnit.SECONDS)
        .get(TOPIC)
        .partitions()
        .stream()
        .map(partition -> partition.replicas().getFirst().id())
        .toList();
  }

  private void write(int partition, int megabytes) throws Exception {
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrap(),
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            16L << 20);
    byte[] value = new byte[1_000_000];
    new Random(partition).nextBytes(value);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < megabytes; i++) {
        sent.add(producer.send(new ProducerRecord<>(TOPIC, partition, null, value)));
      }
    }
    for (Future<RecordMetadata> each : sent) {
      each.get(20, TimeUnit.SECONDS);
    }
  }

  private static Map<Integer, Integer> megabytes(List<Integer> places, List<Integer> sizes) {
    Map<Integer, Integer> sums = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      sums.merge(places.get(i), sizes.get(i), Integer::sum);
    }
    return sums;
  }

  private static int count(List<Integer> places, int broker) {
    return (int) places.stream().filter(each -> each == broker).count();
  }

  @Test
  void whatIsHeavyOnOneBrokerIsSpread() throws Exception {
    start();
    List<Integer> before = places();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      sizes.add(before.get(i) == 1 ? HEAVY_MB : LIGHT_MB);
      write(i, sizes.get(i));
    }
    assertThat(megabytes(before, sizes).get(1)).isEqualTo(4 * HEAVY_MB);

    long startedNs = System.nanoTime();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .until(() ->
            megabytes(places(), sizes).get(1) <= 3 * HEAVY_MB
                && admin
                    .listPartitionReassignments()
                    .reassignments()
                    .get(5, TimeUnit.SECONDS)
                    .isEmpty());
    List<Integer> then = places();
    System.out.printf(
        "evened after %d s: %s, before %s%n",
        (System.nanoTime() - startedNs) / 1_000_000_000,
        megabytes(then, sizes),
        megabytes(before, sizes));
    for (int broker = 1; broker <= 3; broker++) {
      assertThat(count(then, broker)).isEqualTo(4);
    }
    for (TopicPartitionInfo partition :
        admin
            .describeTopics(List.of(TOPIC))
            .allTopicNames()
            .get(20, TimeUnit.SECONDS)
            .get(TOPIC)
            .partitions()) {
      assertThat(partition.leader()).isNotNull();
    }
  }
}
