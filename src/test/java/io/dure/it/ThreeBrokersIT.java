package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dure.wire.WireError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unmodified clients of the newest kafka-clients against three broker processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeBrokersIT {
  private static final long WAIT_S = 20;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  @BeforeAll
  void startThreeBrokers(@TempDir Path folder) {
    cluster = ClusterFork.start(3, folder);
    admin = adminThrough(cluster.bootstrap());
  }

  @AfterAll
  void stopThem() {
    admin.close(Duration.ofSeconds(1));
    cluster.close();
  }

  private static Admin adminThrough(String address) {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address));
  }

  private KafkaProducer<String, String> producer(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.putAll(more);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.putAll(more);
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private void create(String topic, int partitions) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, partitions, (short) 3)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
  }

  /**
   * The topic as {@code through} tells it once it has so many partitions. Each broker learns by
   * itself what the controller has decided: one that another client asks may be a moment behind.
   */
  private TopicDescription described(Admin through, String topic, int partitions) {
    return await(topic)
        .atMost(Duration.ofSeconds(WAIT_S))
        .ignoreExceptionsMatching(e -> e.getCause() instanceof UnknownTopicOrPartitionException)
        .until(() -> describe(through, topic), it -> it.partitions().size() == partitions);
  }

  private TopicDescription describe(Admin through, String topic) throws Exception {
    return through
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(WAIT_S, TimeUnit.SECONDS)
        .get(topic);
  }

  private static List<ConsumerRecord<String, String>> read(
      KafkaConsumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (records.size() < count && System.nanoTime() < until) {
      consumer.poll(Duration.ofMillis(200)).forEach(records::add);
    }
    return records;
  }

  private List<ConsumerRecord<String, String>> readAll(String topic, int partitions, int count) {
    try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int index = 0; index < partitions; index++) {
        all.add(new TopicPartition(topic, index));
      }
      consumer.assign(all);
      return read(consumer, count);
    }
  }

  @Test
  void describesTheSameClusterThroughEveryNode() throws Exception {
    Set<String> ids = new TreeSet<>();
    for (int node = 1; node <= 3; node++) {
      try (Admin through = adminThrough(cluster.address(node))) {
        var described = through.describeCluster();
        ids.add(described.clusterId().get(WAIT_S, TimeUnit.SECONDS));
        assertThat(described.nodes().get()).extracting(Node::id).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(described.controller().get().id()).isBetween(1, 3);
      }
    }
    assertThat(ids).hasSize(1);
  }

  @Test
  void dealsLeadersAndReplicasOutEvenly() throws Exception {
    create("spread", 6);

    Map<Integer, Integer> leaders = new TreeMap<>();
    Map<Integer, Integer> replicas = new TreeMap<>();
    for (int node = 1; node <= 3; node++) {
      try (Admin through = adminThrough(cluster.address(node))) {
        leaders.clear();
        replicas.clear();
        for (TopicPartitionInfo partition : described(through, "spread", 6).partitions()) {
          leaders.merge(partition.leader().id(), 1, Integer::sum);
          partition.replicas().forEach(replica -> replicas.merge(replica.id(), 1, Integer::sum));
        }
        assertThat(replicas).isEqualTo(Map.of(1, 6, 2, 6, 3, 6));
      }
    }
    assertThat(leaders).isEqualTo(Map.of(1, 2, 2, 2, 3, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void givesBackWhatWasProducedWithEveryCodec(String codec) throws Exception {
    String topic = "codec-" + codec;
    create(topic, 3);
    try (KafkaProducer<String, String> producer =
        producer(
            Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                codec,
                ProducerConfig.LINGER_MS_CONFIG,
                5))) {
      for (int i = 0; i < 3_000; i++) {
        producer.send(new ProducerRecord<>(topic, "key" + i % 7, "value " + i));
      }
    }

    List<ConsumerRecord<String, String>> records = readAll(topic, 3, 3_000);

    assertThat(records).extracting(ConsumerRecord::value).hasSize(3_000).doesNotHaveDuplicates();
    Map<String, Integer> last = new HashMap<>();
    for (ConsumerRecord<String, String> record : records) {
      int number = Integer.parseInt(record.value().substring(6));
      assertThat(number).isGreaterThan(last.getOrDefault(record.key(), -1));
      last.put(record.key(), number);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "all"})
  void takesRecordsWithEveryKindOfAcknowledgement(String acks) throws Exception {
    String topic = "acks-" + acks;
    create(topic, 1);
    try (KafkaProducer<String, String> producer =
        producer(
            Map.of(
                ProducerConfig.ACKS_CONFIG,
                acks,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                false))) {
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>(topic, "v" + i));
      }
    }

    assertThat(readAll(topic, 1, 100)).hasSize(100);
  }

  @Test
  void anIdempotentProducerGetsGaplessOffsetsInOrder() throws Exception {
    create("idempotent", 1);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        producer(
            Map.of(ProducerConfig.LINGER_MS_CONFIG, 0, ProducerConfig.BATCH_SIZE_CONFIG, 100))) {
      for (int i = 0; i < 500; i++) {
        sent.add(producer.send(new ProducerRecord<>("idempotent", "v" + i)));
      }
    }

    for (int i = 0; i < sent.size(); i++) {
      assertThat(sent.get(i).get().offset()).isEqualTo(i);
    }
    assertThat(readAll("idempotent", 1, 500)).hasSize(500);
  }

  @Test
  void aGroupCommitsAndGoesOnWhereItLeftOff() throws Exception {
    create("grouped", 3);
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      for (int i = 0; i < 300; i++) {
        producer.send(new ProducerRecord<>("grouped", i % 3, null, "v" + i));
      }
    }
    Map<String, Object> group = Map.of(ConsumerConfig.GROUP_ID_CONFIG, "readers");
    Set<String> seen = new TreeSet<>();
    try (KafkaConsumer<String, String> consumer = consumer(group)) {
      consumer.subscribe(List.of("grouped"));
      read(consumer, 300).forEach(record -> seen.add(record.value()));
      consumer.commitSync();
    }
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      producer.send(new ProducerRecord<>("grouped", 1, null, "more")).get();
    }

    List<ConsumerRecord<String, String>> later;
    try (KafkaConsumer<String, String> consumer = consumer(group)) {
      consumer.subscribe(List.of("grouped"));
      later = read(consumer, 1);
    }

    assertThat(seen).hasSize(300);
    assertThat(later).extracting(ConsumerRecord::value).containsExactly("more");
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets("readers")
            .partitionsToOffsetAndMetadata()
            .get(WAIT_S, TimeUnit.SECONDS);
    assertThat(committed).hasSize(3);
  }

  @Test
  void makesATopicWhenAProducerNamesIt() throws Exception {
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      producer.send(new ProducerRecord<>("made-on-demand", "v")).get(WAIT_S, TimeUnit.SECONDS);
    }

    assertThat(described(admin, "made-on-demand", 1).partitions().getFirst().replicas()).hasSize(3);
  }

  @Test
  void createsGrowsAndDeletesTopics() throws Exception {
    create("grown", 1);
    assertThatThrownBy(() -> create("grown", 1)).hasCauseInstanceOf(TopicExistsException.class);

    admin
        .createPartitions(Map.of("grown", NewPartitions.increaseTo(4)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
    assertThat(described(admin, "grown", 4).partitions()).hasSize(4);

    admin.deleteTopics(List.of("grown")).all().get(WAIT_S, TimeUnit.SECONDS);
    await("gone")
        .atMost(Duration.ofSeconds(WAIT_S))
        .untilAsserted(() ->
            assertThatThrownBy(() -> describe(admin, "grown"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class));
  }

  @Test
  void tellsOffsetsByTimeAndBothEnds() throws Exception {
    create("timed", 1);
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      for (int i = 0; i < 10; i++) {
        producer
            .send(new ProducerRecord<>("timed", 0, 1_000_000L + i * 1_000, null, "v" + i))
            .get();
      }
    }
    var partition = new TopicPartition("timed", 0);

    assertThat(offset(partition, OffsetSpec.earliest()).offset()).isZero();
    assertThat(offset(partition, OffsetSpec.latest()).offset()).isEqualTo(10);
    assertThat(offset(partition, OffsetSpec.forTimestamp(1_004_500)).offset()).isEqualTo(5);
    assertThat(offset(partition, OffsetSpec.maxTimestamp()).offset()).isEqualTo(9);
    assertThat(offset(partition, OffsetSpec.forTimestamp(9_999_999)).offset()).isEqualTo(-1);
  }

  private ListOffsetsResultInfo offset(TopicPartition partition, OffsetSpec spec) throws Exception {
    return admin
        .listOffsets(Map.of(partition, spec))
        .partitionResult(partition)
        .get(WAIT_S, TimeUnit.SECONDS);
  }

  @Test
  void tellsTheSettingsOfTopicsAndBrokersAndHoldsTheirLimits() throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic("limited", 1, (short) 3).configs(Map.of("max.message.bytes", "1000"))))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, "limited");
    var broker = new ConfigResource(ConfigResource.Type.BROKER, "2");

    var configs = admin.describeConfigs(List.of(topic, broker)).all().get(WAIT_S, TimeUnit.SECONDS);

    assertThat(configs.get(topic).get("max.message.bytes").value()).isEqualTo("1000");
    assertThat(configs.get(topic).get("cleanup.policy").isDefault()).isTrue();
    assertThat(configs.get(broker).entries()).isNotEmpty();
    try (KafkaProducer<String, String> producer = producer(Map.of())) {
      assertThatThrownBy(
              () -> producer.send(new ProducerRecord<>("limited", "x".repeat(2_000))).get())
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  @Test
  void aFollowerAppendsAndHandsOutNothingAndNamesTheLeader() throws Exception {
    create("led", 1);
    TopicDescription described = describe(admin, "led");
    int leader = described.partitions().getFirst().leader().id();
    int follower = 1 + leader % 3;

    try (var connection = new RawConnection(cluster.port(follower))) {
      ProduceResponseData produced =
          connection.ask(ApiKeys.PRODUCE, 13, produceOne(described.topicId()));
      FetchResponseData fetched = connection.ask(ApiKeys.FETCH, 16, fetchOne(described.topicId()));

      var toProducer = produced.responses().iterator().next().partitionResponses().getFirst();
      assertThat(toProducer.errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
      assertThat(toProducer.currentLeader().leaderId()).isEqualTo(leader);
      assertThat(produced.nodeEndpoints().find(leader).port()).isEqualTo(cluster.port(leader));
      var toConsumer = fetched.responses().getFirst().partitions().getFirst();
      assertThat(toConsumer.errorCode()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER.code());
      assertThat(toConsumer.currentLeader().leaderId()).isEqualTo(leader);
      assertThat(fetched.nodeEndpoints().find(leader).port()).isEqualTo(cluster.port(leader));
    }
    assertThat(offset(new TopicPartition("led", 0), OffsetSpec.latest()).offset()).isZero();
  }

  private static ProduceRequestData produceOne(Uuid topic) {
    var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000);
    request
        .topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setTopicId(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(0)
                            .setRecords(
                                MemoryRecords.withRecords(
                                    Compression.NONE, new SimpleRecord("v".getBytes()))))));
    return request;
  }

  private static FetchRequestData fetchOne(Uuid topic) {
    return new FetchRequestData()
        .setMaxBytes(1_000)
        .setTopics(
            List.of(
                new FetchRequestData.FetchTopic()
                    .setTopicId(topic)
                    .setPartitions(
                        List.of(
                            new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setPartitionMaxBytes(1_000)))));
  }

  @Test
  void aFailureThatNobodyWaitsForClosesTheConnection() throws Exception {
    try (var connection = new RawConnection(cluster.port(1))) {
      connection.send(ApiKeys.PRODUCE, 13, produceOne(new Uuid(9, 9)).setAcks((short) 0));

      assertThat(connection.isClosedByBroker()).isTrue();
    }
  }
}
