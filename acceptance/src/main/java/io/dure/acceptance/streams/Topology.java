package io.dure.acceptance.streams;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;

/**
 * Two programs in one: words of lines are counted, every count told (through a topic that deals the
 * words out anew, and a store with its change log), and orders meet payments of the same key within
 * a window.
 */
final class Topology {
  static final String LINES = "lines";
  static final String ORDERS = "orders";
  static final String PAYMENTS = "payments";
  static final String COUNTS = "counts";
  static final String PAID = "paid";
  static final List<String> INPUTS = List.of(LINES, ORDERS, PAYMENTS);
  static final List<String> OUTPUTS = List.of(COUNTS, PAID);
  static final int PARTITIONS = 6;
  static final Duration WINDOW = Duration.ofSeconds(5);

  /** Longer than the whole input, so that no record is ever too late for its window. */
  private static final Duration GRACE = Duration.ofHours(1);

  private Topology() {}

  static org.apache.kafka.streams.Topology build() {
    var builder = new StreamsBuilder();
    var strings = Serdes.String();
    KStream<String, String> lines = builder.stream(LINES, Consumed.with(strings, strings));
    lines
        .flatMapValues(line -> List.of(line.split(" ")))
        .groupBy((_, word) -> word, Grouped.with("words", strings, strings))
        .count(Materialized.as("counted"))
        .toStream()
        .mapValues(count -> Long.toString(count))
        .to(COUNTS, Produced.with(strings, strings));
    KStream<String, String> orders = builder.stream(ORDERS, Consumed.with(strings, strings));
    KStream<String, String> payments = builder.stream(PAYMENTS, Consumed.with(strings, strings));
    orders
        .join(
            payments,
            (order, payment) -> order + "+" + payment,
            JoinWindows.ofTimeDifferenceAndGrace(WINDOW, GRACE),
            StreamJoined.with(strings, strings, strings).withName("meet").withStoreName("meet"))
        .to(PAID, Produced.with(strings, strings));
    return builder.build();
  }
}
