package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups of unmodified clients on three broker processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupsIT {
  private static final long WAIT_S = 30;

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  private final List<Member> members = new ArrayList<>();

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

  @AfterEach
  void membersLeave() {
    members.forEach(m -> m.consumer.close(CloseOptions.timeout(Duration.ofSeconds(2))));
    members.clear();
  }

  /**
   * A consumer that counts what happens to its partitions. All are polled by the test's thread, in
   * turn.
   */
  private static final class Member implements ConsumerRebalanceListener {
    final KafkaConsumer<String, String> consumer;
    final List<Integer> seen = new ArrayList<>();
    int assignments;
    int revoked;

    Member(KafkaConsumer<String, String> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      assignments++;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      revoked += partitions.size();
    }

    int size() {
      return consumer.assignment().size();
    }

    void poll() {
      consumer.poll(Duration.ofMillis(100)).forEach(r -> seen.add(Integer.valueOf(r.value())));
    }
  }

  private Member member(String group, String topic, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 300);
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    config.putAll(more);
    var member =
        new Member(new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer()));
    member.consumer.subscribe(List.of(topic), member);
    members.add(member);
    return member;
  }

  private void create(String topic, int partitions) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, partitions, (short) 3)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
  }

  private void produce(String topic, int from, int end) {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = from; i < end; i++) {
        producer.send(new ProducerRecord<>(topic, "k" + i, Integer.toString(i)));
      }
      producer.flush();
    }
  }

  private void pollUntil(BooleanSupplier done) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(until);
      members.forEach(Member::poll);
    }
  }

  private ConsumerGroupDescription describe(String group) throws Exception {
    return admin
        .describeConsumerGroups(List.of(group))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS)
        .get(group);
  }

  @Test
  void partitionsAreSharedAndSharedAnewWhenMembersComeAndGo() throws Exception {
    create("shared", 6);
    Member a = member("sharing", "shared", Map.of());
    pollUntil(() -> a.size() == 6);
    Member b = member("sharing", "shared", Map.of());
    Member c = member("sharing", "shared", Map.of());
    pollUntil(() -> a.size() == 2 && b.size() == 2 && c.size() == 2);
    Set<TopicPartition> all = new HashSet<>();
    members.forEach(m -> all.addAll(m.consumer.assignment()));
    assertThat(all).hasSize(6);

    c.consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    members.remove(c);
    pollUntil(() -> a.size() == 3 && b.size() == 3);
  }

  @Test
  void nothingIsReadTwiceOrNotAtAllWhenWorkIsHandedOver() throws Exception {
    create("handed", 3);
    produce("handed", 0, 100);
    Member a = member("handing", "handed", Map.of());
    pollUntil(() -> a.seen.size() == 100);
    a.consumer.commitSync();
    a.consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    members.clear();
    produce("handed", 100, 150);
    Member b = member("handing", "handed", Map.of());
    pollUntil(() -> b.seen.size() >= 50);

    assertThat(b.seen).hasSize(50).allMatch(i -> i >= 100);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        RangeAssignor.class,
        RoundRobinAssignor.class,
        StickyAssignor.class,
        CooperativeStickyAssignor.class
      })
  void everyStrategyOfTheClientSharesAllPartitions(Class<?> assignor) throws Exception {
    String name = assignor.getSimpleName();
    create(name, 6);
    Map<String, Object> config =
        Map.of(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, assignor.getName());
    Member a = member("by" + name, name, config);
    Member b = member("by" + name, name, config);
    Member c = member("by" + name, name, config);
    pollUntil(() -> a.size() == 2 && b.size() == 2 && c.size() == 2);
    a.consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    members.remove(a);
    pollUntil(() -> b.size() == 3 && c.size() == 3);

    Set<TopicPartition> all = new HashSet<>(b.consumer.assignment());
    all.addAll(c.consumer.assignment());
    assertThat(all).hasSize(6);
  }

  @Test
  void cooperativeMembersKeepWhatTheyNeedNotGive() throws Exception {
    create("cooperative", 6);
    Map<String, Object> cooperative =
        Map.of(
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            CooperativeStickyAssignor.class.getName());
    Member a = member("cooperating", "cooperative", cooperative);
    pollUntil(() -> a.size() == 6);
    Member b = member("cooperating", "cooperative", cooperative);
    pollUntil(() -> a.size() == 3 && b.size() == 3);

    assertThat(a.revoked).isEqualTo(3);
    assertThat(describe("cooperating").partitionAssignor()).isEqualTo("cooperative-sticky");
  }

  @Test
  void aStaticMemberComesBackToItsPartitionsWithoutARebalance() throws Exception {
    create("static", 4);
    Member a = member("statics", "static", Map.of(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "a"));
    Member b = member("statics", "static", Map.of(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "b"));
    pollUntil(() -> a.size() == 2 && b.size() == 2);
    Set<TopicPartition> before = b.consumer.assignment();
    int assignments = a.assignments;
    b.consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    members.remove(b);
    Member again =
        member("statics", "static", Map.of(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "b"));
    pollUntil(() -> again.size() == 2);

    assertThat(again.consumer.assignment()).isEqualTo(before);
    assertThat(a.assignments).isEqualTo(assignments);
    admin
        .removeMembersFromConsumerGroup(
            "statics", new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("b"))))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
    members.remove(again);
    pollUntil(() -> a.size() == 4);
    again.consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
  }

  @Test
  void membersStayMembersWhenTheCoordinatorDies() throws Exception {
    create("surviving", 4);
    produce("surviving", 0, 40);
    Member a = member("survivors", "surviving", Map.of());
    Member b = member("survivors", "surviving", Map.of());
    pollUntil(() -> a.size() == 2 && b.size() == 2 && a.seen.size() + b.seen.size() == 40);
    a.consumer.commitSync();
    b.consumer.commitSync();
    int coordinator = describe("survivors").coordinator().id();
    int assignments = a.assignments + b.assignments;
    cluster.broker(coordinator).kill();
    try {
      produce("surviving", 40, 80);
      pollUntil(() -> a.seen.size() + b.seen.size() == 80);
      a.consumer.commitSync(Duration.ofSeconds(20));
      b.consumer.commitSync(Duration.ofSeconds(20));

      assertThat(a.assignments + b.assignments).isEqualTo(assignments);
      assertThat(describe("survivors").coordinator().id()).isNotEqualTo(coordinator);
      assertThat(describe("survivors").groupState()).isEqualTo(GroupState.STABLE);
    } finally {
      cluster.broker(coordinator).restart();
      cluster.broker(coordinator).awaitReady();
    }
  }

  @Test
  void administratorsSeeAndMendGroups() throws Exception {
    create("mended", 2);
    produce("mended", 0, 20);
    Member a = member("mending", "mended", Map.of());
    pollUntil(() -> a.seen.size() == 20);
    a.consumer.commitSync(Map.of(new TopicPartition("mended", 0), new OffsetAndMetadata(3, "why")));
    assertThat(admin.listGroups().all().get(WAIT_S, TimeUnit.SECONDS))
        .extracting(GroupListing::groupId)
        .contains("mending");
    assertThat(describe("mending").members()).hasSize(1);
    assertThat(describe("mending").members().iterator().next().assignment().topicPartitions())
        .hasSize(2);
    assertThatThrownBy(() ->
            admin.deleteConsumerGroups(List.of("mending")).all().get(WAIT_S, TimeUnit.SECONDS))
        .hasCauseInstanceOf(GroupNotEmptyException.class);
    membersLeave();

    var first = new TopicPartition("mended", 0);
    assertThat(offsets("mending").get(first).metadata()).isEqualTo("why");
    admin
        .alterConsumerGroupOffsets("mending", Map.of(first, new OffsetAndMetadata(1)))
        .all()
        .get(WAIT_S, TimeUnit.SECONDS);
    assertThat(offsets("mending").get(first).offset()).isEqualTo(1);
    admin.deleteConsumerGroupOffsets("mending", Set.of(first)).all().get(WAIT_S, TimeUnit.SECONDS);
    assertThat(offsets("mending")).doesNotContainKey(first);
    admin.deleteConsumerGroups(List.of("mending")).all().get(WAIT_S, TimeUnit.SECONDS);
    assertThatThrownBy(() -> describe("mending"))
        .hasCauseInstanceOf(GroupIdNotFoundException.class);
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(String group) throws Exception {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get(WAIT_S, TimeUnit.SECONDS);
  }
}
