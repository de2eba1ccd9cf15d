package io.dure.acceptance.streams;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What the application is fed, from one seed, and what must come of it, computed without Streams: a
 * plain count of words, and a comparison of every order with every payment of its key.
 */
final class Inputs {
  /** One record to be sent. */
  record Input(String topic, String key, String value, long timestampMs) {}

  private static final int WORDS = 300;
  private static final int WORDS_A_LINE = 3;
  private static final int KEYS = 3_000;
  private static final long STEP_MS = 10;

  private final List<Input> all;
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, Integer> pairs = new TreeMap<>();

  private Inputs(List<Input> all) {
    this.all = all;
  }

  /**
   * @param lines as many orders as lines, and for each order a payment within twice the window
   *     before or after it
   * @param firstMs timestamp of the first record
   */
  static Inputs of(long seed, int lines, long firstMs) {
    var random = new Random(seed);
    var all = new ArrayList<Input>();
    long windowMs = Topology.WINDOW.toMillis();
    for (int i = 0; i < lines; i++) {
      long atMs = firstMs + 2 * windowMs + i * STEP_MS;
      var words = new ArrayList<String>();
      for (int w = 0; w < WORDS_A_LINE; w++) {
        words.add("w" + random.nextInt(1 + random.nextInt(WORDS)));
      }
      all.add(new Input(Topology.LINES, "line" + i, String.join(" ", words), atMs));
      String key = "k" + random.nextInt(KEYS);
      all.add(new Input(Topology.ORDERS, key, "o" + i, atMs));
      long paidMs = atMs + random.nextLong(-2 * windowMs, 2 * windowMs + 1);
      all.add(new Input(Topology.PAYMENTS, key, "p" + i, paidMs));
    }
    all.sort(Comparator.comparingLong(Input::timestampMs));
    var inputs = new Inputs(List.copyOf(all));
    inputs.countWords();
    inputs.pairUp(windowMs);
    return inputs;
  }

  private void countWords() {
    for (Input input : all) {
      if (input.topic.equals(Topology.LINES)) {
        for (String word : input.value.split(" ")) {
          counts.merge(word, 1, Integer::sum);
        }
      }
    }
  }

  private void pairUp(long windowMs) {
    Map<String, List<Input>> payments = new HashMap<>();
    for (Input input : all) {
      if (input.topic.equals(Topology.PAYMENTS)) {
        payments.computeIfAbsent(input.key, _ -> new ArrayList<>()).add(input);
      }
    }
    for (Input order : all) {
      if (order.topic.equals(Topology.ORDERS)) {
        for (Input payment : payments.getOrDefault(order.key, List.of())) {
          if (Math.abs(order.timestampMs - payment.timestampMs) <= windowMs) {
            pairs.merge(order.value + "+" + payment.value, 1, Integer::sum);
          }
        }
      }
    }
  }

  List<Input> all() {
    return all;
  }

  /** How often each word comes. */
  Map<String, Integer> counts() {
    return counts;
  }

  /** Each pair within the window, once. */
  Map<String, Integer> pairs() {
    return pairs;
  }

  int words() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
