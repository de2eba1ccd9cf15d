package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * The brokers and partitions of a cluster as one moment's answers of the Admin client show them.
 */
public record ClusterView(
    String clusterId, Optional<Integer> controller, List<Broker> brokers, List<Partition> topics) {

  /** A broker; not {@code live} when partitions name it but the cluster does not list it. */
  public record Broker(int id, String address, Optional<String> rack, boolean live) {}

  /**
   * A partition; {@code replicas} are in preference order.
   *
   * @param adding of the replicas, those that do not count yet
   * @param removing of the replicas, those that are about to go
   */
  public record Partition(
      String topic,
      int index,
      Optional<Integer> leader,
      List<Integer> replicas,
      List<Integer> inStep,
      List<Integer> adding,
      List<Integer> removing) {
    public boolean moves() {
      return !adding.isEmpty() || !removing.isEmpty();
    }

    /** Who comes and who goes, for people. */
    public String moving() {
      return Stream.concat(
              adding.stream().map(id -> "+" + id), removing.stream().map(id -> "-" + id))
          .collect(Collectors.joining(" "));
    }

    public boolean behind() {
      return inStep.size() < replicas.size();
    }

    public List<Integer> missing() {
      return replicas.stream().filter(id -> !inStep.contains(id)).toList();
    }
  }

  public static ClusterView read(Admin admin, boolean withInternal)
      throws ExecutionException, InterruptedException {
    DescribeClusterResult cluster = admin.describeCluster();
    Collection<String> names =
        admin.listTopics(new ListTopicsOptions().listInternal(withInternal)).names().get();
    List<Partition> partitions = partitions(admin, names);
    Map<Integer, Broker> brokers = new TreeMap<>();
    for (Partition partition : partitions) {
      partition
          .replicas()
          .forEach(id -> brokers.put(id, new Broker(id, "-", Optional.empty(), false)));
    }
    for (Node node : cluster.nodes().get()) {
      String address = node.host() + ":" + node.port();
      brokers.put(
          node.id(), new Broker(node.id(), address, Optional.ofNullable(node.rack()), true));
    }
    Node controller = cluster.controller().get();
    return new ClusterView(
        Optional.ofNullable(cluster.clusterId().get()).orElse("-"),
        controller == null || controller.isEmpty()
            ? Optional.empty()
            : Optional.of(controller.id()),
        List.copyOf(brokers.values()),
        partitions);
  }

  /** The partitions of the topics named, by topic and number. */
  public static List<Partition> partitions(Admin admin, Collection<String> topics)
      throws ExecutionException, InterruptedException {
    if (topics.isEmpty()) {
      return List.of();
    }
    Map<TopicPartition, PartitionReassignment> moving =
        admin.listPartitionReassignments().reassignments().get();
    var partitions = new ArrayList<Partition>();
    for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(p ->
              partitions.add(
                  new Partition(
                      topic.name(),
                      p.partition(),
                      p.leader() == null || p.leader().isEmpty()
                          ? Optional.empty()
                          : Optional.of(p.leader().id()),
                      ids(p.replicas()),
                      ids(p.isr()),
                      of(moving, topic.name(), p, PartitionReassignment::addingReplicas),
                      of(moving, topic.name(), p, PartitionReassignment::removingReplicas))));
    }
    partitions.sort(Comparator.comparing(Partition::topic).thenComparing(Partition::index));
    return List.copyOf(partitions);
  }

  private static List<Integer> of(
      Map<TopicPartition, PartitionReassignment> moving,
      String topic,
      TopicPartitionInfo partition,
      Function<PartitionReassignment, List<Integer>> what) {
    return Optional.ofNullable(moving.get(new TopicPartition(topic, partition.partition())))
        .map(what)
        .orElse(List.of());
  }

  private static List<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id).toList();
  }

  public long leads(int broker) {
    return topics.stream().filter(p -> p.leader().filter(id -> id == broker).isPresent()).count();
  }

  /** Copies of partitions on a broker, those that it leads included. */
  public long copies(int broker) {
    return topics.stream().filter(p -> p.replicas().contains(broker)).count();
  }

  public List<Partition> withoutLeader() {
    return topics.stream().filter(p -> p.leader().isEmpty()).toList();
  }

  public Map<String, List<Partition>> byTopic() {
    return topics.stream()
        .collect(Collectors.groupingBy(Partition::topic, TreeMap::new, Collectors.toList()));
  }

  Map<String, Object> asMap() {
    return object(
        "clusterId",
        clusterId,
        "controller",
        controller,
        "brokers",
        IntStream.range(0, brokers.size()).mapToObj(i -> brokerMap(brokers.get(i))).toList(),
        "topics",
        byTopic().entrySet().stream()
            .map(e -> object("name", e.getKey(), "partitions", partitionMaps(e.getValue())))
            .toList());
  }

  private Map<String, Object> brokerMap(Broker broker) {
    return object(
        "id", broker.id(),
        "address", broker.address(),
        "rack", broker.rack(),
        "live", broker.live(),
        "leads", leads(broker.id()),
        "copies", copies(broker.id()));
  }

  static List<Map<String, Object>> partitionMaps(List<Partition> partitions) {
    return partitions.stream()
        .map(p ->
            object(
                "partition",
                p.index(),
                "leader",
                p.leader(),
                "replicas",
                p.replicas(),
                "inStep",
                p.inStep(),
                "adding",
                p.adding(),
                "removing",
                p.removing()))
        .toList();
  }
}
