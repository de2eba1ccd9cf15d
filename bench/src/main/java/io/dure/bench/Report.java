package io.dure.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints what was measured: the median of the runs per system, side by side, as a Markdown table.
 */
final class Report {
  private Report() {}

  static String told(Map<String, Double> figures) {
    return figures.entrySet().stream()
        .map(e -> e.getKey() + " " + number(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  static void print(Map<String, Map<String, List<Map<String, Double>>>> results) {
    List<String> systems =
        results.values().stream()
            .flatMap(bySystem -> bySystem.keySet().stream())
            .distinct()
            .sorted()
            .toList();
    System.out.println();
    System.out.println(
        "| measurement | figure | "
            + String.join(" | ", systems)
            + (systems.size() == 2 ? " | ratio |" : " |"));
    System.out.println("|---|---|" + "---|".repeat(systems.size() + (systems.size() == 2 ? 1 : 0)));
    results.forEach((measurement, bySystem) -> {
      for (String figure : bySystem.values().iterator().next().getFirst().keySet()) {
        List<Double> medians =
            systems.stream()
                .map(system -> median(bySystem.getOrDefault(system, List.of()), figure))
                .toList();
        String ratio =
            medians.size() == 2 ? String.format(" %.2f |", medians.get(0) / medians.get(1)) : "";
        System.out.println(
            "| "
                + measurement
                + " | "
                + figure
                + " | "
                + medians.stream().map(Report::number).collect(Collectors.joining(" | "))
                + " |"
                + ratio);
      }
    });
  }

  private static double median(List<Map<String, Double>> runs, String figure) {
    double[] sorted =
        runs.stream().mapToDouble(run -> run.getOrDefault(figure, Double.NaN)).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return value >= 100 || value == Math.rint(value)
        ? String.format("%,.0f", value)
        : String.format("%.2f", value);
  }
}
