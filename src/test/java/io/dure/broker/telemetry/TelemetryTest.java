package io.dure.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Rng;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.ClientSoftware;
import io.dure.wire.PushedMetrics;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.junit.jupiter.api.Test;

/** Who is asked for what, and whose push is taken when. */
class TelemetryTest {
  private static final int MAX_BYTES = 1_000;
  private static final Uuid INSTANCE = new Uuid(5, 6);

  private ClusterImage image = ClusterImage.EMPTY;
  private final Telemetry telemetry =
      new Telemetry(() -> image.configs(), MAX_BYTES, new CountingRng());
  private long nowMs = 1_000_000;

  private static final class CountingRng implements Rng {
    private long next = 100;

    @Override
    public int below(int bound) {
      return 0;
    }

    @Override
    public long nextLong() {
      return next++;
    }
  }

  private void subscribe(String name, String key, String value) {
    var resource = new ConfigResource(ConfigResource.Kind.CLIENT_METRICS, name);
    image =
        image.apply(
            List.of(new MetadataRecord.ConfigChanged(resource, key, Optional.of(value))),
            image.endOffset() + 1);
  }

  private static Asker asker(Uuid instance) {
    return new Asker(
        instance, "payments-7", new ClientSoftware("apache-kafka-java", "4.4.0"), "10.0.0.9", 4711);
  }

  private GetTelemetrySubscriptionsResponseData ask(Uuid instance) {
    return telemetry.ask(asker(instance), nowMs);
  }

  private WireError push(int subscription, int codec, boolean isLast, int bytes) {
    return telemetry.push(
        new PushTelemetryRequestData()
            .setClientInstanceId(INSTANCE)
            .setSubscriptionId(subscription)
            .setCompressionType((byte) codec)
            .setTerminating(isLast)
            .setMetrics(ByteBuffer.allocate(bytes)),
        asker(INSTANCE),
        nowMs);
  }

  // ---- what is wanted

  @Test
  void aClientWithoutAnIdGetsOne() {
    Uuid given = telemetry.instance(new GetTelemetrySubscriptionsRequestData());

    assertThat(given).isNotEqualTo(Uuid.ZERO_UUID);
    assertThat(telemetry.instance(new GetTelemetrySubscriptionsRequestData())).isNotEqualTo(given);
    assertThat(
            telemetry.instance(
                new GetTelemetrySubscriptionsRequestData().setClientInstanceId(INSTANCE)))
        .isEqualTo(INSTANCE);
  }

  @Test
  void nothingIsWantedWithoutSubscriptions() {
    GetTelemetrySubscriptionsResponseData told = ask(INSTANCE);

    assertThat(told.requestedMetrics()).isEmpty();
    assertThat(told.pushIntervalMs()).isEqualTo(300_000);
    assertThat(told.deltaTemporality()).isTrue();
    assertThat(told.telemetryMaxBytes()).isEqualTo(MAX_BYTES);
  }

  @Test
  void subscriptionsThatMatchAreAddedUp() {
    subscribe("a", "metrics", "x.,y.");
    subscribe("a", "interval.ms", "9000");
    subscribe("b", "metrics", "y.,z.");
    subscribe("b", "interval.ms", "5000");
    subscribe("b", "match", "client_id=pay.*,client_software_version=4\\.4\\..*");
    subscribe("c", "metrics", "never.");
    subscribe("c", "interval.ms", "100");
    subscribe("c", "match", "client_id=pay.*,client_source_port=9.*");

    GetTelemetrySubscriptionsResponseData told = ask(INSTANCE);

    assertThat(told.requestedMetrics()).containsExactly("x.", "y.", "z.");
    assertThat(told.pushIntervalMs()).isEqualTo(5_000);
  }

  @Test
  void allMetricsSwallowTheOthers() {
    subscribe("a", "metrics", "x.");
    subscribe("b", "metrics", "*");

    assertThat(ask(INSTANCE).requestedMetrics()).containsExactly("*");
  }

  @Test
  void eachSelectorTellsClientsApart() {
    Map<String, String> fits =
        Map.of(
            "client_id", "payments-\\d",
            "client_instance_id", INSTANCE.toString(),
            "client_software_name", "apache-kafka-java",
            "client_software_version", "4\\.4\\.0",
            "client_source_address", "10\\..*",
            "client_source_port", "4711");
    fits.forEach((selector, regex) -> {
      subscribe("fits-" + selector, "metrics", selector + ".");
      subscribe("fits-" + selector, "match", selector + "=" + regex);
      subscribe("not-" + selector, "metrics", "not." + selector);
      subscribe("not-" + selector, "match", selector + "=" + regex + "x");
    });

    assertThat(ask(INSTANCE).requestedMetrics())
        .containsExactlyInAnyOrderElementsOf(fits.keySet().stream().map(s -> s + ".").toList());
  }

  @Test
  void theSubscriptionIdIsTheSameOnEveryNode() {
    subscribe("a", "metrics", "x.");
    var other = new Telemetry(() -> image.configs(), MAX_BYTES, new CountingRng());

    assertThat(other.ask(asker(INSTANCE), nowMs).subscriptionId())
        .isEqualTo(ask(INSTANCE).subscriptionId())
        .isNotEqualTo(ask(new Uuid(7, 8)).subscriptionId());
  }

  // ---- when

  @Test
  void whoAsksTooEarlyIsToldSo() {
    ask(INSTANCE);

    nowMs += 100_000;
    assertThat(ask(INSTANCE).errorCode()).isEqualTo(WireError.THROTTLING_QUOTA_EXCEEDED.code());
    nowMs += 200_000;
    assertThat(ask(INSTANCE).errorCode()).isEqualTo(WireError.NONE.code());
  }

  @Test
  void theFirstPushMayComeAtAnyTimeAndLaterOnesInTime() {
    int id = ask(INSTANCE).subscriptionId();

    assertThat(push(id, 0, false, 10)).isEqualTo(WireError.NONE);
    nowMs += 150_000;
    assertThat(push(id, 0, false, 10)).isEqualTo(WireError.THROTTLING_QUOTA_EXCEEDED);
    nowMs += 149_000; // a second early
    assertThat(push(id, 0, false, 10)).isEqualTo(WireError.NONE);
  }

  @Test
  void theLastPushIsNeverTooEarlyAndNothingComesAfterIt() {
    int id = ask(INSTANCE).subscriptionId();
    push(id, 0, false, 10);

    assertThat(push(id, 0, true, 10)).isEqualTo(WireError.NONE);
    assertThat(push(id, 0, true, 10)).isEqualTo(WireError.INVALID_REQUEST);
  }

  @Test
  void whoPushesForOtherWishesMayAskForThemAtOnce() {
    int id = ask(INSTANCE).subscriptionId();
    subscribe("a", "metrics", "x.");

    assertThat(push(id, 0, false, 10)).isEqualTo(WireError.UNKNOWN_SUBSCRIPTION_ID);
    GetTelemetrySubscriptionsResponseData told = ask(INSTANCE);
    assertThat(told.errorCode()).isEqualTo(WireError.NONE.code());
    assertThat(push(told.subscriptionId(), 0, false, 10)).isEqualTo(WireError.NONE);
  }

  @Test
  void codecsAndSizesAreChecked() {
    int id = ask(INSTANCE).subscriptionId();

    assertThat(push(id, 9, false, 10)).isEqualTo(WireError.UNSUPPORTED_COMPRESSION_TYPE);
    ask(INSTANCE);
    assertThat(push(id, 4, false, MAX_BYTES + 1)).isEqualTo(WireError.TELEMETRY_TOO_LARGE);
    nowMs += 300_000;
    assertThat(push(id, 4, false, MAX_BYTES)).isEqualTo(WireError.NONE);
  }

  // ---- what is kept

  private static PushedMetrics told(PushedMetrics.Point... points) {
    return new PushedMetrics(Map.of("group_id", "readers"), List.of(points));
  }

  private static PushedMetrics.Point point(String name, double value, boolean isDelta) {
    return new PushedMetrics.Point(
        new PushedMetrics.Key(name, Map.of("topic", "t")), value, isDelta);
  }

  @Test
  void differencesAreAddedUpAndOtherValuesReplaced() {
    ask(INSTANCE);

    telemetry.keep(asker(INSTANCE), told(point("sent", 5, true), point("age", 7, false)));
    telemetry.keep(asker(INSTANCE), told(point("sent", 3, true), point("age", 2, false)));

    ClientReport report = telemetry.reports("", 10, nowMs).getFirst();
    assertThat(report.clientId()).isEqualTo("payments-7");
    assertThat(report.labels()).containsEntry("group_id", "readers");
    assertThat(telemetry.valuesOf(INSTANCE))
        .containsOnly(
            Map.entry(point("sent", 0, true).key(), 8.0),
            Map.entry(point("age", 0, true).key(), 2.0));
  }

  @Test
  void whoWasSilentForThreeIntervalsIsNotReported() {
    ask(INSTANCE);
    telemetry.keep(asker(INSTANCE), told(point("sent", 5, true)));

    assertThat(telemetry.reports("", 10, nowMs + 900_000)).hasSize(1);
    assertThat(telemetry.reports("", 10, nowMs + 900_001)).isEmpty();
  }

  @Test
  void reportsAreThoseOfTheLastAndOfWhomTheFilterNames() {
    for (int i = 1; i <= 3; i++) {
      ask(new Uuid(i, i));
      telemetry.keep(asker(new Uuid(i, i)), told(point("sent", 5, true)));
      nowMs += 1_000;
    }

    assertThat(telemetry.reports("", 2, nowMs))
        .extracting(ClientReport::instance)
        .containsExactly(new Uuid(3, 3), new Uuid(2, 2));
    assertThat(telemetry.reports("payments", 10, nowMs)).hasSize(3);
    assertThat(telemetry.reports("nobody", 10, nowMs)).isEmpty();
  }

  @Test
  void figuresAreTheSumOrTheWorstOfWhatIsToldInParts() {
    ask(INSTANCE);
    telemetry.keep(
        asker(INSTANCE),
        told(
            at("producer.node.request.latency.avg", 3, "node_id", "1"),
            at("producer.node.request.latency.avg", 8, "node_id", "2"),
            at("producer.record.send.rate", Double.NaN, "topic", "t"),
            at("consumer.fetch.manager.records.consumed.rate", 10, "topic", "a"),
            at("consumer.fetch.manager.records.consumed.rate", 20, "topic", "b")));

    assertThat(telemetry.reports("", 10, nowMs).getFirst().figures())
        .containsOnly(Map.entry(Figure.PRODUCE_MS, 8.0), Map.entry(Figure.READ, 30.0));

    telemetry.keep(
        asker(INSTANCE),
        told(
            new PushedMetrics.Point(
                new PushedMetrics.Key(
                    "org.apache.kafka.consumer.fetch.manager.records.consumed.rate", Map.of()),
                29,
                false)));

    assertThat(telemetry.reports("", 10, nowMs).getFirst().figures())
        .containsEntry(Figure.READ, 29.0);
  }

  private static PushedMetrics.Point at(String name, double value, String key, String of) {
    return new PushedMetrics.Point(
        new PushedMetrics.Key("org.apache.kafka." + name, Map.of(key, of)), value, false);
  }

  @Test
  void whatIsKeptHasABound() {
    var kept = new Kept();
    PushedMetrics much =
        told(
            IntStream.range(0, 5_000)
                .mapToObj(i -> point("metric-" + i, 1, true))
                .toArray(PushedMetrics.Point[]::new));

    for (int i = 1; i <= 100; i++) {
      kept.add(new Uuid(i, i), much);
      assertThat(kept.bytes()).isLessThanOrEqualTo(Kept.MAX_BYTES);
    }

    assertThat(kept.knows(new Uuid(1, 1))).isFalse();
    assertThat(kept.values(new Uuid(100, 100))).hasSizeBetween(1_000, 4_999);
  }

  @Test
  void theNumberOfClientsHasABound() {
    for (int i = 1; i <= Telemetry.MAX_CLIENTS + 1; i++) {
      ask(new Uuid(i, i));
    }

    // The first is forgotten, so it is new again; the second is not.
    assertThat(ask(new Uuid(2, 2)).errorCode())
        .isEqualTo(WireError.THROTTLING_QUOTA_EXCEEDED.code());
    assertThat(ask(new Uuid(1, 1)).errorCode()).isEqualTo(WireError.NONE.code());
  }
}
