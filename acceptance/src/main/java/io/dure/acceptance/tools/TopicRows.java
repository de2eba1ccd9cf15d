package io.dure.acceptance.tools;

import static io.dure.acceptance.tools.Tool.CLIENT_METRICS;
import static io.dure.acceptance.tools.Tool.CONFIGS;
import static io.dure.acceptance.tools.Tool.TOPICS;

/** Topics and settings. */
final class TopicRows {
  private final Walk walk;

  TopicRows(Walk walk) {
    this.walk = walk;
  }

  void topics() throws Exception {
    walk.row(TOPICS, "--create --topic orders --partitions 3 --replication-factor 3")
        .says("Created topic orders\\.");
    walk.row(TOPICS, "--create --topic plain").says("Created topic plain\\.");
    walk.row(TOPICS, "--create --topic orders").refuses("already exists");
    walk.row(TOPICS, "--create --topic orders --if-not-exists").says();
    walk.row(TOPICS, "--create --topic placed --replica-assignment 1:2,2:3,3:1")
        .says("Created topic placed");
    walk.row(
            TOPICS,
            "--create --topic set --config retention.ms=60000 --config cleanup.policy=compact")
        .says("Created topic set");
    walk.row(TOPICS, "--create --topic wrong --config retention.ms=never").refuses("retention.ms");
    walk.row(TOPICS, "--create --topic wrong --replication-factor 9").refuses("replication factor");
    walk.row(TOPICS, "--create --topic 'a topic'").refuses("illegal|invalid|[Tt]opic name");
    walk.row(TOPICS, "--list").says("^orders$", "^plain$", "^placed$", "^set$");
    walk.row(TOPICS, "--describe --topic orders")
        .says(
            "Topic: orders\\s+TopicId: \\S+\\s+PartitionCount: 3\\s+ReplicationFactor: 3",
            "Partition: 2\\s+Leader: \\d\\s+Replicas: \\d,\\d,\\d\\s+Isr: \\d,\\d,\\d");
    walk.row(TOPICS, "--describe --topic placed")
        .says(
            "Partition: 0\\s+Leader: 1\\s+Replicas: 1,2\\s",
            "Partition: 2\\s+Leader: 3\\s+Replicas: 3,1\\s");
    walk.row(TOPICS, "--describe --topics-with-overrides")
        .says("Topic: set", "cleanup.policy=compact", "retention.ms=60000")
        .lacks("Topic: orders");
    walk.row(TOPICS, "--describe --under-replicated-partitions").says().lacks("Topic:");
    walk.row(TOPICS, "--describe --unavailable-partitions").says().lacks("Topic:");
    walk.row(TOPICS, "--describe --under-min-isr-partitions").says().lacks("Topic:");
    walk.row(TOPICS, "--describe --at-min-isr-partitions --topic orders")
        .says()
        .lacks("Topic: orders");
    walk.row(TOPICS, "--describe --topic nowhere").refuses("does not exist");
    walk.row(TOPICS, "--describe --topic nowhere --if-exists").says();
    walk.row(TOPICS, "--alter --topic orders --partitions 6").says();
    walk.row(TOPICS, "--describe --topic orders")
        .says("PartitionCount: 6", "Partition: 5\\s+Leader: \\d");
    walk.row(TOPICS, "--alter --topic orders --partitions 2").refuses("6 partitions|currently has");
    walk.row(TOPICS, "--delete --topic plain").says();
    walk.row(TOPICS, "--list").says("^orders$").lacks("(?m)^plain$");
    walk.row(TOPICS, "--delete --topic plain").refuses("does not exist");
  }

  void configs() throws Exception {
    walk.row(
            CONFIGS,
            "--alter --entity-type topics --entity-name orders --add-config retention.ms=3600000,min.insync.replicas=2")
        .says("Completed updating config for topic orders");
    walk.row(CONFIGS, "--describe --entity-type topics --entity-name orders")
        .says("retention.ms=3600000", "min.insync.replicas=2", "DYNAMIC_TOPIC_CONFIG");
    walk.row(CONFIGS, "--describe --all --entity-type topics --entity-name orders")
        .says(
            "cleanup.policy=delete", "DEFAULT_CONFIG:log.cleanup.policy=delete", "segment.bytes=");
    walk.row(
            CONFIGS,
            "--alter --entity-type topics --entity-name orders --delete-config retention.ms")
        .says("Completed updating");
    walk.row(CONFIGS, "--describe --entity-type topics --entity-name orders")
        .says()
        .lacks("retention.ms=3600000");
    walk.row(
            CONFIGS,
            "--alter --entity-type topics --entity-name orders --add-config 'cleanup.policy=[compact,delete]'")
        .says("Completed updating");
    walk.row(CONFIGS, "--describe --topic orders").says("cleanup.policy=compact,delete");
    walk.row(CONFIGS, "--alter --topic orders --add-config no.such.key=1").refuses("no.such.key");
    walk.row(CONFIGS, "--alter --topic orders --delete-config cleanup.policy").says("Completed");
    walk.row(CONFIGS, "--describe --topic nowhere").says("doesn't exist");
    walk.row(CONFIGS, "--describe --entity-type brokers --all --entity-name 1")
        .says("node.id=1|log.retention.hours|num.partitions");
    walk.row(
            CONFIGS,
            "--alter --entity-type brokers --entity-name 2 --add-config log.retention.ms=7200000")
        .says("Completed updating config for broker 2");
    walk.row(CONFIGS, "--describe --entity-type brokers --entity-name 2")
        .says("log.retention.ms=7200000", "DYNAMIC_BROKER_CONFIG");
    walk.row(
            CONFIGS,
            "--alter --entity-type brokers --entity-name 2 --delete-config log.retention.ms")
        .says("Completed");
    walk.row(
            CONFIGS,
            "--alter --entity-type brokers --entity-default --add-config log.retention.ms=86400000")
        .says("Completed updating default config for brokers");
    walk.row(CONFIGS, "--describe --entity-type brokers --entity-default")
        .says("log.retention.ms=86400000");
    walk.row(CONFIGS, "--describe --all --topic orders").says("retention.ms=86400000");
    walk.row(
            CONFIGS,
            "--alter --entity-type brokers --entity-default --delete-config log.retention.ms")
        .says("Completed");
    walk.row(
            CONFIGS,
            "--alter --entity-type groups --entity-name readers --add-config consumer.session.timeout.ms=50000")
        .says("Completed updating config for group readers");
    walk.row(CONFIGS, "--describe --entity-type groups --entity-name readers")
        .says("consumer.session.timeout.ms=50000");
    walk.row(CONFIGS, "--describe --group readers --all").says("consumer.heartbeat.interval.ms=");
    walk.row(CONFIGS, "--alter --group readers --delete-config consumer.session.timeout.ms")
        .says("Completed");
    walk.row(CONFIGS, "--describe --entity-type broker-loggers --entity-name 1")
        .says("root=|ROOT=|INFO|WARN");
  }

  void clientMetrics() throws Exception {
    walk.row(
            CLIENT_METRICS,
            "--alter --name cm --metrics org.apache.kafka.producer. --interval 30000 --match client_software_name=apache.*")
        .says("Altered|altered|Completed");
    walk.row(CLIENT_METRICS, "--list").says("^cm$");
    walk.row(CLIENT_METRICS, "--describe --name cm")
        .says("interval.ms=30000", "org.apache.kafka.producer");
    walk.row(CONFIGS, "--describe --entity-type client-metrics --entity-name cm")
        .says("interval.ms=30000");
    walk.row(CLIENT_METRICS, "--delete --name cm").says();
    walk.row(CLIENT_METRICS, "--list").says().lacks("(?m)^cm$");
  }
}
