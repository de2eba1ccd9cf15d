package io.dure.acceptance.streams;

import io.dure.acceptance.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What a reader of committed records sees of the application's results. */
final class Outputs {
  private final Map<String, List<Integer>> counts = new TreeMap<>();
  private final Map<String, Integer> pairs = new TreeMap<>();

  /** All from the beginning to the present end. */
  static Outputs read(String bootstrap) throws Exception {
    var partitions = new ArrayList<TopicPartition>();
    Topology.OUTPUTS.forEach(t -> partitions.addAll(Clients.partitions(t, Topology.PARTITIONS)));
    var outputs = new Outputs();
    Clients.readAll(bootstrap, partitions, Duration.ofSeconds(60)).forEach(outputs::take);
    return outputs;
  }

  private void take(ConsumerRecord<String, String> record) {
    if (record.topic().equals(Topology.COUNTS)) {
      counts
          .computeIfAbsent(record.key(), _ -> new ArrayList<>())
          .add(Integer.parseInt(record.value()));
    } else {
      pairs.merge(record.value(), 1, Integer::sum);
    }
  }

  /**
   * Words whose counts are not 1, 2, … n, the whole way again for each round.
   *
   * @param rounds how often the application was to count all of the input from nothing
   */
  List<String> wrongCounts(Map<String, Integer> expected, int rounds) {
    var wrong = new ArrayList<String>();
    expected.forEach((word, n) -> {
      var right = new ArrayList<Integer>();
      for (int round = 0; round < rounds; round++) {
        for (int i = 1; i <= n; i++) {
          right.add(i);
        }
      }
      List<Integer> seen = counts.getOrDefault(word, List.of());
      if (!seen.equals(right)) {
        wrong.add(word + difference(right, seen));
      }
    });
    counts.keySet().stream().filter(w -> !expected.containsKey(w)).forEach(wrong::add);
    return wrong;
  }

  private static String difference(List<Integer> right, List<Integer> seen) {
    int at = 0;
    while (at < Math.min(right.size(), seen.size()) && right.get(at).equals(seen.get(at))) {
      at++;
    }
    return " has %d counts, not %d; from the %dth on %s"
        .formatted(
            seen.size(), right.size(), at + 1, seen.subList(at, Math.min(seen.size(), at + 8)));
  }

  /** Pairs that are there too often, too seldom, or should not be. */
  List<String> wrongPairs(Map<String, Integer> expected, int rounds) {
    var wrong = new ArrayList<String>();
    expected.forEach((pair, n) -> {
      int seen = pairs.getOrDefault(pair, 0);
      if (seen != n * rounds) {
        wrong.add(pair + " " + seen + " times");
      }
    });
    pairs.keySet().stream().filter(p -> !expected.containsKey(p)).forEach(wrong::add);
    return wrong;
  }
}
