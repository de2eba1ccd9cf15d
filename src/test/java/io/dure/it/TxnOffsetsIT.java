package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Offsets that unmodified producers commit in their transactions, on three broker processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TxnOffsetsIT {
  private static final long WAIT_S = 60;
  private static final TopicPartition READ = new TopicPartition("read", 0);

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  @BeforeAll
  void startThreeBrokers(@TempDir Path folder) throws Exception {
    cluster = ClusterFork.start(3, folder);
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
    admin
        .createTopics(
            List.of(
                new NewTopic("read", 1, (short) 3),
                new NewTopic("in", 3, (short) 3),
                new NewTopic("out", 3, (short) 3)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
  }

  @AfterAll
  void stopThem() {
    admin.close(Duration.ofSeconds(1));
    cluster.close();
  }

  private KafkaProducer<String, String> producer(String transactionalId) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    if (!transactionalId.isEmpty()) {
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
      config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 20_000);
    }
    var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    if (!transactionalId.isEmpty()) {
      producer.initTransactions();
    }
    return producer;
  }

  private KafkaConsumer<String, String> consumer(String group, String topic) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20);
    var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  private static Map<TopicPartition, OffsetAndMetadata> at(long offset) {
    return Map.of(READ, new OffsetAndMetadata(offset));
  }

  /** A consumer waits while a transaction may move the offset. */
  private long committed(String group) {
    try (var consumer = consumer(group, "read")) {
      OffsetAndMetadata offset =
          consumer.committed(Set.of(READ), Duration.ofSeconds(WAIT_S)).get(READ);
      return offset == null ? -1 : offset.offset();
    }
  }

  /** An administrator is told what counts now. */
  private long committedNow(String group) throws Exception {
    OffsetAndMetadata offset =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(WAIT_S, TimeUnit.SECONDS)
            .get(READ);
    return offset == null ? -1 : offset.offset();
  }

  @Test
  void offsetsCountWithTheirTransactionAndOnlyThen() throws Exception {
    var group = new ConsumerGroupMetadata("counting");
    try (var producer = producer("counting")) {
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(at(5), group);
      assertThat(committedNow("counting")).isEqualTo(-1);
      producer.commitTransaction();
      assertThat(committed("counting")).isEqualTo(5);

      producer.beginTransaction();
      producer.sendOffsetsToTransaction(at(9), group);
      assertThat(committedNow("counting")).isEqualTo(5);
      producer.abortTransaction();
      assertThat(committed("counting")).isEqualTo(5);

      producer.beginTransaction();
      producer.sendOffsetsToTransaction(at(7), group);
      producer.commitTransaction();
      assertThat(committed("counting")).isEqualTo(7);
    }
  }

  @Test
  void anOpenTransactionSurvivesTheGroupsCoordinator() throws Exception {
    var group = new ConsumerGroupMetadata("surviving");
    try (var producer = producer("surviving")) {
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(at(11), group);
      int coordinator =
          admin
              .describeConsumerGroups(List.of("surviving"))
              .all()
              .get(WAIT_S, TimeUnit.SECONDS)
              .get("surviving")
              .coordinator()
              .id();
      cluster.broker(coordinator).kill();
      cluster.broker(coordinator).restart();
      cluster.broker(coordinator).awaitReady();
      assertThat(committedNow("surviving")).isEqualTo(-1);
      producer.commitTransaction();

      assertThat(committed("surviving")).isEqualTo(11);
    }
  }

  @Test
  void aZombiesOffsetsNeverCount() throws Exception {
    var group = new ConsumerGroupMetadata("haunted");
    try (var zombie = producer("haunted")) {
      zombie.beginTransaction();
      zombie.sendOffsetsToTransaction(at(3), group);
      try (var heir = producer("haunted")) {
        heir.beginTransaction();
        heir.sendOffsetsToTransaction(at(4), group);
        heir.commitTransaction();
        assertThatThrownBy(
                () -> {
                  zombie.sendOffsetsToTransaction(at(99), group);
                  zombie.commitTransaction();
                })
            .isInstanceOf(KafkaException.class);

        assertThat(committed("haunted")).isEqualTo(4);
      }
    }
  }

  /** Each input comes out once, whatever breaks: the offset is part of the output's transaction. */
  @Test
  void everyInputComesOutOnceWhileBrokersAreKilledInTurn() throws Exception {
    int inputs = 600;
    try (var source = producer("")) {
      IntStream.range(0, inputs)
          .forEach(i -> source.send(new ProducerRecord<>("in", "k" + i, Integer.toString(i))));
      source.flush();
    }
    int killed = 0;
    int done = 0;
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(4 * WAIT_S);
    while (done < inputs) {
      assertThat(System.nanoTime()).as("in time, %d done", done).isLessThan(untilNs);
      // Each round is a new life of the program; what the former left open is aborted.
      try (var producer = producer("copying");
          var consumer = consumer("copying", "in")) {
        for (int batch = 0; batch < 8 && done < inputs; batch++) {
          ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
          if (!records.isEmpty()) {
            copy(records, producer, consumer.groupMetadata());
            done = outputs().size();
          }
        }
      } catch (KafkaException e) {
        // The next life goes on from what was committed.
      }
      int broker = 1 + killed++ % 3;
      cluster.broker(broker).kill();
      cluster.broker(broker).restart();
      cluster.broker(broker).awaitReady();
      done = outputs().size();
    }

    assertThat(outputs()).hasSize(inputs).doesNotHaveDuplicates();
  }

  private static void copy(
      ConsumerRecords<String, String> records,
      KafkaProducer<String, String> producer,
      ConsumerGroupMetadata group) {
    producer.beginTransaction();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (ConsumerRecord<String, String> record : records) {
      producer.send(new ProducerRecord<>("out", record.key(), record.value()));
      offsets.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    producer.sendOffsetsToTransaction(offsets, group);
    producer.commitTransaction();
  }

  /** What read_committed sees of the output, from its beginning. */
  private List<String> outputs() {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (var reader =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all =
          IntStream.range(0, 3).mapToObj(p -> new TopicPartition("out", p)).toList();
      reader.assign(all);
      reader.seekToBeginning(all);
      Map<TopicPartition, Long> ends = reader.endOffsets(all);
      List<String> values = new ArrayList<>();
      while (all.stream().anyMatch(p -> reader.position(p) < ends.getOrDefault(p, 0L))) {
        reader.poll(Duration.ofMillis(200)).forEach(r -> values.add(r.value()));
      }
      return values;
    }
  }
}
