package io.dure.acceptance.tools;

import static io.dure.acceptance.tools.Tool.API_VERSIONS;
import static io.dure.acceptance.tools.Tool.CLUSTER;
import static io.dure.acceptance.tools.Tool.CONSOLE_PRODUCER;
import static io.dure.acceptance.tools.Tool.FEATURES;
import static io.dure.acceptance.tools.Tool.LEADER_ELECTION;
import static io.dure.acceptance.tools.Tool.LOG_DIRS;
import static io.dure.acceptance.tools.Tool.QUORUM;
import static io.dure.acceptance.tools.Tool.REASSIGN;
import static io.dure.acceptance.tools.Tool.TOPICS;
import static io.dure.acceptance.tools.Tool.TRANSACTIONS;

import io.dure.acceptance.Await;
import io.dure.acceptance.Clients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The cluster: brokers, leaders, replicas, the quorum, features, and transactions that hang. */
final class ClusterRows {
  private static final Duration MOVED = Duration.ofSeconds(30);

  private final Walk walk;

  ClusterRows(Walk walk) {
    this.walk = walk;
  }

  void cluster() throws Exception {
    walk.plain(CLUSTER, "cluster-id --bootstrap-server " + walk.brokers().bootstrap())
        .says("Cluster ID: \\S{20,}");
    walk.plain(CLUSTER, "list-endpoints --bootstrap-server " + walk.brokers().bootstrap())
        .says("\\b1\\b", "\\b3\\b");
    walk.row(API_VERSIONS, "")
        .says("id: 1 ", "id: 3 ", "Produce\\(0\\): 0 to 13", "ConsumerGroupHeartbeat\\(68\\)");
    walk.row(QUORUM, "describe --status")
        .says("LeaderId:\\s+\\d", "LeaderEpoch:", "HighWatermark:", "CurrentVoters:.*1.*2.*3");
    walk.row(QUORUM, "describe --replication").says("NodeId", "Leader", "Follower");
    walk.row(QUORUM, "describe --replication --human-readable").says("Leader");
    walk.row(FEATURES, "describe")
        .says(
            "Feature: metadata.version\\s+SupportedMinVersion",
            "transaction.version.*FinalizedVersionLevel: 2",
            "group.version.*FinalizedVersionLevel: 1");
    walk.row(FEATURES, "upgrade --feature transaction.version=2 --dry-run")
        .says("transaction.version");
    walk.row(FEATURES, "upgrade --feature no.such.feature=1").refuses("no.such.feature");
    walk.row(FEATURES, "downgrade --feature group.version=0 --dry-run")
        .says("group.version|downgrade");
    walk.row(LOG_DIRS, "--describe")
        .says("\"broker\":1", "\"broker\":3", "\"partition\":\"orders-0\"");
    walk.row(LOG_DIRS, "--describe --broker-list 2 --topic-list orders")
        .says("\"broker\":2", "orders-")
        .lacks("__consumer_offsets");
  }

  void elections() throws Exception {
    walk.row(LEADER_ELECTION, "--election-type preferred --topic placed --partition 0")
        .says("already|Valid replica already elected|Successfully");
    walk.row(LEADER_ELECTION, "--election-type preferred --all-topic-partitions").says();
    Path file =
        walk.file("elect.json", "{\"partitions\":[{\"topic\":\"placed\",\"partition\":1}]}");
    walk.row(LEADER_ELECTION, "--election-type preferred --path-to-json-file " + file)
        .says("already|Successfully");
    walk.row(LEADER_ELECTION, "--election-type unclean --topic placed --partition 2")
        .says("already|not needed|Successfully");
    walk.row(LEADER_ELECTION, "--election-type preferred --topic nowhere --partition 0")
        .refuses("No such topic|UnknownTopic|not exist");
  }

  void reassignment() throws Exception {
    Path topics = walk.file("topics.json", "{\"topics\":[{\"topic\":\"placed\"}],\"version\":1}");
    walk.row(REASSIGN, "--generate --topics-to-move-json-file " + topics + " --broker-list 1,2,3")
        .says("Current partition replica assignment", "Proposed partition reassignment");
    Path plan = walk.file("move.json", plan("[3,1]", "[1,2]"));
    walk.row(REASSIGN, "--execute --reassignment-json-file " + plan)
        .says("Successfully started partition reassignments? for placed-0,placed-1");
    verify(plan);
    walk.row(TOPICS, "--describe --topic placed")
        .says("Partition: 0\\s+Leader: \\d\\s+Replicas: 3,1\\s");
    walk.row(REASSIGN, "--list").says("No partition reassignments found");
    Path grown = walk.file("grow.json", plan("[3,1,2]", "[1,2,3]"));
    walk.row(REASSIGN, "--execute --throttle 50000000 --reassignment-json-file " + grown)
        .says("throttle", "Successfully started");
    verify(grown);
    walk.row(REASSIGN, "--execute --additional --reassignment-json-file " + plan)
        .says("Successfully started");
    walk.row(REASSIGN, "--cancel --reassignment-json-file " + plan).says();
    Path wrong = walk.file("wrong-move.json", plan("[1,9]", "[2,3]"));
    walk.row(REASSIGN, "--execute --reassignment-json-file " + wrong).refuses("9");
    walk.brokers().awaitInStep(MOVED);
  }

  private static String plan(String first, String second) {
    return "{\"version\":1,\"partitions\":[{\"topic\":\"placed\",\"partition\":0,\"replicas\":"
        + first
        + "},{\"topic\":\"placed\",\"partition\":1,\"replicas\":"
        + second
        + "}]}";
  }

  private void verify(Path plan) throws Exception {
    Await.until(
        "the reassignment is complete",
        MOVED,
        () -> walkOnce(plan).contains("Reassignment of partition placed-1 is completed"));
    walk.row(REASSIGN, "--verify --reassignment-json-file " + plan)
        .says(
            "Reassignment of partition placed-0 is completed",
            "Reassignment of partition placed-1 is completed");
  }

  private String walkOnce(Path plan) throws InterruptedException {
    return walk.row(REASSIGN, "--verify --preserve-throttles --reassignment-json-file " + plan)
        .output();
  }

  void transactions() throws Exception {
    walk.row(TRANSACTIONS, "list")
        .says(
            "TransactionalId\\s+Coordinator\\s+ProducerId\\s+TransactionState",
            "perf\\s+\\d\\s+\\d+\\s+CompleteCommit");
    walk.row(TRANSACTIONS, "describe --transactional-id perf")
        .says("CoordinatorId", "perf", "CompleteCommit");
    walk.row(TRANSACTIONS, "describe --transactional-id nobody").refuses("nobody|not found");
    walk.row(TRANSACTIONS, "find-hanging --broker-id 1").says();
    try (KafkaProducer<String, String> open =
        Clients.producer(walk.brokers().bootstrap(), Map.of("transactional.id", "open"))) {
      open.initTransactions();
      open.beginTransaction();
      long offset = open.send(new ProducerRecord<>("placed", 2, "k", "v")).get().offset();
      walk.row(TRANSACTIONS, "describe --transactional-id open").says("Ongoing", "placed-2");
      walk.row(TRANSACTIONS, "list").says("open\\s+\\d\\s+\\d+\\s+Ongoing");
      walk.row(TRANSACTIONS, "describe-producers --topic placed --partition 2")
          .says("ProducerId", "\\s" + offset + "\\s*$|" + offset);
      walk.row(TRANSACTIONS, "abort --topic placed --partition 2 --start-offset " + offset).says();
      walk.row(TRANSACTIONS, "describe-producers --topic placed --partition 2").says("None");
      open.abortTransaction();
    }
    walk.row(CONSOLE_PRODUCER, "--topic placed", "after\n").says();
    walk.row(TRANSACTIONS, "forceTerminateTransaction --transactionalId open").says();
  }
}
