package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

/** Kafka's own clients push their metrics as they are asked to, and the console shows them. */
class TelemetryIT {
  /** One client, as /api/clients tells it. */
  private static final Pattern CLIENT =
      Pattern.compile("\\{\"client\":\"([^\"]*)\".*?\"figures\":\\{[^}]*}}");

  private static final Duration WAIT = Duration.ofSeconds(5);

  @Test
  void whatClientsPushIsShownByAnyConsole(@TempDir Path folder) throws Exception {
    try (ClusterFork cluster = ClusterFork.start(2, folder, "console=127.0.0.1:0");
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
        other.send(new ProducerRecord<>("measured", new byte[10])).get();
        consumer.subscribe(List.of("measured"));

        Map<String, String> shown = new HashMap<>();
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> {
              producer.send(new ProducerRecord<>("measured", new byte[10]));
              consumer.poll(Duration.ofMillis(200));
              shown.putAll(shown(cluster, 2));
              return tells(shown.getOrDefault("it-writer", ""), "produceMs", "writtenPerSecond")
                  && tells(shown.getOrDefault("it-reader", ""), "fetchMs", "readPerSecond");
            });

        String writer = shown.get("it-writer");
        assertThat(writer)
            .contains("\"software\":\"apache-kafka-java 4.4.0\"", "\"everyMs\":500")
            .contains("\"address\":\"127.0.0.1:")
            .contains("\"instance\":\"" + producer.clientInstanceId(WAIT) + "\"")
            .doesNotContain("fetchMs", "readPerSecond");
        assertThat(number(writer, "silentMs")).isBetween(0.0, 1_500.0);
        assertThat(number(writer, "produceMs")).isPositive();
        assertThat(number(writer, "requestsPerSecond")).isPositive();
        assertThat(number(writer, "writtenPerSecond")).isPositive();
        String reader = shown.get("it-reader");
        assertThat(reader)
            .contains("\"labels\":{\"group_id\":\"readers\"")
            .contains("\"instance\":\"" + consumer.clientInstanceId(WAIT) + "\"");
        assertThat(number(reader, "readPerSecond")).isPositive();

        // It was asked for nothing, so it told nothing; both consoles say the same.
        assertThat(other.clientInstanceId(WAIT)).isNotNull();
        assertThat(shown).doesNotContainKey("other");
        assertThat(shown(cluster, 1)).containsKeys("it-writer", "it-reader");
      }
    }
  }

  private static boolean tells(String client, String... figures) {
    return Stream.of(figures).allMatch(figure -> client.contains("\"" + figure + "\":"));
  }

  private static double number(String client, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":([-0-9.E]+)").matcher(client);
    assertThat(found.find()).as(name + " in " + client).isTrue();
    return Double.parseDouble(found.group(1));
  }

  /** What the console of this broker shows, by client id. */
  private static Map<String, String> shown(ClusterFork cluster, int broker) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create(cluster.broker(broker).console() + "/api/clients?filter=");
      String body =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      Map<String, String> clients = new HashMap<>();
      CLIENT.matcher(body).results().forEach(each -> clients.put(each.group(1), each.group()));
      return clients;
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
