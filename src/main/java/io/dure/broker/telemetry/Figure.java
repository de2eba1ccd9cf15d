package io.dure.broker.telemetry;

import io.dure.wire.PushedMetrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** A handful of figures that tell how a client fares, out of all that it tells of itself. */
public enum Figure {
  /** Milliseconds that a produce request takes, on average. */
  PRODUCE_MS(Math::max, "producer.request.latency.avg", "producer.node.request.latency.avg"),
  /** Milliseconds that a fetch takes, its waiting included, on average. */
  FETCH_MS(
      Math::max, "consumer.fetch.manager.fetch.latency.avg", "consumer.node.request.latency.avg"),
  /** Requests per second. */
  REQUESTS(Double::sum, "producer.request.rate", "consumer.request.rate", "admin.request.rate"),
  /** Records written per second. */
  WRITTEN(Double::sum, "producer.record.send.rate"),
  /** Records read per second. */
  READ(Double::sum, "consumer.fetch.manager.records.consumed.rate"),
  /** Records that the partition furthest behind has not read yet. */
  LAG(Math::max, "consumer.fetch.manager.records.lag.max");

  private static final String PREFIX = "org.apache.kafka.";

  private final DoubleBinaryOperator sum;
  private final List<String> metrics;

  /**
   * @param sum of what was told by node or by topic
   * @param metrics the first one of these that a client tells
   */
  Figure(DoubleBinaryOperator sum, String... metrics) {
    this.sum = sum;
    this.metrics = List.of(metrics);
  }

  /** Those that the client has told enough for. */
  static Map<Figure, Double> of(Map<PushedMetrics.Key, Double> values) {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    for (Figure each : values()) {
      for (String metric : each.metrics) {
        List<Double> told = told(PREFIX + metric, values);
        if (!told.isEmpty()) {
          double all = told.stream().mapToDouble(v -> v).reduce(each.sum).orElseThrow();
          figures.put(each, all);
          break;
        }
      }
    }
    return figures;
  }

  /** Of a metric that is told in sum and in parts, the sum: that with the fewest attributes. */
  private static List<Double> told(String metric, Map<PushedMetrics.Key, Double> values) {
    List<Map.Entry<PushedMetrics.Key, Double>> all = new ArrayList<>();
    values.entrySet().stream()
        .filter(each -> each.getKey().metric().equals(metric))
        .filter(each -> Double.isFinite(each.getValue()))
        .forEach(all::add);
    int fewest =
        all.stream()
            .map(each -> each.getKey().attributes().size())
            .min(Comparator.naturalOrder())
            .orElse(0);
    return all.stream()
        .filter(each -> each.getKey().attributes().size() == fewest)
        .map(Map.Entry::getValue)
        .toList();
  }
}
