package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Groups of the new protocol (KIP-848), of unmodified clients on three broker processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsumerGroupsIT {
  private static final long WAIT_S = 40;
  private static final Duration POLL = Duration.ofMillis(100);

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @SuppressWarnings("NullAway.Init")
  private Admin admin;

  private final List<Member> members = new ArrayList<>();

  /** Who says to own which partition of a topic, as the members themselves see it. */
  private final Owners owners = new Owners();

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
  void membersLeave() throws Exception {
    members.forEach(m -> m.stopped = true);
    for (Member member : members) {
      member.stop();
    }
    members.clear();
    List<String> conflicts = owners.conflicts();
    owners.clear();
    assertThat(conflicts).isEmpty();
  }

  private static final class Owners {
    private final Map<TopicPartition, String> of = new ConcurrentHashMap<>();
    private final List<String> conflicts = new ArrayList<>();

    synchronized void take(String member, Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        String other = of.put(partition, member);
        if (other != null && !other.equals(member)) {
          conflicts.add(partition + " is " + other + "'s and " + member + "'s");
        }
      }
    }

    synchronized void release(String member, Collection<TopicPartition> partitions) {
      partitions.forEach(partition -> of.remove(partition, member));
    }

    synchronized List<String> conflicts() {
      return List.copyOf(conflicts);
    }

    synchronized Map<String, Integer> sizes() {
      var sizes = new HashMap<String, Integer>();
      of.values().forEach(member -> sizes.merge(member, 1, Integer::sum));
      return sizes;
    }

    synchronized int size() {
      return of.size();
    }

    synchronized void clear() {
      of.clear();
      conflicts.clear();
    }
  }

  /** A consumer on a thread of its own, that commits what it has read. */
  private final class Member implements ConsumerRebalanceListener {
    final String name;
    final KafkaConsumer<String, String> consumer;
    final AtomicLong read = new AtomicLong();
    final Thread thread;
    private volatile boolean stopped;
    private volatile boolean leaves = true;
    private volatile Optional<Exception> failure = Optional.empty();

    Member(String name, KafkaConsumer<String, String> consumer) {
      this.name = name;
      this.consumer = consumer;
      this.thread = new Thread(this::run, name);
    }

    private void run() {
      try {
        while (!stopped) {
          poll();
        }
      } catch (WakeupException _) {
        // It is to stop.
      } catch (Exception e) {
        failure = Optional.of(e);
      } finally {
        consumer.close(
            leaves
                ? CloseOptions.timeout(Duration.ofSeconds(5))
                : CloseOptions.timeout(Duration.ofSeconds(5))
                    .withGroupMembershipOperation(
                        CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
        owners.release(name, List.copyOf(owners.of.keySet()));
      }
    }

    /**
     * While its join is not answered the client goes round in its poll as fast as it can
     * (KAFKA-20253, KAFKA-21010), and a hundred that do so leave the brokers little of the machine:
     * who has nothing to read yet rests outside of it.
     */
    private void poll() throws InterruptedException {
      boolean reads = !consumer.assignment().isEmpty();
      if (!reads) {
        Thread.sleep(POLL);
      }
      consumer.poll(reads ? POLL : Duration.ZERO).forEach(_ -> read.incrementAndGet());
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      owners.take(name, partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      owners.release(name, partitions);
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join(TimeUnit.SECONDS.toMillis(20));
      assertThat(thread.isAlive()).as(name + " stops").isFalse();
      assertThat(failure).as(name + "'s failure").isEmpty();
    }

    void stopWithoutLeaving() throws InterruptedException {
      leaves = false;
      stop();
    }
  }

  private Map<String, Object> config(String group) {
    var config = new HashMap<String, Object>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG, 200);
    return config;
  }

  private Map<String, Object> classicConfig(String group) {
    Map<String, Object> config = config(group);
    config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    config.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 300);
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    return config;
  }

  private static KafkaConsumer<String, String> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private Member join(String name, Map<String, Object> config, String... topics) {
    var member = new Member(name, consumer(config));
    member.consumer.subscribe(List.of(topics), member);
    member.thread.start();
    members.add(member);
    return member;
  }

  private void create(String topic, int partitions) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
        .all()
        .get();
  }

  private void produce(String topic, int partitions, int records) throws Exception {
    Map<String, Object> config =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrap());
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>(topic, i % partitions, "k", Integer.toString(i)));
      }
      producer.flush();
    }
  }

  private void await(String what, BooleanSupplier condition) {
    Awaitility.await(what)
        .pollInterval(Duration.ofMillis(50))
        .atMost(Duration.ofSeconds(WAIT_S))
        .untilAsserted(() ->
            assertThat(condition.getAsBoolean()).as("%s; owners %s", what, owners.of).isTrue());
  }

  private boolean spread(int partitions, int consumers) {
    Map<String, Integer> sizes = owners.sizes();
    return owners.size() == partitions
        && sizes.size() == Math.min(consumers, partitions)
        && sizes.values().stream().allMatch(s -> s >= partitions / consumers);
  }

  private ConsumerGroupDescription described(String group) throws Exception {
    return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
  }

  @Test
  void membersShareAndReadEverythingOnce() throws Exception {
    create("shared", 6);
    produce("shared", 6, 600);
    Member a = join("a", config("share"), "shared");
    await("one has all", () -> spread(6, 1));
    Member b = join("b", config("share"), "shared");
    Member c = join("c", config("share"), "shared");
    await("three share", () -> spread(6, 3));
    await("all is read", () -> a.read.get() + b.read.get() + c.read.get() >= 600);
    assertThat(described("share").groupState()).isEqualTo(GroupState.STABLE);
    assertThat(described("share").type()).isEqualTo(GroupType.CONSUMER);
    assertThat(described("share").members()).hasSize(3);
    b.stop();
    members.remove(b);
    await("two share", () -> spread(6, 2));
    assertThat(
            admin.listGroups().all().get().stream()
                .filter(g -> g.groupId().equals("share"))
                .map(GroupListing::type))
        .containsExactly(Optional.of(GroupType.CONSUMER));
    a.stop();
    c.stop();
    members.clear();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets("share").partitionsToOffsetAndMetadata().get();
    assertThat(committed.values().stream().mapToLong(OffsetAndMetadata::offset).sum())
        .isEqualTo(600);
    assertThat(described("share").groupState()).isEqualTo(GroupState.EMPTY);
    admin.deleteConsumerGroups(List.of("share")).all().get();
    assertThat(admin.listGroups().all().get().stream().map(GroupListing::groupId))
        .doesNotContain("share");
  }

  @Test
  void aTopicThatGrowsOrMatchesIsReadByItself() throws Exception {
    create("re-1", 2);
    var member = new Member("r", consumer(config("pattern")));
    member.consumer.subscribe(new SubscriptionPattern("re-.*"), member);
    member.thread.start();
    members.add(member);
    await("the first", () -> owners.size() == 2);
    create("re-2", 3);
    await("another topic", () -> owners.size() == 5);
    admin.createPartitions(Map.of("re-1", NewPartitions.increaseTo(4))).all().get();
    await("more partitions", () -> owners.size() == 7);
    admin.deleteTopics(List.of("re-2")).all().get();
    await(
        "one less",
        () -> {
          owners.of.keySet().removeIf(p -> p.topic().equals("re-2"));
          return owners.size() == 4;
        });
    assertThat(Pattern.matches("re-.*", "re-1")).isTrue();
  }

  @Test
  void aStaticMemberComesBackToItsPartitions() throws Exception {
    create("fixed", 4);
    Map<String, Object> first = config("static");
    first.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "one");
    Map<String, Object> second = config("static");
    second.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "two");
    Member one = join("one", first, "fixed");
    join("two", second, "fixed");
    await("both share", () -> spread(4, 2));
    Set<TopicPartition> before = partitionsOf("one");
    one.stopWithoutLeaving();
    members.remove(one);
    assertThat(owners.size()).isEqualTo(2);
    join("one", first, "fixed");
    await("back", () -> spread(4, 2));
    assertThat(partitionsOf("one")).isEqualTo(before);
  }

  private Set<TopicPartition> partitionsOf(String member) {
    var all = new HashSet<TopicPartition>();
    owners.of.forEach((p, m) -> {
      if (m.equals(member)) {
        all.add(p);
      }
    });
    return all;
  }

  @Test
  void aGroupGoesFromClassicToConsumerAndBackWhileItReads() throws Exception {
    create("rolling", 12);
    var old = new ArrayList<Member>();
    for (int i = 0; i < 4; i++) {
      old.add(join("old" + i, classicConfig("roll"), "rolling"));
    }
    await("classic", () -> spread(12, 4));
    produce("rolling", 12, 1_200);
    var fresh = new ArrayList<Member>();
    for (int i = 0; i < 4; i++) {
      fresh.add(join("new" + i, config("roll"), "rolling"));
      old.get(i).stop();
      members.remove(old.get(i));
      await("step " + i, () -> spread(12, 4));
    }
    assertThat(described("roll").type()).isEqualTo(GroupType.CONSUMER);
    var again = new ArrayList<Member>();
    for (int i = 0; i < 4; i++) {
      again.add(join("back" + i, classicConfig("roll"), "rolling"));
      fresh.get(i).stop();
      members.remove(fresh.get(i));
      await("step back " + i, () -> spread(12, 4));
    }
    assertThat(described("roll").type()).isEqualTo(GroupType.CLASSIC);
    var all = new ArrayList<>(old);
    all.addAll(fresh);
    all.addAll(again);
    await("all is read", () -> all.stream().mapToLong(m -> m.read.get()).sum() >= 1_200);
  }

  /** Who stays keeps reading: nobody loses more than has to move. */
  @Test
  void aHundredMembersSettleQuicklyAfterEachChange() throws Exception {
    create("wide", 300);
    Map<String, Object> config = config("hundred");
    config.remove(ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG);
    long startNs = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      join("m" + i, config, "wide");
    }
    await("all share", () -> spread(300, 100));
    tell("a hundred joined", startNs);
    Map<TopicPartition, String> before = Map.copyOf(owners.of);
    startNs = System.nanoTime();
    Member leaver = members.removeLast();
    leaver.stop();
    await("99 share", () -> owners.size() == 300 && owners.sizes().size() == 99);
    tell("one left", startNs);
    assertThat(before.entrySet().stream().filter(e -> !e.getValue().equals(leaver.name)))
        .as("nobody else's partition moved")
        .allMatch(e -> e.getValue().equals(owners.of.get(e.getKey())));
    startNs = System.nanoTime();
    join("late", config, "wide");
    await("100 share", () -> spread(300, 100));
    tell("one joined", startNs);
  }

  /** Its session would last 45 s; that its connection is over tells sooner. */
  @Test
  void whatAKilledConsumerHadIsSoonReadByOthers() throws Exception {
    create("dying", 6);
    join("a", config("dies"), "dying");
    join("b", config("dies"), "dying");
    List<String> command = Launcher.fromClasses("io.dure.it.LoneConsumer", "-Xmx256m");
    command.addAll(List.of(cluster.bootstrap(), "dies", "dying"));
    Process killed =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      await("the two have given it its share", () -> owners.size() == 4);
    } finally {
      killed.destroyForcibly();
    }
    long startNs = System.nanoTime();
    await("the others have it all", () -> spread(6, 2));
    tell("one was killed", startNs);
    assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(20));
  }

  private static void tell(String what, long startNs) {
    long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    System.out.println(what + ": settled after " + tookMs + " ms");
  }

  @Test
  void theGroupSurvivesItsCoordinator() throws Exception {
    create("moved", 6);
    join("a", config("survive"), "moved");
    join("b", config("survive"), "moved");
    await("both share", () -> spread(6, 2));
    int coordinator = described("survive").coordinator().id();
    cluster.broker(coordinator).kill();
    join("c", config("survive"), "moved");
    await("three share", () -> spread(6, 3));
    cluster.broker(coordinator).restart();
    cluster.broker(coordinator).awaitReady();
  }
}
