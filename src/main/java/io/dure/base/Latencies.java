package io.dure.base;

import java.util.Arrays;

/**
 * Counts durations in buckets. Belongs to whoever counts, without a lock; others get a {@link
 * #copy} that the owner made. The buckets are those that a node shows to the outside, so nothing is
 * converted on the way.
 */
public final class Latencies {
  /** Upper bounds (inclusive) of all buckets but the last, which has none; microseconds. */
  private static final long[] BOUNDS_US = {
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    10_000_000
  };

  private final long[] counts;
  private long sumNs;

  public Latencies() {
    this(new long[BOUNDS_US.length + 1], 0);
  }

  private Latencies(long[] counts, long sumNs) {
    this.counts = counts;
    this.sumNs = sumNs;
  }

  public void record(long durationNs) {
    long us = Math.max(0, durationNs) / 1_000;
    int bucket = 0;
    while (bucket < BOUNDS_US.length && us > BOUNDS_US[bucket]) {
      bucket++;
    }
    counts[bucket]++;
    sumNs += Math.max(0, durationNs);
  }

  public void add(Latencies other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    sumNs += other.sumNs;
  }

  public Latencies copy() {
    return new Latencies(counts.clone(), sumNs);
  }

  /** What was counted since {@code earlier}, a copy of this one's past. */
  public Latencies since(Latencies earlier) {
    var since = copy();
    for (int i = 0; i < counts.length; i++) {
      since.counts[i] -= earlier.counts[i];
    }
    since.sumNs -= earlier.sumNs;
    return since;
  }

  public long count() {
    return Arrays.stream(counts).sum();
  }

  public double sumSeconds() {
    return sumNs / 1e9;
  }

  /** How many buckets there are; the last has no bound. */
  public static int buckets() {
    return BOUNDS_US.length + 1;
  }

  /** Inclusive; infinite for the last bucket. */
  public static double boundSeconds(int bucket) {
    return bucket < BOUNDS_US.length ? BOUNDS_US[bucket] / 1e6 : Double.POSITIVE_INFINITY;
  }

  public long countIn(int bucket) {
    return counts[bucket];
  }

  /**
   * Below which the given share (0 to 1) of all durations lies, interpolated within its bucket; 0
   * when nothing was counted.
   */
  public double quantileMs(double share) {
    double wanted = share * count();
    if (wanted <= 0) {
      return 0;
    }
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      if (below + counts[i] >= wanted) {
        double from = i == 0 ? 0 : BOUNDS_US[i - 1];
        double to = i < BOUNDS_US.length ? BOUNDS_US[i] : BOUNDS_US[BOUNDS_US.length - 1];
        return (from + (to - from) * (wanted - below) / counts[i]) / 1_000;
      }
      below += counts[i];
    }
    return BOUNDS_US[BOUNDS_US.length - 1] / 1e3;
  }
}
