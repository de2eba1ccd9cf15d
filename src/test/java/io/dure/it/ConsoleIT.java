package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The console of a real broker shows the whole cluster, whoever knows what. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class ConsoleIT {
  private final HttpClient client = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init")
  private ClusterFork cluster;

  @BeforeAll
  void start(@TempDir Path folder) {
    cluster = ClusterFork.start(3, folder, "console=127.0.0.1:0");
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  private HttpResponse<String> get(int broker, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(cluster.broker(broker).console() + path))
            .timeout(Duration.ofSeconds(10))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> post(int broker, String path, Map<String, String> values)
      throws Exception {
    var form = new StringBuilder();
    values.forEach((name, value) ->
        form.append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
            .append('&'));
    return client.send(
        HttpRequest.newBuilder(URI.create(cluster.broker(broker).console() + path))
            .header("X-Dure-Console", "1")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .timeout(Duration.ofSeconds(15))
            .POST(BodyPublishers.ofString(form.toString()))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  @Order(1)
  void aTopicIsMadeWrittenAndReadThroughAnyNode() throws Exception {
    assertThat(get(1, "/health/ready").statusCode()).isEqualTo(200);
    assertThat(post(2, "/api/topics", Map.of("topic", "orders", "partitions", "6")).statusCode())
        .isEqualTo(200);
    assertThat(post(2, "/api/topics", Map.of("topic", "orders")).body())
        .contains("TOPIC_ALREADY_EXISTS");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> get(1, "/api/map").body().contains("\"orders\""));
    for (int i = 0; i < 3; i++) {
      assertThat(
              post(
                      1,
                      "/api/messages",
                      Map.of(
                          "topic", "orders", "partition", "4", "key", "k" + i, "value", "값 " + i))
                  .body())
          .isEqualTo("{\"partition\":4,\"offset\":" + i + "}");
    }

    for (int broker = 1; broker <= 3; broker++) {
      assertThat(get(broker, "/api/messages?topic=orders&partition=4&from=offset:1&limit=1").body())
          .contains("\"start\":0,\"end\":3,\"next\":2", "\"offset\":1", "\"keySize\":2");
      assertThat(get(broker, "/api/topic?topic=orders").body())
          .contains("\"p\":4,\"size\":")
          .contains("\"start\":0,\"end\":3")
          .contains("\"name\":\"retention.ms\"");
    }
  }

  @Test
  @Order(2)
  void aGroupsLagIsKnownAtEveryNodeInRecordsAndSeconds() throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", cluster.bootstrap());
    settings.put("group.id", "billing");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.commitSync(Map.of(new TopicPartition("orders", 4), new OffsetAndMetadata(1)));
    }

    for (int broker = 1; broker <= 3; broker++) {
      assertThat(get(broker, "/api/group?group=billing").body())
          .contains("\"topic\":\"orders\",\"partition\":4,\"committed\":1,\"end\":3,\"lag\":2")
          .doesNotContain("\"seconds\":-1");
    }
    String metrics =
        get(1, "/metrics").body() + get(2, "/metrics").body() + get(3, "/metrics").body();
    assertThat(metrics.lines().filter(line -> line.startsWith("dure_group_lag_records{")))
        .containsExactly("dure_group_lag_records{group=\"billing\"} 2.0");
    assertThat(metrics).contains("dure_records_appended_total 3.0");
  }

  @Test
  @Order(3)
  void aDeathIsSeenWithinASecondAndNamedWithItsRemedy() throws Exception {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(1, "/api/pulse").body().contains("\"behind\":0,\"moving\":0"));

    long killedNs = System.nanoTime();
    cluster.broker(2).kill();

    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(3))
        .untilAsserted(() ->
            assertThat(get(1, "/api/pulse").body())
                .contains("\"kind\":\"BROKER_AWAY\"")
                .contains("\"kind\":\"LEADER_DIED\""));
    System.out.println("seen after ms: " + (System.nanoTime() - killedNs) / 1_000_000);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(get(3, "/api/findings").body())
                .contains("\"code\":\"BROKER_AWAY\"", "Broker 2", "브로커 2"));
    assertThat(get(3, "/api/numbers").body())
        .contains("{\"node\":1,", "{\"node\":3,")
        .doesNotContain("{\"node\":2,");

    cluster.broker(2).restart();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(get(1, "/api/pulse").body()).contains("\"kind\":\"BROKER_BACK\""));
  }

  @Test
  @Order(4)
  void withoutAMajorityReadingGoesOnAndChangesSayWhyNot() throws Exception {
    cluster.broker(2).kill();
    cluster.broker(3).kill();

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(get(1, "/health/ready").body()).contains("no leader of the metadata log"));
    assertThat(get(1, "/health/ready").statusCode()).isEqualTo(503);
    assertThat(get(1, "/health/live").statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(get(1, "/api/findings").body()).contains("\"code\":\"NO_CONTROLLER\""));
    assertThat(
            post(1, "/api/messages", Map.of("topic", "orders", "partition", "0", "value", "x"))
                .statusCode())
        .isEqualTo(409);
    List<String> pages = List.of("/api/pulse", "/api/map", "/api/topics", "/metrics", "/");
    for (String page : pages) {
      assertThat(get(1, page).statusCode()).as(page).isEqualTo(200);
    }
  }
}
