package io.dure.cli.demo;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who was told what: which numbered records of each partition were acknowledged, and what a reader
 * finds. Numbers count from zero per partition, in the order sent. Shared by the producer's thread
 * and the story's: every access is synchronized.
 */
final class Ledger {
  private final Map<Integer, Integer> nextByPartition = new HashMap<>();
  private final Map<Integer, BitSet> acknowledged = new HashMap<>();

  /** What reading everything showed, against what was acknowledged. */
  record Finding(long acknowledged, long read, long lost, long duplicated, long reordered) {
    boolean clean() {
      return lost == 0 && duplicated == 0 && reordered == 0;
    }

    String told() {
      return acknowledged
          + " acknowledged, "
          + lost
          + " lost, "
          + duplicated
          + " duplicated, "
          + reordered
          + " reordered";
    }
  }

  synchronized int next(int partition) {
    int number = nextByPartition.getOrDefault(partition, 0);
    nextByPartition.put(partition, number + 1);
    return number;
  }

  synchronized void acknowledged(int partition, int number) {
    acknowledged.computeIfAbsent(partition, _ -> new BitSet()).set(number);
  }

  synchronized long acknowledgedCount() {
    return acknowledged.values().stream().mapToLong(BitSet::cardinality).sum();
  }

  /** True once every acknowledged record is among those read. */
  synchronized boolean covers(Map<Integer, List<Integer>> read) {
    return acknowledged.entrySet().stream()
        .allMatch(e -> {
          var missing = (BitSet) e.getValue().clone();
          read.getOrDefault(e.getKey(), List.of()).forEach(missing::clear);
          return missing.isEmpty();
        });
  }

  /** Judges the numbers read from each partition, in the order read. */
  synchronized Finding judge(Map<Integer, List<Integer>> read) {
    long lost = 0;
    long duplicated = 0;
    long reordered = 0;
    long count = 0;
    Set<Integer> partitions = new HashSet<>(acknowledged.keySet());
    partitions.addAll(read.keySet());
    for (int partition : partitions) {
      var missing = (BitSet) acknowledged.getOrDefault(partition, new BitSet()).clone();
      var seen = new BitSet();
      int highest = -1;
      for (int number : read.getOrDefault(partition, new ArrayList<>())) {
        count++;
        missing.clear(number);
        if (seen.get(number)) {
          duplicated++;
        } else if (number < highest) {
          reordered++;
        }
        seen.set(number);
        highest = Math.max(highest, number);
      }
      lost += missing.cardinality();
    }
    return new Finding(acknowledgedCount(), count, lost, duplicated, reordered);
  }
}
