package io.dure.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the threads of processes have used since they began, by their names without numbers: seconds
 * of processor time, how often they gave up the processor to wait, and their reads and writes. From
 * {@code /proc}; threads that have ended are missing.
 *
 * @param cpuSeconds user and system together, by name
 * @param waits how often a thread waited for something (voluntary context switches)
 * @param calls read and write calls of all kinds that the system counts ({@code syscr}, {@code
 *     syscw})
 */
record ThreadStat(Map<String, Double> cpuSeconds, long waits, long calls) {
  private static final double NS = 1e9;

  static ThreadStat of(List<Long> pids) throws IOException {
    Map<String, Double> seconds = new TreeMap<>();
    long waits = 0;
    long calls = 0;
    for (long pid : pids) {
      Path process = Path.of("/proc", String.valueOf(pid));
      calls += number(process.resolve("io"), "syscr:") + number(process.resolve("io"), "syscw:");
      try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
        for (Path task : tasks.toList()) {
          String name = text(task.resolve("comm")).strip().replaceAll("[-#_ ]*[0-9]+", "");
          String[] run = text(task.resolve("schedstat")).split(" ");
          if (!run[0].isBlank()) {
            seconds.merge(name, Long.parseLong(run[0]) / NS, Double::sum);
          }
          waits += number(task.resolve("status"), "voluntary_ctxt_switches:");
        }
      }
    }
    return new ThreadStat(seconds, waits, calls);
  }

  /** What was used since {@code before}. */
  ThreadStat since(ThreadStat before) {
    Map<String, Double> used = new TreeMap<>();
    cpuSeconds.forEach(
        (name, s) -> used.put(name, Math.max(0, s - before.cpuSeconds.getOrDefault(name, 0.0))));
    return new ThreadStat(used, waits - before.waits, calls - before.calls);
  }

  double total() {
    return cpuSeconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static long number(Path file, String key) {
    return text(file)
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      return "";
    }
  }
}
