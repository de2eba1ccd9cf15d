package io.dure.console;

import io.dure.base.Latencies;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * How this node fared in the last {@value #MINUTES} minutes: what happened within each {@value
 * #EVERY_MS} ms. A thread of its own looks; safe for all threads.
 */
final class History implements AutoCloseable {
  static final int MINUTES = 15;
  static final long EVERY_MS = 2_000;
  private static final int KEPT = (int) (MINUTES * 60_000 / EVERY_MS);

  /** The columns of {@link #write}, in their order. */
  private static final String[] COLUMNS = {
    "t",
    "records",
    "inBytes",
    "outBytes",
    "requests",
    "produceP50",
    "produceP99",
    "commitP50",
    "commitP99",
    "flushP99",
    "refused",
    "connections",
    "heapMb"
  };

  private final Vantage vantage;
  private final ArrayDeque<double[]> samples = new ArrayDeque<>(KEPT);
  private Optional<Reading> last = Optional.empty();
  private long lastMs;
  private Optional<Thread> looking = Optional.empty();

  History(Vantage vantage) {
    this.vantage = vantage;
  }

  synchronized void start() {
    if (looking.isEmpty()) {
      looking = Optional.of(Thread.ofVirtual().name("console-history").start(this::look));
    }
  }

  private void look() {
    try {
      while (true) {
        Reading now = vantage.reading();
        sample(now, vantage.wallMs());
        Thread.sleep(EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  synchronized void sample(Reading now, long wallMs) {
    if (last.isPresent() && wallMs > lastMs) {
      if (samples.size() == KEPT) {
        samples.removeFirst();
      }
      samples.addLast(between(last.get(), now, (wallMs - lastMs) / 1e3, wallMs));
    }
    last = Optional.of(now);
    lastMs = wallMs;
  }

  private static double[] between(Reading before, Reading now, double seconds, long wallMs) {
    Latencies commits = now.commits().since(before.commits());
    Latencies flushes = now.flushes().since(before.flushes());
    Latencies produce = requests(now, "produce").since(requests(before, "produce"));
    long all = count(now) - count(before);
    Runtime jvm = Runtime.getRuntime();
    return new double[] {
      wallMs,
      (now.records() - before.records()) / seconds,
      (now.recordBytes() - before.recordBytes()) / seconds,
      (now.readBytes() - before.readBytes()) / seconds,
      all / seconds,
      produce.quantileMs(0.5),
      produce.quantileMs(0.99),
      commits.quantileMs(0.5),
      commits.quantileMs(0.99),
      flushes.quantileMs(0.99),
      (now.refused() - before.refused()) / seconds,
      now.connections(),
      (jvm.totalMemory() - jvm.freeMemory()) / 1048576.0
    };
  }

  private static Latencies requests(Reading reading, String kind) {
    return reading.requests().getOrDefault(kind, new Latencies());
  }

  private static long count(Reading reading) {
    return reading.requests().values().stream().mapToLong(Latencies::count).sum();
  }

  /** Samples after {@code sinceMs} (exclusive), as columns' names and rows. */
  synchronized String write(long sinceMs) {
    var json = new JsonWriter().begin();
    json.array(
        "columns",
        into -> {
          for (String column : COLUMNS) {
            into.item(column);
          }
        });
    json.array(
        "rows",
        into -> {
          for (double[] sample : samples) {
            if (sample[0] > sinceMs) {
              into.beginArray();
              for (double value : sample) {
                into.item(value);
              }
              into.endArray();
            }
          }
        });
    return json.end().toString();
  }

  /** The newest value of a column, -1 when there is none. */
  synchronized double newest(String column) {
    for (int i = 0; i < COLUMNS.length; i++) {
      if (COLUMNS[i].equals(column) && !samples.isEmpty()) {
        return samples.getLast()[i];
      }
    }
    return -1;
  }

  @Override
  public synchronized void close() {
    looking.ifPresent(Thread::interrupt);
  }
}
