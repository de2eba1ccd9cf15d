package io.dure.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.shaded.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;

/**
 * What a client pushes in PushTelemetry (KIP-714), read from OpenTelemetry's bytes. Numbers only:
 * histograms and summaries, which no known Kafka client sends, are passed over.
 *
 * @param labels of the client as a whole: its group, its transactional id, its rack
 */
public record PushedMetrics(Map<String, String> labels, List<Point> points) {
  public PushedMetrics {
    labels = Map.copyOf(labels);
    points = List.copyOf(points);
  }

  /** Which number of a client it is. */
  public record Key(String metric, Map<String, String> attributes) {
    public Key {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * @param isDelta whether the value adds to those before; else it stands in their place
   */
  public record Point(Key key, double value, boolean isDelta) {}

  /** What became of the bytes. */
  public sealed interface Read {
    record Metrics(PushedMetrics pushed) implements Read {}

    /** They unpack to more than is allowed. */
    record TooLarge() implements Read {}

    record Malformed(String reason) implements Read {}
  }

  /**
   * The codecs that clients may use, the one that packs best first. Not snappy: its reader sets
   * aside as much memory as the bytes claim to need, before any limit of ours is looked at.
   */
  public static List<Byte> codecs() {
    return List.of(CompressionType.ZSTD.id, CompressionType.LZ4.id, CompressionType.GZIP.id);
  }

  /** No codec at all is always allowed. */
  public static boolean isKnownCodec(byte codec) {
    return codec == CompressionType.NONE.id || codecs().contains(codec);
  }

  /**
   * @param codec a known one
   * @param maxBytes that they may unpack to
   */
  public static Read read(ByteBuffer bytes, byte codec, int maxBytes) {
    try {
      ByteBuffer unpacked =
          ClientTelemetryUtils.decompress(
              bytes.duplicate(), CompressionType.forId(codec), maxBytes);
      return new Read.Metrics(of(MetricsData.parseFrom(unpacked)));
    } catch (TelemetryTooLargeException _) {
      return new Read.TooLarge();
    } catch (InvalidProtocolBufferException e) {
      return new Read.Malformed("no OpenTelemetry metrics: " + e.getMessage());
    } catch (RuntimeException e) {
      // The codecs of the library complain of bad bytes in many ways.
      return new Read.Malformed("cannot be unpacked: " + e);
    }
  }

  private static PushedMetrics of(MetricsData data) {
    Map<String, String> labels = new TreeMap<>();
    List<Point> points = new ArrayList<>();
    for (ResourceMetrics resource : data.getResourceMetricsList()) {
      labels.putAll(attributes(resource.getResource().getAttributesList()));
      for (ScopeMetrics scope : resource.getScopeMetricsList()) {
        scope.getMetricsList().forEach(metric -> addPoints(metric, points));
      }
    }
    return new PushedMetrics(labels, points);
  }

  private static void addPoints(Metric metric, List<Point> points) {
    boolean isDelta =
        metric.hasSum()
            && metric.getSum().getAggregationTemporality()
                == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
    List<NumberDataPoint> numbers =
        metric.hasSum()
            ? metric.getSum().getDataPointsList()
            : metric.getGauge().getDataPointsList();
    for (NumberDataPoint number : numbers) {
      Key key = new Key(metric.getName(), attributes(number.getAttributesList()));
      double value = number.hasAsInt() ? number.getAsInt() : number.getAsDouble();
      points.add(new Point(key, value, isDelta));
    }
  }

  private static Map<String, String> attributes(List<KeyValue> list) {
    Map<String, String> attributes = new TreeMap<>();
    list.forEach(each -> attributes.put(each.getKey(), text(each.getValue())));
    return attributes;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case INT_VALUE -> Long.toString(value.getIntValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      default -> "";
    };
  }
}
