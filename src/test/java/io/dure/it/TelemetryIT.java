package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own clients push their metrics as they are asked to. */
class TelemetryIT {

  @Test
  void aProducerAndAConsumerPushWhatASubscriptionWants(@TempDir Path folder) throws Exception {
    try (ClusterFork cluster = ClusterFork.start(1, folder);
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
      var subscription = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all");
      admin
          .incrementalAlterConfigs(
              Map.of(
                  subscription,
                  List.of(
                      set("metrics", "org.apache.kafka."),
                      set("interval.ms", "500"),
                      set("match", "client_software_name=apache-kafka-java,client_id=it-.*"))))
          .all()
          .get();

      try (var producer = producer(cluster, "it-writer");
          var consumer = consumer(cluster, "it-reader");
          var other = producer(cluster, "other")) {
        producer.send(new ProducerRecord<>("measured", new byte[10])).get();
        consumer.subscribe(List.of("measured"));

        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> {
              consumer.poll(Duration.ofMillis(200));
              String log = cluster.broker(1).lastWords();
              return log.contains("client it-writer (apache-kafka-java 4.4.0)")
                  && log.contains("client it-reader (apache-kafka-java 4.4.0)");
            });

        assertThat(cluster.broker(1).lastWords()).doesNotContain("client other");
        assertThat(producer.clientInstanceId(Duration.ofSeconds(5)))
            .isNotEqualTo(consumer.clientInstanceId(Duration.ofSeconds(5)));
        assertThat(other.clientInstanceId(Duration.ofSeconds(5))).isNotNull();
      }
    }
  }

  private static AlterConfigOp set(String key, String value) {
    return new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
  }

  private static KafkaProducer<byte[], byte[]> producer(ClusterFork cluster, String clientId) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", cluster.bootstrap(), "client.id", clientId),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(ClusterFork cluster, String clientId) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            cluster.bootstrap(),
            "client.id",
            clientId,
            "group.id",
            "readers",
            "auto.offset.reset",
            "earliest"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
