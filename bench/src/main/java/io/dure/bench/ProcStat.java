package io.dure.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What processes have used, from {@code /proc}. A process that ended counts as zero. */
final class ProcStat {
  /** Linux counts processor time in hundredths of a second for all user space. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int UTIME = 11;

  private ProcStat() {}

  /** Seconds of processor time, user and system together, since each process began. */
  static double cpuSeconds(List<Long> pids) {
    double ticks = 0;
    for (long pid : pids) {
      String stat = read(pid, "stat");
      if (!stat.isEmpty()) {
        // The name in parentheses may hold blanks: count fields after it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        ticks += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Resident memory in MB, the average of the processes. */
  static double residentMb(List<Long> pids) {
    return pids.stream()
            .mapToLong(pid ->
                read(pid, "status")
                    .lines()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0))
            .average()
            .orElse(0)
        / 1024;
  }

  private static String read(long pid, String file) {
    Path path = Path.of("/proc", String.valueOf(pid), file);
    try {
      return Files.exists(path) ? Files.readString(path) : "";
    } catch (java.nio.file.NoSuchFileException gone) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
