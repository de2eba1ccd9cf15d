package io.dure.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.console.ConsoleSettings.Write;
import io.dure.metadata.MetadataRecord.TargetSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a browser or a program gets from the pages, over HTTP. */
class ConsolePagesTest {
  private final FakeNode node = new FakeNode();
  private final HttpClient client = HttpClient.newHttpClient();
  private Console console = new Console(node, node, node);
  private Endpoint at = open(Write.LOCAL);

  private Endpoint open(Write write) {
    try {
      return console.open(
          new ConsoleSettings(new Endpoint("127.0.0.1", 0), 0, write, List.of("broker-1.example")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    console.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + at + path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String form, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + at + path))
            .POST(BodyPublishers.ofString(form));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** Status of a request with any Host, which the JDK's client does not let one choose. */
  private String raw(String path, String host) throws IOException {
    try (var socket = new Socket(at.host(), at.port())) {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(path, host)
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.split(" ", 3)[1];
    }
  }

  @Test
  void aNodeIsReadyWhenItWaitsForNothing() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);

    node.waitsFor = List.of("no leader is known", "3 of 7 replicas are open yet");

    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body())
        .contains("no leader is known\n3 of 7 replicas are open yet\n");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void aNameThatIsPointedHereFromElsewhereGetsNothing() throws Exception {
    assertThat(raw("/api/pulse", "evil.example")).isEqualTo("421");
    assertThat(raw("/", "evil.example:" + at.port())).isEqualTo("421");
    assertThat(raw("/api/pulse", "127.0.0.1.evil.example")).isEqualTo("421");
    assertThat(raw("/api/pulse", "localhost:" + at.port())).isEqualTo("200");
    assertThat(raw("/api/pulse", "BROKER-1.example:" + at.port())).isEqualTo("200");
    assertThat(raw("/api/pulse", "[::1]:" + at.port())).isEqualTo("200");
  }

  @Test
  void programsMayAskForNumbersUnderAnyName() throws Exception {
    assertThat(raw("/metrics", "dure-0.dure.svc:9080")).isEqualTo("200");
    assertThat(raw("/health/ready", "dure-0.dure.svc:9080")).isEqualTo("200");
  }

  @Test
  void changesComeFromOurOwnPagesOnly() throws Exception {
    node.brokers(1);
    String ours = "http://" + at;

    assertThat(post("/api/topics", "topic=a").statusCode()).isEqualTo(403);
    assertThat(
            post(
                    "/api/topics",
                    "topic=a",
                    HttpDoor.OUR_HEADER,
                    "1",
                    "Origin",
                    "http://evil.example")
                .statusCode())
        .isEqualTo(403);
    assertThat(node.done).isEmpty();
    assertThat(
            post("/api/topics", "topic=a", HttpDoor.OUR_HEADER, "1", "Origin", ours).statusCode())
        .isEqualTo(200);
    assertThat(node.done).containsExactly("create a -1 -1 {}");
  }

  @Test
  void clientsAreThoseOfEveryNodeThatAnswers() throws Exception {
    node.brokers(2);

    assertThat(get("/api/clients").body())
        .isEqualTo(
            "{\"most\":200,\"nodes\":[{\"node\":1,\"clients\":[{\"client\":\"payments <7>\","
                + "\"instance\":\"instance-1\",\"software\":\"apache-kafka-java 4.4.0\","
                + "\"address\":\"127.0.0.1:40000\",\"silentMs\":700,\"everyMs\":5000,"
                + "\"labels\":{\"transactional_id\":\"pay\"},\"figures\":{\"produceMs\":2.5}}]}]}");
    assertThat(get("/api/clients?filter=nobody").body()).contains("\"clients\":[]");
    assertThat(get("/api/clients?filter=%3C7%3E").body()).contains("payments");
  }

  @Test
  void aConsoleThatOnlyShowsChangesNothing() throws Exception {
    console.close();
    console = new Console(node, node, node);
    at = open(Write.NEVER);

    HttpResponse<String> answer = post("/api/topics", "topic=a", HttpDoor.OUR_HEADER, "1");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("console.write=true");
    assertThat(get("/api/pulse").body()).contains("\"write\":false");
    assertThat(node.done).isEmpty();
  }

  @Test
  void pagesForbidEverythingForeign() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'");
    assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
    assertThat(get("/app.js").headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/javascript");
    assertThat(get("/views/map.js").statusCode()).isEqualTo(200);
    assertThat(get("/../logback.xml").statusCode()).isEqualTo(404);
    assertThat(get("/%2e%2e/io/dure/console/Api.class").statusCode()).isEqualTo(404);
  }

  @Test
  void aBodyBeyondTheBoundIsRefused() throws Exception {
    assertThat(
            post("/api/messages", "value=" + "x".repeat(2 << 20), HttpDoor.OUR_HEADER, "1")
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void metricsAreInPrometheusFormatAndDoNotGrowWithTopics() throws Exception {
    node.brokers(3);
    node.topic("orders", 6, 3);
    String few = get("/metrics").body();
    for (int i = 0; i < 50; i++) {
      node.topic("t" + i, 10, 3);
    }
    String many = get("/metrics").body();

    assertThat(few)
        .contains("# TYPE dure_records_appended_total counter")
        .contains("dure_records_appended_total 100.0")
        .contains("dure_partitions_led 2.0")
        .contains("dure_request_seconds_bucket{kind=\"produce\",le=\"0.005\"} 1")
        .contains("dure_group_lag_records{group=\"billing\"} 10.0")
        .contains("dure_group_lag_seconds{group=\"billing\"} 30.0");
    assertThat(many.lines().count()).isEqualTo(few.lines().count());
    assertThat(many).contains("dure_partitions_led 202.0");
  }

  @Test
  void theDashboardAndTheAlertRulesAskForNumbersThatAreThere() throws Exception {
    node.brokers(3);
    node.topic("orders", 6, 3);
    String page = get("/metrics").body();

    for (String file : List.of("grafana.json", "alerts.yml")) {
      List<String> asked =
          Pattern.compile("dure_\\w+")
              .matcher(Files.readString(Path.of("docs/monitoring", file)))
              .results()
              .map(MatchResult::group)
              .distinct()
              .toList();
      assertThat(asked).hasSizeGreaterThan(8);
      assertThat(asked)
          .allSatisfy(name -> assertThat(page).containsPattern("(?m)^" + name + "(_bucket)?[ {]"));
    }
  }

  @Test
  void thePulseTellsWhoIsThereAndWhatHappened() throws Exception {
    console.onImage(node.brokers(3));
    console.onImage(node.topic("orders", 3, 3));
    console.onImage(node.fence(2));
    console.onImage(node.apply(node.appointed("orders", 1, 1, 3)));

    String pulse = get("/api/pulse").body();

    assertThat(pulse)
        .contains("\"id\":2,\"address\":\"127.0.0.1:9092\",\"rack\":\"\",\"live\":false")
        .contains("\"kind\":\"BROKER_AWAY\"")
        .contains("\"kind\":\"LEADER_DIED\"")
        .contains("\"partitions\":\"orders-1\"");
  }

  @Test
  void aMapOfManyPartitionsIsToldInSumsAPageAtATime() throws Exception {
    node.brokers(3);
    node.topic("orders", 6, 3);
    assertThat(get("/api/map").body())
        .contains("\"detail\":true")
        .contains("\"p\":0,\"leader\":1,\"epoch\":0,\"replicas\":[1,2,3],\"inStep\":[1,2,3]");

    for (int i = 100; i < 300; i++) {
      node.topic("t" + i, 50, 3);
    }
    String map = get("/api/map?from=40").body();

    assertThat(map)
        .contains("\"detail\":false,\"total\":201,\"partitions\":10006,\"from\":40,\"page\":40")
        .contains("\"name\":\"t139\"")
        .doesNotContain("\"name\":\"t138\"")
        .doesNotContain("\"name\":\"t179\"")
        .contains("{\"broker\":1,\"leads\":17,\"copies\":50,\"behind\":0}");
    assertThat(map.length()).isLessThan(10_000);
    assertThat(get("/api/pulse").body().length()).isLessThan(2_000);
  }

  @Test
  void messagesAreReadAtTheLeaderAndWrittenWhenAllowed() throws Exception {
    node.brokers(1);
    node.topic("orders", 2, 1);

    assertThat(get("/api/messages?topic=orders&partition=1").body())
        .contains("\"offset\":99")
        .contains("\"keySize\":-1,\"valueSize\":5,\"value\":\"aGVsbG8=\"");
    assertThat(get("/api/messages?topic=orders&partition=2").statusCode()).isEqualTo(400);
    assertThat(get("/api/messages?topic=nothing").statusCode()).isEqualTo(409);
    assertThat(
            post("/api/messages", "topic=orders&key=k&value=%ED%95%9C", HttpDoor.OUR_HEADER, "1")
                .body())
        .isEqualTo("{\"partition\":0,\"offset\":7}");
    assertThat(node.done).containsExactly("write orders k 한");
  }

  @Test
  void aTopicIsDeletedOnlyWhenItsNameIsRepeated() throws Exception {
    node.brokers(1);
    node.topic("orders", 1, 1);

    assertThat(
            post("/api/topic/delete", "topic=orders&confirm=order", HttpDoor.OUR_HEADER, "1")
                .statusCode())
        .isEqualTo(400);
    assertThat(node.done).isEmpty();
    assertThat(
            post("/api/topic/delete", "topic=orders&confirm=orders", HttpDoor.OUR_HEADER, "1")
                .statusCode())
        .isEqualTo(200);
    assertThat(node.done).containsExactly("delete orders");
  }

  @Test
  void aGroupsLagIsToldInRecordsAndSeconds() throws Exception {
    node.brokers(1);
    node.topic("orders", 1, 1);

    assertThat(get("/api/group?group=billing").body())
        .contains("\"lag\":10,\"seconds\":30.0")
        .contains("\"holds\":\"orders 0–2, 4\"")
        .contains("\"committed\":90,\"end\":100");
  }

  @Test
  void ofManyPartitionsOfAGroupThoseWithTheMostUnreadComeFirst() throws Exception {
    node.brokers(1);
    node.topic("orders", 250, 1);
    node.committed = IntStream.range(0, 250).mapToObj(p -> committed(p, p == 170)).toList();

    assertThat(get("/api/group?group=billing").body())
        .contains("\"total\":250,\"from\":0,\"page\":100")
        .contains("\"lags\":[{\"topic\":\"orders\",\"partition\":170,\"committed\":40")
        .contains("\"partition\":98,")
        .doesNotContain("\"partition\":99,");
    assertThat(get("/api/group?group=billing&from=200").body()).contains("\"partition\":249,");
  }

  private static Desk.Committed committed(int partition, boolean late) {
    return new Desk.Committed("orders", partition, late ? 40 : 90);
  }

  @Test
  void aTopicsPartitionsAreToldAPageAtATime() throws Exception {
    node.brokers(3);
    node.topic("orders", 250, 3);

    assertThat(get("/api/topic?topic=orders&from=100").body())
        .contains("\"total\":250,\"from\":100,\"page\":100")
        .contains("\"p\":100,")
        .contains("\"p\":199,")
        .doesNotContain("\"p\":99,")
        .doesNotContain("\"p\":200,");
  }

  @Test
  void movesAreToldWithTheirProgressAndThePlanWithItsReasons() throws Exception {
    node.brokers(4);
    node.topic("orders", 1, 3);
    node.apply(
        new TargetSet(
            FakeNode.partition("orders", 0), List.of(new NodeId(4), new NodeId(2), new NodeId(3))));

    assertThat(get("/api/moves").body())
        .contains("\"topic\":\"orders\",\"partition\":0,\"replicas\":[1,2,3]")
        .contains("\"adding\":[4],\"removing\":[1]")
        .contains("\"balance\":\"on\"")
        .contains("\"from\":\"1,2,3\",\"to\":\"4,2,3\",\"reasons\":[\"broker 4 is empty\"]");
  }

  @Test
  void ofALongPlanTheFirstMovesAreToldAndHowManyThereAre() throws Exception {
    node.brokers(4);
    node.topic("orders", 1, 3);
    node.plannedMoves = 7_500;

    String moves = get("/api/moves").body();

    assertThat(moves).contains("\"planned\":7500");
    assertThat(moves.split("broker 4 is empty", -1)).hasSize(51);
  }

  @Test
  void anAddressAskedForIsTakenOrRefusedAndTheUsualOneGivesWay() throws Exception {
    try (var second = new Console(node, node, node)) {
      var same = new ConsoleSettings(at, 0, Write.LOCAL, List.of());
      assertThatThrownBy(() -> second.open(same)).isInstanceOf(IOException.class);
      Endpoint next = second.open(new ConsoleSettings(at, 32, Write.LOCAL, List.of()));
      assertThat(next.port()).isGreaterThan(at.port()).isLessThanOrEqualTo(at.port() + 32);
    }
  }
}
