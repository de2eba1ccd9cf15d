package io.dure.cli;

import io.dure.doctor.Observations;
import io.dure.doctor.Observations.Reach;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Looks at a cluster with the Admin client, for the checkup. What cannot be asked in time stays
 * unknown, but for who the brokers are and what the topics look like.
 */
final class ClusterHealth {
  /** A controller answers at once or not at all. */
  private static final long CONTROLLER_MS = 2_000;

  private final Admin admin;
  private final long timeoutMs;
  private final boolean fromOutside;
  private final Map<Integer, Long> reserves = new HashMap<>();

  ClusterHealth(Admin admin, long timeoutMs, boolean fromOutside) {
    this.admin = admin;
    this.fromOutside = fromOutside;
    this.timeoutMs = timeoutMs;
  }

  Observations observe() throws ExecutionException, InterruptedException, TimeoutException {
    Collection<Node> nodes =
        admin
            .describeCluster(new DescribeClusterOptions().includeFencedBrokers(true))
            .nodes()
            .get(timeoutMs, TimeUnit.MILLISECONDS);
    Map<Integer, Reach> reaches = new HashMap<>();
    List<Integer> answering = new ArrayList<>();
    for (Node node : nodes) {
      if (!node.isFenced()) {
        ClientPath.End end = ClientPath.walk(address(node));
        reaches.put(node.id(), ClientPath.reach(end));
        if (end instanceof ClientPath.End.Kafka) {
          answering.add(node.id());
        }
      }
    }
    identities(answering, reaches);
    BrokerDisks disks = BrokerDisks.read(admin, answering, reserves, timeoutMs);
    List<Observations.Broker> brokers = new ArrayList<>();
    for (Node node : nodes) {
      brokers.add(
          new Observations.Broker(
              node.id(),
              address(node),
              !node.isFenced(),
              reaches.getOrDefault(node.id(), new Reach.NotTried()),
              Optional.ofNullable(disks.volumes().get(node.id())),
              Optional.empty(),
              Optional.empty(),
              disks.failed().getOrDefault(node.id(), List.of())));
    }
    return new Observations(brokers, partitions(), quorum(), fromOutside);
  }

  private static String address(Node node) {
    String host = node.host().indexOf(':') >= 0 ? "[" + node.host() + "]" : node.host();
    return host + ":" + node.port();
  }

  /** A broker answers questions about its own settings only: so it tells who it is. */
  private void identities(List<Integer> answering, Map<Integer, Reach> reaches)
      throws InterruptedException {
    Map<Integer, KafkaFuture<Config>> asked = new LinkedHashMap<>();
    for (int id : answering) {
      var broker = new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id));
      asked.put(id, admin.describeConfigs(List.of(broker)).values().get(broker));
    }
    for (Map.Entry<Integer, KafkaFuture<Config>> each : asked.entrySet()) {
      try {
        Config config = each.getValue().get(timeoutMs, TimeUnit.MILLISECONDS);
        BrokerDisks.reserve(config).ifPresent(bytes -> reserves.put(each.getKey(), bytes));
      } catch (ExecutionException e) {
        String why = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
        reaches.put(
            each.getKey(),
            why.contains("broker id")
                ? new Reach.Somebody(why)
                : new Reach.Silent("it answers no question: " + why));
      } catch (TimeoutException e) {
        reaches.put(
            each.getKey(), new Reach.Silent("no answer about itself within " + timeoutMs + " ms"));
      }
    }
  }

  private Optional<Observations.Quorum> quorum() throws InterruptedException {
    try {
      QuorumInfo info =
          admin.describeMetadataQuorum().quorumInfo().get(CONTROLLER_MS, TimeUnit.MILLISECONDS);
      long end =
          info.voters().stream().mapToLong(QuorumInfo.ReplicaState::logEndOffset).max().orElse(0);
      Map<Integer, Long> behind = new HashMap<>();
      List<Integer> voters = new ArrayList<>();
      for (QuorumInfo.ReplicaState voter : info.voters()) {
        voters.add(voter.replicaId());
        if (voter.logEndOffset() >= 0) {
          behind.put(voter.replicaId(), end - voter.logEndOffset());
        }
      }
      Optional<Integer> leader =
          info.leaderId() < 0 ? Optional.empty() : Optional.of(info.leaderId());
      return Optional.of(new Observations.Quorum(leader, voters, behind));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.of(new Observations.Quorum(Optional.empty(), List.of(), Map.of()));
    }
  }

  private List<Observations.Partition> partitions()
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> topics =
        admin
            .listTopics(new ListTopicsOptions().listInternal(true))
            .names()
            .get(timeoutMs, TimeUnit.MILLISECONDS);
    Set<TopicPartition> moving = moving();
    List<Observations.Partition> partitions = new ArrayList<>();
    for (TopicDescription topic :
        admin
            .describeTopics(topics)
            .allTopicNames()
            .get(timeoutMs, TimeUnit.MILLISECONDS)
            .values()) {
      for (TopicPartitionInfo each : topic.partitions()) {
        partitions.add(
            new Observations.Partition(
                topic.name(),
                each.partition(),
                each.leader() == null || each.leader().isEmpty()
                    ? Optional.empty()
                    : Optional.of(each.leader().id()),
                each.replicas().stream().map(Node::id).toList(),
                each.isr().stream().map(Node::id).toList(),
                each.replicas().size() / 2 + 1,
                moving.contains(new TopicPartition(topic.name(), each.partition())),
                Optional.empty()));
      }
    }
    return partitions;
  }

  /** The controller knows; without one nothing moves. */
  private Set<TopicPartition> moving() throws InterruptedException {
    try {
      return admin
          .listPartitionReassignments()
          .reassignments()
          .get(CONTROLLER_MS, TimeUnit.MILLISECONDS)
          .keySet();
    } catch (ExecutionException | TimeoutException e) {
      return Set.of();
    }
  }
}
