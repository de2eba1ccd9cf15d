package io.dure.console;

import io.dure.base.Latencies;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The series of one look at a node, in the words of Prometheus' own model, which writes them as
 * text. Counters get their {@code _total} from it. Used by one thread.
 */
final class Series {
  private static final double[] BOUNDS = bounds();

  private final MetricSnapshots.Builder all = MetricSnapshots.builder();
  private final List<Labelled> labelled = new ArrayList<>();

  /** A gauge with one label, to be filled. */
  static final class Labelled {
    private final GaugeSnapshot.Builder gauge;
    private final String label;

    private Labelled(GaugeSnapshot.Builder gauge, String label) {
      this.gauge = gauge;
      this.label = label;
    }

    void set(String labelValue, double value) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(Labels.of(label, labelValue))
              .value(value)
              .build());
    }
  }

  private static double[] bounds() {
    var bounds = new double[Latencies.buckets()];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Latencies.boundSeconds(i);
    }
    return bounds;
  }

  void gauge(String name, String help, double value) {
    all.metricSnapshot(
        GaugeSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
            .build());
  }

  void counter(String name, String help, double value) {
    all.metricSnapshot(
        CounterSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
            .build());
  }

  void histogram(String name, String help, Latencies latencies) {
    all.metricSnapshot(
        HistogramSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(point(latencies, Labels.EMPTY))
            .build());
  }

  void histograms(String name, String help, String label, Map<String, Latencies> byLabel) {
    var histogram = HistogramSnapshot.builder().name(name).help(help);
    byLabel.forEach(
        (value, latencies) -> histogram.dataPoint(point(latencies, Labels.of(label, value))));
    all.metricSnapshot(histogram.build());
  }

  private static HistogramDataPointSnapshot point(Latencies latencies, Labels labels) {
    var counts = new long[Latencies.buckets()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = latencies.countIn(i);
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, counts))
        .sum(latencies.sumSeconds())
        .build();
  }

  Labelled labelled(String name, String help, String label) {
    var fresh = new Labelled(GaugeSnapshot.builder().name(name).help(help), label);
    labelled.add(fresh);
    return fresh;
  }

  MetricSnapshots all() {
    labelled.forEach(each -> all.metricSnapshot(each.gauge.build()));
    labelled.clear();
    return all.build();
  }
}
