package io.dure.console;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.Latencies;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.MetadataRecord.BrokerFenced;
import io.dure.metadata.MetadataRecord.BrokerRegistered;
import io.dure.metadata.MetadataRecord.BrokerUnfenced;
import io.dure.metadata.MetadataRecord.InStepChanged;
import io.dure.metadata.MetadataRecord.LeaderAppointed;
import io.dure.metadata.MetadataRecord.PartitionCreated;
import io.dure.metadata.MetadataRecord.TopicCreated;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node for the console's tests: an image made by hand, and answers that are always the same. */
final class FakeNode implements Vantage, Desk, Shelf {
  static final NodeId SELF = new NodeId(1);

  volatile ClusterImage image = ClusterImage.EMPTY;
  volatile List<String> waitsFor = List.of();
  volatile long wallMs = 1_000_000;
  final List<String> done = new CopyOnWriteArrayList<>();
  volatile List<Committed> committed = List.of(new Committed("orders", 0, 90));
  volatile int plannedMoves = 1;
  private long offset;

  static PartitionId partition(String topic, int index) {
    return new PartitionId(topicId(topic), index);
  }

  static TopicId topicId(String topic) {
    return new TopicId(UUID.nameUUIDFromBytes(topic.getBytes(StandardCharsets.UTF_8)));
  }

  ClusterImage apply(MetadataRecord... records) {
    offset += records.length;
    image = image.apply(List.of(records), offset);
    return image;
  }

  /** Registers brokers 1 to {@code count}. */
  ClusterImage brokers(int count) {
    for (int id = 1; id <= count; id++) {
      broker(id);
    }
    return image;
  }

  ClusterImage broker(int id) {
    return apply(
        new BrokerRegistered(
            new NodeId(id),
            new UUID(0, id),
            new Incarnation(id),
            new Endpoint("127.0.0.1", 9090 + id),
            Optional.empty()));
  }

  ClusterImage fence(int id) {
    return apply(new BrokerFenced(new NodeId(id), new Incarnation(id)));
  }

  ClusterImage unfence(int id) {
    return apply(new BrokerUnfenced(new NodeId(id), new Incarnation(id)));
  }

  /** Led by their first replica, all in step; the replicas go round the brokers. */
  ClusterImage topic(String name, int partitions, int brokers) {
    List<MetadataRecord> records = new ArrayList<>();
    records.add(new TopicCreated(topicId(name), name, name.startsWith("__")));
    for (int i = 0; i < partitions; i++) {
      List<NodeId> replicas = new ArrayList<>();
      for (int r = 0; r < Math.min(3, brokers); r++) {
        replicas.add(new NodeId((i + r) % brokers + 1));
      }
      records.add(new PartitionCreated(partition(name, i), replicas));
      records.add(appointed(name, i, 0, replicas.getFirst().value()));
      records.add(new InStepChanged(partition(name, i), 0, Set.copyOf(replicas)));
    }
    return apply(records.toArray(MetadataRecord[]::new));
  }

  LeaderAppointed appointed(String topic, int index, int epoch, int leader) {
    return new LeaderAppointed(
        partition(topic, index), epoch, new NodeId(leader), new Incarnation(leader));
  }

  // ---- Vantage

  @Override
  public NodeId self() {
    return SELF;
  }

  @Override
  public ClusterImage image() {
    return image;
  }

  @Override
  public List<String> waitsFor() {
    return waitsFor;
  }

  @Override
  public Optional<Quorum> quorum() {
    return Optional.of(
        new Quorum(Optional.of(SELF), 4, true, image.endOffset(), List.of(SELF), List.of()));
  }

  @Override
  public boolean reachable(NodeId node) {
    return true;
  }

  @Override
  public io.dure.console.Reading reading() {
    var latencies = new Latencies();
    latencies.record(3_000_000);
    return new io.dure.console.Reading(
        Map.of("produce", latencies),
        10,
        20,
        1,
        2,
        100,
        1_000,
        0,
        500,
        latencies,
        latencies,
        0,
        0,
        0);
  }

  @Override
  public List<Copy> copies() {
    return List.of();
  }

  @Override
  public List<Client> clients(String filter, int most) {
    var one =
        new Client(
            "instance-1",
            "payments <7>",
            "apache-kafka-java 4.4.0",
            "127.0.0.1:40000",
            700,
            5_000,
            Map.of("transactional_id", "pay"),
            Map.of("produceMs", 2.5));
    return one.clientId().contains(filter) ? List.of(one) : List.of();
  }

  @Override
  public List<String> failures() {
    return List.of();
  }

  @Override
  public Disk disk() {
    return new Disk("/data", 1_000, 600, false);
  }

  @Override
  public Optional<String> ask(NodeId node, String question) {
    return node.equals(SELF)
        ? Optional.of(new Questions(this, this, new History(this)).answer(question))
        : Optional.empty();
  }

  @Override
  public long wallMs() {
    return wallMs;
  }

  // ---- Desk

  @Override
  public List<Group> groups(List<NodeId> nodes) {
    return List.of(new Group("billing", "classic", "Stable", "consumer", SELF));
  }

  @Override
  public List<Member> members(Group group) {
    return List.of(new Member("m-1", "app", "/127.0.0.1", Map.of("orders", List.of(4, 0, 1, 2))));
  }

  @Override
  public List<Committed> committed(Group group) {
    return committed;
  }

  @Override
  public List<Setting> settings(String topic) {
    return List.of(new Setting("retention.ms", "1000", "TOPIC", false));
  }

  @Override
  public Optional<Plan> plan() {
    var move =
        new PlannedMove(
            "orders-0", "1,2,3", "4,2,3", List.of("broker 4 is empty"), List.of("브로커 4가 비었습니다"));
    return Optional.of(
        new Plan(
            "on",
            List.of(new Carried(1, 5L << 30, 1 << 20)),
            Collections.nCopies(plannedMoves, move)));
  }

  @Override
  public void createTopic(String name, int partitions, int replicas, Map<String, String> settings) {
    done.add("create " + name + " " + partitions + " " + replicas + " " + settings);
  }

  @Override
  public void deleteTopic(String name) {
    done.add("delete " + name);
  }

  @Override
  public Written write(
      String topic, Optional<Integer> partition, Optional<byte[]> key, Optional<byte[]> value) {
    done.add("write " + topic + " " + text(key) + " " + text(value));
    return new Written(partition.orElse(0), 7);
  }

  private static String text(Optional<byte[]> bytes) {
    return bytes.map(each -> new String(each, StandardCharsets.UTF_8)).orElse("-");
  }

  // ---- Shelf

  @Override
  public Optional<Ends> ends(PartitionId partition) {
    return Optional.of(new Ends(0, 100));
  }

  @Override
  public Optional<Shelf.Reading> read(PartitionId partition, From from, int most) {
    byte[] value = "hello".getBytes(StandardCharsets.UTF_8);
    return Optional.of(
        new Shelf.Reading(
            new Ends(0, 100),
            100,
            List.of(new Message(99, 5, new byte[0], -1, value, value.length))));
  }

  @Override
  public Optional<Unread> unread(PartitionId partition, long from) {
    return Optional.of(new Unread(100, wallMs - 30_000));
  }
}
