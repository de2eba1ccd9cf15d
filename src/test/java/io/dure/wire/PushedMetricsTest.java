package io.dure.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.common.telemetry.internals.MetricKey;
import org.apache.kafka.common.telemetry.internals.SinglePointMetric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's own client packs is read. */
class PushedMetricsTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final int ROOM = 1 << 20;

  private static SinglePointMetric sent(int value) {
    return SinglePointMetric.deltaSum(
        new MetricKey("org.apache.kafka.sent", Map.of("topic", "t")),
        value,
        true,
        NOW,
        NOW,
        Set.of());
  }

  private static SinglePointMetric age(double value) {
    return SinglePointMetric.gauge(new MetricKey("age", Map.of()), value, NOW, Set.of());
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void numbersAreReadFromEveryCodec(CompressionType codec) throws Exception {
    ByteBuffer bytes = ClientTelemetryUtils.compressMetrics(List.of(sent(5), age(2.5)), codec);

    var read = PushedMetrics.read(bytes, codec.id, ROOM);

    assertThat(read).isInstanceOf(PushedMetrics.Read.Metrics.class);
    assertThat(((PushedMetrics.Read.Metrics) read).pushed().points())
        .containsExactlyInAnyOrder(
            new PushedMetrics.Point(
                new PushedMetrics.Key("org.apache.kafka.sent", Map.of("topic", "t")), 5, true),
            new PushedMetrics.Point(new PushedMetrics.Key("age", Map.of()), 2.5, false));
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void garbageIsCalledSo(CompressionType codec) {
    ByteBuffer bytes = ByteBuffer.wrap("neither packed nor metrics".getBytes());

    assertThat(PushedMetrics.read(bytes, codec.id, ROOM))
        .isInstanceOf(PushedMetrics.Read.Malformed.class);
  }

  @Test
  void whatUnpacksToMoreThanAllowedIsNotUnpacked() throws Exception {
    List<SinglePointMetric> many = IntStream.range(0, 10_000).mapToObj(_ -> sent(1)).toList();
    ByteBuffer bytes = ClientTelemetryUtils.compressMetrics(many, CompressionType.ZSTD);

    assertThat(bytes.remaining()).isLessThan(50_000);
    assertThat(PushedMetrics.read(bytes, CompressionType.ZSTD.id, 50_000))
        .isInstanceOf(PushedMetrics.Read.TooLarge.class);
  }
}
