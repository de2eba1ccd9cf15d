package io.dure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Uses a broker as clients do, a little of everything. The launcher runs it once after a build, so
 * that the JVM's start-up cache knows the classes a broker and the commands need.
 */
@Command(
    name = "exercise",
    hidden = true,
    description = "Use a broker a little, for the start-up cache.")
final class ExerciseCommand implements Callable<Integer> {
  private static final String TOPIC = "exercise";
  private static final int PARTITIONS = 4;
  private static final int RECORDS = 3_000;
  private static final int VALUE_BYTES = 500;
  private static final long TIMEOUT_NS = 10_000_000_000L;

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Override
  public Integer call() throws Exception {
    try (Admin admin = cluster.admin()) {
      int brokers = admin.describeCluster().nodes().get().size();
      var topic = new NewTopic(TOPIC, Optional.of(PARTITIONS), Optional.of((short) brokers));
      admin.createTopics(List.of(topic)).all().get();
      produce();
      turnLeaders(admin);
      int read = consume();
      int status =
          DureCommand.run(
              new String[] {"status", "-b", cluster.bootstrap},
              new PrintWriter(System.err, true, UTF_8));
      return read == RECORDS && status == 0 ? 0 : 1;
    }
  }

  /** Every partition gets its last replica as its leader, by elections while it is read. */
  private static void turnLeaders(Admin admin) throws Exception {
    var wanted = new HashMap<TopicPartition, Optional<NewPartitionReassignment>>();
    List<TopicPartitionInfo> partitions =
        admin
            .describeTopics(List.of(TOPIC))
            .topicNameValues()
            .values()
            .iterator()
            .next()
            .get()
            .partitions();
    for (TopicPartitionInfo partition : partitions) {
      List<Integer> replicas = partition.replicas().stream().map(Node::id).toList();
      wanted.put(
          new TopicPartition(TOPIC, partition.partition()),
          Optional.of(new NewPartitionReassignment(replicas.reversed())));
    }
    admin.alterPartitionReassignments(wanted).all().get();
  }

  private void produce() throws Exception {
    var settings = new HashMap<>(cluster.client());
    settings.remove("default.api.timeout.ms");
    var bytes = new ByteArraySerializer();
    try (var producer = new KafkaProducer<>(settings, bytes, bytes)) {
      Future<?> last = producer.send(new ProducerRecord<>(TOPIC, new byte[VALUE_BYTES]));
      for (int i = 1; i < RECORDS; i++) {
        last = producer.send(new ProducerRecord<>(TOPIC, new byte[VALUE_BYTES]));
        if (i % 100 == 0) {
          last.get();
        }
      }
      last.get();
    }
  }

  private int consume() {
    var settings = new HashMap<>(cluster.client());
    settings.put("group.id", "exercise");
    settings.put("auto.offset.reset", "earliest");
    var bytes = new ByteArrayDeserializer();
    int read = 0;
    try (var consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      consumer.subscribe(List.of(TOPIC));
      long startedNs = System.nanoTime();
      while (read < RECORDS && System.nanoTime() - startedNs < TIMEOUT_NS) {
        read += consumer.poll(Duration.ofMillis(100)).count();
      }
      consumer.commitSync();
    }
    return read;
  }
}
