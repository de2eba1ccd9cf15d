package io.dure.cli.demo;

import io.dure.cli.ClusterView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The first half of the story, in which nothing breaks: one broker, three brokers, a topic, writing
 * and reading.
 */
final class Opening {
  private static final int ORDERS = 3_000;
  private static final long GROUP_TIMEOUT_MS = 20_000;

  private final Scene scene;

  Opening(Scene scene) {
    this.scene = scene;
  }

  void oneAlone() throws Exception {
    scene.act("One broker alone, without any setting");
    long startedNs = System.nanoTime();
    scene.stage().start(Stage.LONER);
    String address = scene.stage().address(Stage.LONER);
    try (var producer = stringProducer(address)) {
      producer.send(new ProducerRecord<>("notes", "a", "alone")).get();
      long firstAckMs = (System.nanoTime() - startedNs) / 1_000_000;
      for (int i = 1; i < 100; i++) {
        var _ = producer.send(new ProducerRecord<>("notes", "a", "note " + i));
      }
      producer.flush();
      long read = readGroup(address, "notes", "readers", 100);
      scene
          .verdicts()
          .judge(
              2,
              "one server alone works fully",
              read == 100,
              "first record acknowledged "
                  + firstAckMs
                  + " ms after the process was launched; a group read "
                  + read
                  + " of 100");
    }
    scene.stage().kill(Stage.LONER);
  }

  void threeBrokers() throws Exception {
    scene.act("Three brokers, the same program three times");
    long startedNs = System.nanoTime();
    scene.stage().start(1, 2, 3);
    scene.tell("all three ready after " + (System.nanoTime() - startedNs) / 1_000_000 + " ms");
    Stage.await(
        "the cluster lists three brokers",
        15_000,
        () -> scene.admin().describeCluster().nodes().get().size() == Stage.FOUNDERS);
    Set<String> answers = new HashSet<>();
    for (int node : Scene.FOUNDERS) {
      try (Admin through = scene.stage().admin(scene.stage().address(node))) {
        var cluster = through.describeCluster();
        answers.add(
            cluster.clusterId().get()
                + " "
                + ids(cluster.nodes().get())
                + " controller "
                + cluster.controller().get().id());
      }
    }
    scene
        .verdicts()
        .judge(
            1,
            "every server is a full broker, none is special",
            answers.size() == 1,
            "asked at each of the three: " + String.join(" / ", answers));
  }

  private static List<Integer> ids(Iterable<Node> nodes) {
    var ids = new ArrayList<Integer>();
    nodes.forEach(node -> ids.add(node.id()));
    return ids.stream().sorted().toList();
  }

  void topicIsDealtOut() throws Exception {
    scene.act("A topic of six partitions; nobody says where they go");
    scene
        .admin()
        .createTopics(
            List.of(new NewTopic(Scene.TOPIC, Optional.of(Scene.PARTITIONS), Optional.empty())))
        .all()
        .get();
    Stage.await(
        "every partition has a leader",
        10_000,
        () -> scene.partitions().stream().allMatch(p -> p.leader().isPresent()));
    Stage.await("every copy is in step", 10_000, scene::evenAndWhole);
    List<ClusterView.Partition> partitions = scene.partitions();
    scene.picture(Set.of());
    scene
        .verdicts()
        .judge(
            4,
            "each partition is copied to three brokers",
            partitions.stream().allMatch(p -> Set.copyOf(p.replicas()).size() == 3),
            "replicas of partition 0: " + partitions.getFirst().replicas());
    boolean rotated = true;
    for (int i = 0; i < partitions.size(); i++) {
      List<Integer> here = partitions.get(i).replicas();
      List<Integer> next = partitions.get((i + 1) % partitions.size()).replicas();
      rotated &= next.equals(List.of(here.get(1), here.get(2), here.get(0)));
    }
    scene
        .verdicts()
        .judge(
            5,
            "leaders are dealt out evenly, copies rotated",
            rotated && scene.evenAndWhole(),
            Scene.leadersTold(partitions, Scene.FOUNDERS)
                + "; replicas "
                + partitions.stream()
                    .limit(4)
                    .map(p -> p.replicas().toString())
                    .collect(Collectors.joining(" ")));
  }

  void produceAndConsume(Load load) throws Exception {
    scene.act("Producing " + ORDERS + " orders, consuming them with a group");
    load.beginWindow();
    load.run(Scene.ALL_PARTITIONS, 2_000);
    Stage.await(ORDERS + " acknowledged", 20_000, () -> load.acknowledgedInWindow() >= ORDERS);
    load.pause();
    Load.Measured measured = load.endWindow();
    scene.tell(
        String.format(
            "%d acknowledged, p50 %.1f ms, p99 %.1f ms (the first second warms up)",
            measured.count(), measured.p50Ms(), measured.p99Ms()));
    long written = scene.ledger().acknowledgedCount();
    long first = readGroup(scene.stage().bootstrap(), Scene.TOPIC, "order-readers", written);
    load.run(Scene.ALL_PARTITIONS, 1_000);
    Thread.sleep(300);
    load.pause();
    long more = scene.ledger().acknowledgedCount() - written;
    long second = readGroup(scene.stage().bootstrap(), Scene.TOPIC, "order-readers", more);
    scene
        .verdicts()
        .judge(
            3,
            "a broker receives, stores and hands out; groups resume",
            first == written && second == more,
            "two members read "
                + first
                + " of "
                + written
                + " and committed; the next read only the "
                + second
                + " new ones");
  }

  /** Reads with two members of a group until {@code wanted} records came, and commits. */
  private static long readGroup(String bootstrap, String topic, String group, long wanted) {
    Map<String, Object> membership = Map.of("group.id", group, "group.protocol", "classic");
    long read = 0;
    long deadlineNs = System.nanoTime() + GROUP_TIMEOUT_MS * 1_000_000;
    try (KafkaConsumer<byte[], byte[]> one = Reading.consumer(bootstrap, membership);
        KafkaConsumer<byte[], byte[]> two = Reading.consumer(bootstrap, membership)) {
      one.subscribe(List.of(topic));
      two.subscribe(List.of(topic));
      while (read < wanted && System.nanoTime() < deadlineNs) {
        for (KafkaConsumer<byte[], byte[]> member : List.of(one, two)) {
          int came = member.poll(Duration.ofMillis(50)).count();
          if (came > 0) {
            member.commitSync();
            read += came;
          }
        }
      }
    }
    return read;
  }

  void onlyLeadersServe() throws ExecutionException, InterruptedException, IOException {
    scene.act("Asking a follower");
    ClusterView.Partition partition = scene.partitions().getFirst();
    int follower = partition.replicas().get(1);
    long before = endOf(partition.index());
    short produce = RawRequests.produce(scene.stage().port(follower), Scene.TOPIC, 0, (short) -1);
    short fetch = RawRequests.fetch(scene.stage().port(follower), Scene.TOPIC, 0);
    long appended = endOf(partition.index()) - before;
    scene
        .verdicts()
        .judge(
            6,
            "clients talk only to the leader; a follower only copies",
            produce == RawRequests.NOT_LEADER && fetch == RawRequests.NOT_LEADER && appended == 0,
            "broker "
                + follower
                + " answered Produce with error "
                + produce
                + ", Fetch with error "
                + fetch
                + ", appended "
                + appended);
  }

  private long endOf(int partition) {
    var at = new TopicPartition(Scene.TOPIC, partition);
    try (var consumer = Reading.consumer(scene.stage().bootstrap(), Map.of())) {
      return consumer.endOffsets(List.of(at)).getOrDefault(at, -1L);
    }
  }

  void readingSpreads() {
    scene.act("Reading everything, and looking where it comes from");
    Reading reading =
        Reading.all(
            scene.stage().bootstrap(),
            Scene.TOPIC,
            Scene.PARTITIONS,
            scene.ledger(),
            GROUP_TIMEOUT_MS);
    Map<Integer, Double> bytes = new TreeMap<>(reading.bytesFrom());
    double most = bytes.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double least = bytes.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    String told =
        bytes.entrySet().stream()
            .map(e -> String.format("broker %d %.0f kB", e.getKey(), e.getValue() / 1_000))
            .collect(Collectors.joining(", "));
    scene
        .verdicts()
        .judge(
            7,
            "consumers read from every leader, so load spreads",
            bytes.size() == Stage.FOUNDERS && least > 0.9 * most,
            told);
  }

  private static KafkaProducer<String, String> stringProducer(String bootstrap) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("acks", "all");
    settings.put("enable.metrics.push", false);
    settings.put("client.id", "dure-demo-notes");
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }
}
