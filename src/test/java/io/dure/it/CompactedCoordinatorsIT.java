package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What coordinators keep is there after most of their log was compacted away and they were killed:
 * offsets of groups, generations of members, transactional ids, a transaction that is open.
 */
class CompactedCoordinatorsIT {
  private static final String OFFSETS = "__consumer_offsets";
  private static final String TRANSACTIONS = "__transaction_state";
  private static final String TOPIC = "moved";
  private static final List<String> GROUPS = List.of("g1", "g2", "g3", "g4");
  private static final int ROUNDS = 30;

  /** One coordinator of each kind, so that one kill moves all there is. */
  private static final String[] SETTINGS = {
    "offsets.topic.num.partitions=1",
    "transaction.state.log.num.partitions=1",
    "log.cleaner.backoff.ms=100"
  };

  @Test
  void groupsAndTransactionsGoOnAfterCompactionAndAKill(@TempDir Path folder) throws Exception {
    try (ClusterFork cluster = ClusterFork.start(3, folder, SETTINGS);
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()));
        var idle = producer(cluster, "idle");
        var open = producer(cluster, "open")) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 3))).all().get();
      Map<String, KafkaConsumer<String, String>> readers = readers(cluster);
      idle.initTransactions();
      write(idle, "before");
      commit(readers, 0);
      tuned(admin, OFFSETS);
      tuned(admin, TRANSACTIONS);
      for (int round = 1; round <= ROUNDS; round++) {
        commit(readers, round);
        write(idle, "round " + round);
      }
      open.initTransactions();
      open.beginTransaction();
      open.send(new ProducerRecord<>(TOPIC, 0, null, "kept open")).get();
      awaitCompacted(cluster, OFFSETS);
      awaitCompacted(cluster, TRANSACTIONS);

      for (String coordinated : List.of(OFFSETS, TRANSACTIONS)) {
        int killed = leader(admin, coordinated);
        cluster.broker(killed).kill();
        assertOffsets(admin, ROUNDS);
        write(idle, "after " + coordinated);
        commit(readers, ROUNDS);
        awaitCompacted(cluster, coordinated);
        cluster.broker(killed).restart();
        cluster.broker(killed).awaitReady();
      }
      open.send(new ProducerRecord<>(TOPIC, 0, null, "kept open, too")).get();
      open.commitTransaction();
      readers.values().forEach(reader -> reader.close(CloseOptions.timeout(Duration.ZERO)));

      assertThat(readCommitted(cluster))
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(
                      Stream.of("before", "kept open", "kept open, too"),
                      IntStream.rangeClosed(1, ROUNDS).mapToObj(round -> "round " + round),
                      Stream.of("after " + OFFSETS, "after " + TRANSACTIONS))
                  .flatMap(each -> each)
                  .toList());
    }
  }

  private static void write(KafkaProducer<String, String> producer, String value) throws Exception {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(TOPIC, 1, null, value)).get();
    producer.commitTransaction();
  }

  /** Each group's offsets, which differ by group and partition. */
  private static Map<TopicPartition, OffsetAndMetadata> offsets(String group, int round) {
    return Map.of(
        new TopicPartition(TOPIC, 0), new OffsetAndMetadata(round, group + " at " + round),
        new TopicPartition(TOPIC, 1), new OffsetAndMetadata(2L * round, group));
  }

  private static void commit(Map<String, KafkaConsumer<String, String>> readers, int round) {
    readers.forEach(
        (group, reader) -> reader.commitSync(offsets(group, round), Duration.ofSeconds(30)));
  }

  /** One of each group, which reads nothing and only commits. */
  private static Map<String, KafkaConsumer<String, String>> readers(ClusterFork cluster) {
    Map<String, KafkaConsumer<String, String>> readers = new HashMap<>();
    for (String group : GROUPS) {
      var reader =
          new KafkaConsumer<>(
              Map.of("bootstrap.servers", cluster.bootstrap(), "group.id", group),
              new StringDeserializer(),
              new StringDeserializer());
      reader.assign(offsets(group, 0).keySet());
      readers.put(group, reader);
    }
    return readers;
  }

  private static void assertOffsets(Admin admin, int round) throws Exception {
    for (String group : GROUPS) {
      assertThat(
              admin
                  .listConsumerGroupOffsets(group)
                  .partitionsToOffsetAndMetadata()
                  .get(30, TimeUnit.SECONDS))
          .as(group)
          .isEqualTo(offsets(group, round));
    }
  }

  /** Small segments, by time as their least size is a MiB, and nothing waits to be compacted. */
  private static void tuned(Admin admin, String topic) throws Exception {
    Collection<AlterConfigOp> changes =
        Stream.of(
                new ConfigEntry("segment.ms", "200"),
                new ConfigEntry("min.cleanable.dirty.ratio", "0.01"),
                new ConfigEntry("delete.retention.ms", "100"),
                new ConfigEntry("max.compaction.lag.ms", "200"))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  private static int leader(Admin admin, String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(30, TimeUnit.SECONDS)
        .get(topic)
        .partitions()
        .getFirst()
        .leader()
        .id();
  }

  /** Most of the log is gone: of so many rounds only the last values are there. */
  private static void awaitCompacted(ClusterFork cluster, String topic) {
    var partition = new TopicPartition(topic, 0);
    Awaitility.await(topic + " to be compacted")
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          try (var consumer =
              new KafkaConsumer<>(
                  Map.<String, Object>of(
                      "bootstrap.servers", cluster.bootstrap(), "exclude.internal.topics", "false"),
                  new ByteArrayDeserializer(),
                  new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            int records = 0;
            while (consumer.position(partition) < end) {
              records += consumer.poll(Duration.ofSeconds(1)).count();
            }
            return records < end / 4;
          }
        });
  }

  private static List<String> readCommitted(ClusterFork cluster) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", cluster.bootstrap());
    settings.put("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all =
          List.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1));
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      List<String> values = new ArrayList<>();
      Awaitility.await("all that is committed")
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(each -> values.add(each.value()));
            return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
          });
      return values;
    }
  }

  private static KafkaProducer<String, String> producer(ClusterFork cluster, String id) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", cluster.bootstrap(), "transactional.id", id),
        new StringSerializer(),
        new StringSerializer());
  }
}
