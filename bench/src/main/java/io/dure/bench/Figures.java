package io.dure.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Named numbers of one measurement, in the order they were put. */
final class Figures {
  private final Map<String, Double> values = new LinkedHashMap<>();

  Figures put(String name, double value) {
    values.put(name, value);
    return this;
  }

  Figures latencies(Histogram microseconds) {
    return put("p50 ms", microseconds.getValueAtPercentile(50) / 1e3)
        .put("p99 ms", microseconds.getValueAtPercentile(99) / 1e3)
        .put("p99.9 ms", microseconds.getValueAtPercentile(99.9) / 1e3);
  }

  Map<String, Double> values() {
    return values;
  }
}
