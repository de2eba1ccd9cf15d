package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterPartitionReassignmentsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas move between four brokers in processes of their own, under load and kill -9. */
class ReassignmentIT {
  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  @BeforeEach
  void startFourBrokers(@TempDir Path folder) throws Exception {
    cluster = ClusterFork.start(4, folder);
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()));
    Map<Integer, List<Integer>> replicas = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      replicas.put(i, List.of(1 + i % 3, 1 + (i + 1) % 3, 1 + (i + 2) % 3));
    }
    try {
      admin.createTopics(List.of(new NewTopic(TOPIC, replicas))).all().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      // The client asks again when the answer takes long.
      assertThat(e).hasCauseInstanceOf(TopicExistsException.class);
    }
  }

  @AfterEach
  void killThem() {
    admin.close(Duration.ZERO);
    cluster.close();
  }

  private static TopicPartition partition(int index) {
    return new TopicPartition(TOPIC, index);
  }

  private void move(int index, Integer... replicas) throws Exception {
    var wanted =
        replicas.length == 0
            ? Optional.<NewPartitionReassignment>empty()
            : Optional.of(new NewPartitionReassignment(List.of(replicas)));
    admin
        .alterPartitionReassignments(Map.of(partition(index), wanted))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  private void awaitNothingMoves() {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() ->
            admin.listPartitionReassignments().reassignments().get(5, TimeUnit.SECONDS).isEmpty());
  }

  private TopicPartitionInfo described(int index) throws Exception {
    return admin
        .describeTopics(List.of(TOPIC))
        .allTopicNames()
        .get(20, TimeUnit.SECONDS)
        .get(TOPIC)
        .partitions()
        .get(index);
  }

  private List<Integer> replicas(int index) throws Exception {
    return described(index).replicas().stream().map(Node::id).toList();
  }

  /** Sends numbers to all partitions in turn, and notes how long each acknowledgement took. */
  private final class Load implements AutoCloseable {
    private final KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                cluster.bootstrap(),
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new StringSerializer(),
            new StringSerializer());
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Long> tookMs = new ConcurrentLinkedQueue<>();
    private final Queue<Exception> errors = new ConcurrentLinkedQueue<>();
    private final Thread sender = Thread.ofVirtual().start(this::send);
    private volatile boolean ended;

    private void send() {
      for (int i = 0; !ended; i++) {
        String value = Integer.toString(i);
        long sentNs = System.nanoTime();
        producer.send(
            new ProducerRecord<>(TOPIC, i % PARTITIONS, "", value),
            (_, error) -> {
              if (error == null) {
                acknowledged.add(value);
                tookMs.add((System.nanoTime() - sentNs) / 1_000_000);
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

    private long percentile(int percent) {
      List<Long> sorted = tookMs.stream().sorted().toList();
      return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      sender.join();
      producer.flush();
      producer.close(PATIENCE);
    }
  }

  private List<List<String>> readAll() {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrap(),
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest");
    List<List<String>> all = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      for (int i = 0; i < PARTITIONS; i++) {
        List<String> values = new ArrayList<>();
        consumer.assign(List.of(partition(i)));
        long end = consumer.endOffsets(List.of(partition(i)), PATIENCE).get(partition(i));
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(partition(i), PATIENCE) < end && System.nanoTime() < until) {
          consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
        }
        all.add(values);
      }
    }
    return all;
  }

  @Test
  void allReplicasOfALoadedTopicMoveWhileABrokerIsKilled() throws Exception {
    var load = new Load();
    try (load) {
      load.awaitMore(500);
      for (int i = 0; i < PARTITIONS; i++) {
        move(i, 4, 1 + i % 3, 1 + (i + 1) % 3);
      }
      cluster.broker(2).kill();
      load.awaitMore(300);
      cluster.broker(2).restart();
      cluster.broker(2).awaitReady();
      load.awaitMore(100);
      awaitNothingMoves();
      // Down to one, and onto others only.
      move(0, 3);
      move(1, 2, 1, 3, 4);
      awaitNothingMoves();
      load.awaitMore(300);
    }

    assertThat(load.errors).isEmpty();
    assertThat(replicas(0)).containsExactly(3);
    assertThat(replicas(1)).containsExactly(2, 1, 3, 4);
    for (int i = 2; i < PARTITIONS; i++) {
      assertThat(replicas(i)).containsExactly(4, 1 + i % 3, 1 + (i + 1) % 3);
    }
    Set<String> read = new HashSet<>();
    for (List<String> values : readAll()) {
      List<Integer> numbers = values.stream().map(Integer::valueOf).toList();
      assertThat(numbers).isSorted().doesNotHaveDuplicates();
      read.addAll(values);
    }
    assertThat(read).containsAll(load.acknowledged);
    System.out.printf(
        "moved under load: %d acknowledged, p50 %d ms, p99 %d ms, longest %d ms%n",
        load.acknowledged.size(), load.percentile(50), load.percentile(99), load.percentile(100));
    assertThat(load.percentile(90)).isLessThan(2_000);
  }

  @Test
  void aMoveWaitsForADeadBrokerAndCanBeCancelled() throws Exception {
    cluster.broker(4).kill();
    move(0, 1, 2, 3, 4);
    var ongoing = admin.listPartitionReassignments().reassignments().get(20, TimeUnit.SECONDS);
    assertThat(ongoing).containsOnlyKeys(partition(0));
    assertThat(ongoing.get(partition(0)).replicas()).containsExactly(1, 2, 3, 4);
    assertThat(ongoing.get(partition(0)).addingReplicas()).containsExactly(4);
    assertThat(ongoing.get(partition(0)).removingReplicas()).isEmpty();
    assertThat(replicas(0)).containsExactly(1, 2, 3, 4);

    move(0);

    awaitNothingMoves();
    assertThat(replicas(0)).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> move(0)).hasCauseInstanceOf(NoReassignmentInProgressException.class);
  }

  @Test
  void whatMakesNoSenseIsRefusedAsKafkaDoes() {
    assertThatThrownBy(() -> move(0, 1, 2, 99))
        .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
    assertThatThrownBy(() -> move(0, 1, 1, 2))
        .hasCauseInstanceOf(InvalidReplicaAssignmentException.class);
    assertThatThrownBy(() -> move(77, 1, 2, 3))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() ->
            admin
                .alterPartitionReassignments(
                    Map.of(partition(0), Optional.of(new NewPartitionReassignment(List.of(1, 2)))),
                    new AlterPartitionReassignmentsOptions().allowReplicationFactorChange(false))
                .all()
                .get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InvalidReplicationFactorException.class);
  }

  @Test
  void thePreferredReplicaLeadsWhenAsked() throws Exception {
    assertThatThrownBy(() ->
            admin
                .electLeaders(ElectionType.PREFERRED, Set.of(partition(0)))
                .all()
                .get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ElectionNotNeededException.class);
    move(0, 2, 1, 3);
    awaitNothingMoves();

    Awaitility.await().atMost(PATIENCE).until(() -> described(0).leader().id() == 2);
    assertThat(
            admin.electLeaders(ElectionType.PREFERRED, null).partitions().get(20, TimeUnit.SECONDS))
        .isEmpty();
  }

  @Test
  void aBrokerThatIsNeededIsNotForgotten() {
    assertThatThrownBy(() -> admin.unregisterBroker(3).all().get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(PolicyViolationException.class)
        .hasMessageContaining("alive");
    assertThatThrownBy(() -> admin.unregisterBroker(77).all().get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(BrokerIdNotRegisteredException.class);
  }
}
