package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see when broker processes are killed. Bounds are wide: the machine may be busy. */
class FailoverIT {
  private static final String TOPIC = "orders";
  private static final Duration SETTLED = Duration.ofMillis(700);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @BeforeEach
  void startThreeBrokers(@TempDir Path folder) throws Exception {
    cluster = ClusterFork.start(3, folder);
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(TOPIC, 1, (short) 3)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void killThem() {
    cluster.close();
  }

  private Admin admin() {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
  }

  private int leader() throws Exception {
    try (Admin admin = admin()) {
      return admin
          .describeTopics(List.of(TOPIC))
          .allTopicNames()
          .get(20, TimeUnit.SECONDS)
          .get(TOPIC)
          .partitions()
          .getFirst()
          .leader()
          .id();
    }
  }

  private KafkaProducer<String, String> producer(String bootstrap, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.putAll(more);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private List<String> readAll(String bootstrap) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      var partition = new TopicPartition(TOPIC, 0);
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(partition, PATIENCE) < end && System.nanoTime() < until) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  /**
   * Sends numbers one after another, about 500 a second, until it is closed; notes what was
   * acknowledged.
   */
  private final class Load implements AutoCloseable {
    private final KafkaProducer<String, String> producer = producer(cluster.bootstrap(), Map.of());
    private final Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Exception> errors = new ConcurrentLinkedQueue<>();
    private final Thread sender = Thread.ofVirtual().unstarted(this::send);
    private volatile boolean ended;

    private Load() {
      sender.start();
    }

    private void send() {
      for (int i = 0; !ended; i++) {
        int number = i;
        producer.send(
            new ProducerRecord<>(TOPIC, Integer.toString(i)),
            (_, error) -> {
              if (error == null) {
                acknowledged.add(number);
              } else {
                errors.add(error);
              }
            });
        try {
          Thread.sleep(2);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private void awaitMore(int count) {
      int target = acknowledged.size() + count;
      Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() >= target);
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      sender.join();
      producer.flush();
      producer.close(PATIENCE);
    }
  }

  private static void assertNothingLostRepeatedOrReordered(Load load, List<String> read) {
    assertThat(load.errors).isEmpty();
    List<Integer> numbers = read.stream().map(Integer::valueOf).toList();
    assertThat(numbers).isSorted().doesNotHaveDuplicates().containsAll(load.acknowledged);
  }

  @Test
  void aKilledLeaderCostsNoErrorNoRecordAndNoOrder() throws Exception {
    var load = new Load();
    try (load) {
      for (int round = 0; round < 2; round++) {
        load.awaitMore(300);
        int leader = leader();
        cluster.broker(leader).kill();
        load.awaitMore(300);
        cluster.broker(leader).restart();
        cluster.broker(leader).awaitReady();
      }
      load.awaitMore(300);
    }

    assertNothingLostRepeatedOrReordered(load, readAll(cluster.bootstrap()));
  }

  @Test
  void allKilledAtOnceLoseNothingThatWasAcknowledged() throws Exception {
    var load = new Load();
    try (load) {
      load.awaitMore(500);
      for (int node = 1; node <= 3; node++) {
        cluster.broker(node).kill();
      }
      for (int node = 1; node <= 3; node++) {
        cluster.broker(node).restart();
      }
      for (int node = 1; node <= 3; node++) {
        cluster.broker(node).awaitReady();
      }
      load.awaitMore(300);
    }

    assertNothingLostRepeatedOrReordered(load, readAll(cluster.bootstrap()));
  }

  @Test
  void withOneOfThreeLeftWritesAreRefusedAndReadsGoOnUntilOneIsBack() throws Exception {
    try (KafkaProducer<String, String> producer = producer(cluster.bootstrap(), Map.of())) {
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>(TOPIC, Integer.toString(i))).get();
      }
    }
    // Two hold each record when it is acknowledged; the third, which is to survive, may be a flush
    // behind.
    Thread.sleep(SETTLED.toMillis());
    cluster.broker(1).kill();
    cluster.broker(2).kill();
    String survivor = cluster.address(3);

    Map<String, Object> oneTry =
        Map.of(
            ProducerConfig.RETRIES_CONFIG,
            0,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            false,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            10_000);
    for (String acks : List.of("1", "all")) {
      Map<String, Object> config = new HashMap<>(oneTry);
      config.put(ProducerConfig.ACKS_CONFIG, acks);
      try (KafkaProducer<String, String> producer = producer(survivor, config)) {
        assertThatThrownBy(
                () -> producer.send(new ProducerRecord<>(TOPIC, "lost")).get(10, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(RetriableException.class);
      }
    }
    assertThat(readAll(survivor)).hasSize(100);

    cluster.broker(1).restart();
    cluster.broker(1).awaitReady();
    try (KafkaProducer<String, String> producer = producer(survivor, Map.of())) {
      producer.send(new ProducerRecord<>(TOPIC, "100")).get(20, TimeUnit.SECONDS);
    }
    assertThat(readAll(survivor)).hasSize(101).endsWith("100");
  }
}
