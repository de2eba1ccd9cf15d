package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of unmodified clients on three broker processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionsIT {
  private static final long WAIT_S = 30;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  @BeforeAll
  void startThreeBrokers(@TempDir Path folder) {
    cluster = ClusterFork.start(3, folder);
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
  }

  @AfterAll
  void stopThem() {
    admin.close(Duration.ofSeconds(1));
    cluster.close();
  }

  @Test
  void whatIsCommittedIsReadAndWhatIsAbortedIsNot() throws Exception {
    createTopic("mixed", 3);
    try (KafkaProducer<String, String> producer = producer("mixed", 60_000)) {
      producer.initTransactions();
      for (int round = 0; round < 20; round++) {
        producer.beginTransaction();
        for (int partition = 0; partition < 3; partition++) {
          producer.send(new ProducerRecord<>("mixed", partition, null, round + "/" + partition));
        }
        if (round % 3 == 2) {
          producer.flush();
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      for (int partition = 0; partition < 3 && round % 3 != 2; partition++) {
        expected.add(round + "/" + partition);
      }
    }

    assertThat(readCommitted("mixed", 3, expected.size()))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aSecondProducerFencesTheFirst() throws Exception {
    createTopic("fenced", 1);
    try (KafkaProducer<String, String> zombie = producer("fenced", 60_000);
        KafkaProducer<String, String> next = producer("fenced", 60_000)) {
      zombie.initTransactions();
      zombie.beginTransaction();
      zombie.send(new ProducerRecord<>("fenced", "of the zombie")).get();
      next.initTransactions();
      next.beginTransaction();
      next.send(new ProducerRecord<>("fenced", "of the next")).get();

      assertThatThrownBy(zombie::commitTransaction)
          .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
      next.commitTransaction();
    }

    assertThat(readCommitted("fenced", 1, 1)).containsExactly("of the next");
  }

  @Test
  void aTransactionThatLastsTooLongIsAbortedAndNoLongerInTheWay() throws Exception {
    createTopic("slow", 1);
    try (KafkaProducer<String, String> sleeper = producer("slow", 1_000);
        KafkaProducer<String, String> other = producer("other", 60_000)) {
      sleeper.initTransactions();
      sleeper.beginTransaction();
      sleeper.send(new ProducerRecord<>("slow", "never to be seen")).get();
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>("slow", "behind it")).get();
      other.commitTransaction();
      await("the abort", () -> described("slow").state() == TransactionState.COMPLETE_ABORT);

      assertThat(readCommitted("slow", 1, 1)).containsExactly("behind it");
      assertThatThrownBy(sleeper::commitTransaction).isInstanceOf(KafkaException.class);
    }
  }

  @Test
  void peopleCanSeeTransactions() throws Exception {
    createTopic("seen", 2);
    try (KafkaProducer<String, String> producer = producer("seen-id", 60_000)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("seen", 1, null, "x")).get();
      TransactionDescription ongoing = described("seen-id");

      assertThat(ongoing.state()).isEqualTo(TransactionState.ONGOING);
      assertThat(ongoing.topicPartitions()).containsExactly(new TopicPartition("seen", 1));
      assertThat(ongoing.transactionTimeoutMs()).isEqualTo(60_000);
      assertThat(admin.listTransactions().all().get())
          .anyMatch(each ->
              each.transactionalId().equals("seen-id") && each.state() == TransactionState.ONGOING);
      producer.abortTransaction();
    }
  }

  /**
   * A chain of consume, transform and produce in one transaction each, which is killed and done
   * again by its successor, while brokers are killed in turn and zombies go on writing.
   */
  @Test
  void everyInputComesOutOnceWhileBrokersAndProcessesDie() throws Exception {
    int inputs = 240;
    createTopic("in", 4);
    createTopic("out", 4);
    try (KafkaProducer<String, String> producer = plain()) {
      for (int i = 0; i < inputs; i++) {
        producer.send(new ProducerRecord<>("in", i % 4, null, "i" + i));
      }
    }
    var random = new Random(7);
    List<Link> zombies = new ArrayList<>();
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(45);
    int done = 0;
    int kills = 0;
    Link link = new Link(cluster.bootstrap());
    while (done < inputs && System.nanoTime() < deadlineNs) {
      int copied = link.copySome(random);
      if (copied < 0) {
        link.close();
        link = new Link(cluster.bootstrap());
        continue;
      }
      done += copied;
      if (done > 50 * (kills + 1) && kills < 3) {
        kills++;
        int victim = kills;
        zombies.add(link);
        link.beginAndLeaveOpen();
        cluster.broker(victim).kill();
        link = new Link(cluster.bootstrap());
        link.copySome(random);
        cluster.broker(victim).restart();
        cluster.broker(victim).awaitReady();
        zombies.forEach(Link::tryToCommit);
      }
      done = (int) committed();
    }
    zombies.forEach(Link::close);
    link.close();

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      expected.add("o" + i);
    }
    assertThat(kills).isEqualTo(3);
    assertThat(readCommitted("out", 4, inputs)).containsExactlyInAnyOrderElementsOf(expected);
  }

  private long committed() throws Exception {
    return admin
        .listConsumerGroupOffsets("chain")
        .partitionsToOffsetAndMetadata()
        .get(WAIT_S, TimeUnit.SECONDS)
        .values()
        .stream()
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }

  /** One life of the process that copies. All are driven by the test's thread. */
  private final class Link {
    private final KafkaProducer<String, String> producer = producer("chain", 30_000);
    private final KafkaConsumer<String, String> consumer;
    private boolean begun;

    Link(String bootstrap) {
      consumer =
          new KafkaConsumer<>(
              consumerConfig(bootstrap, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20)),
              new StringDeserializer(),
              new StringDeserializer());
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(new TopicPartition("in", i));
      }
      consumer.assign(all);
      producer.initTransactions();
      consumer
          .committed(Set.copyOf(all))
          .forEach((partition, offset) ->
              consumer.seek(partition, offset == null ? 0 : offset.offset()));
    }

    /** How many inputs were copied; -1 if this life is over. */
    int copySome(Random random) {
      try {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(300));
        if (records.isEmpty()) {
          return 0;
        }
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ConsumerRecord<String, String> each : records) {
          String value = "o" + each.value().substring(1);
          producer.send(new ProducerRecord<>("out", each.partition(), null, value));
          offsets.put(
              new TopicPartition(each.topic(), each.partition()),
              new OffsetAndMetadata(each.offset() + 1));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        if (random.nextInt(6) == 0) {
          producer.flush();
          producer.abortTransaction();
          return -1;
        }
        producer.commitTransaction();
        return records.count();
      } catch (KafkaException e) {
        return -1;
      }
    }

    void beginAndLeaveOpen() {
      try {
        producer.beginTransaction();
        begun = true;
        producer.send(new ProducerRecord<>("out", 0, null, "of a zombie"));
        producer.flush();
      } catch (KafkaException e) {
        begun = false;
      }
    }

    void tryToCommit() {
      try {
        if (begun) {
          producer.send(new ProducerRecord<>("out", 1, null, "of a zombie, later"));
          producer.commitTransaction();
        }
      } catch (KafkaException e) {
        begun = false; // fenced
      }
    }

    void close() {
      producer.close(Duration.ofSeconds(1));
      consumer.close();
    }
  }

  // ---- what all tests need

  private void createTopic(String name, int partitions) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(name, partitions, (short) 3)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
  }

  private TransactionDescription described(String id) {
    try {
      return admin.describeTransactions(List.of(id)).description(id).get(WAIT_S, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private KafkaProducer<String, String> producer(String id, int timeoutMs) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, timeoutMs);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private KafkaProducer<String, String> plain() {
    return new KafkaProducer<>(
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()),
        new StringSerializer(),
        new StringSerializer());
  }

  private static Map<String, Object> consumerConfig(String bootstrap, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, "chain");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return config;
  }

  /** All that is readable up to the last stable offset; waits until there is so much at least. */
  private List<String> readCommitted(String topic, int partitions, int atLeast) {
    List<String> read = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            consumerConfig(cluster.bootstrap(), Map.of()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        all.add(new TopicPartition(topic, i));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
      while (System.nanoTime() < deadlineNs) {
        consumer.poll(Duration.ofMillis(200)).forEach(each -> read.add(each.value()));
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        boolean atEnd = all.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
        if (read.size() >= atLeast && atEnd) {
          break;
        }
      }
    }
    return read;
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
      Thread.sleep(50);
    }
  }
}
