package io.dure.acceptance.hundred;

import io.dure.acceptance.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A process with some members of the group: {@code Readers BOOTSTRAP FIRST COUNT}. It prints {@code
 * + NANOS MEMBER PARTITIONS} and {@code - …} for what a member takes and gives up, by the machine's
 * monotonic clock. It reads {@code reset}, after which the longest pauses are measured anew, and
 * {@code report}, upon which it prints {@code gap MEMBER MILLIS} of each.
 */
public final class Readers {
  static final String TOPIC = "wide";
  static final String GROUP = "hundred";

  private static final Duration POLL = Duration.ofMillis(100);

  private Readers() {}

  public static void main(String[] args) {
    var readers = new ArrayList<Reader>();
    int first = Integer.parseInt(args[1]);
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      var reader = new Reader(args[0], "m" + (first + i));
      readers.add(reader);
      new Thread(reader, reader.name).start();
    }
    var commands = new Scanner(System.in);
    while (commands.hasNextLine()) {
      if (commands.nextLine().equals("reset")) {
        readers.forEach(Reader::reset);
      } else {
        readers.forEach(Reader::report);
      }
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static final class Reader implements Runnable, ConsumerRebalanceListener {
    private final String bootstrap;
    private final String name;
    private final AtomicLong lastNs = new AtomicLong(System.nanoTime());
    private final AtomicLong longestNs = new AtomicLong();

    Reader(String bootstrap, String name) {
      this.bootstrap = bootstrap;
      this.name = name;
    }

    @Override
    public void run() {
      try (KafkaConsumer<String, String> consumer =
          Clients.consumer(
              bootstrap,
              Map.of(
                  "group.id",
                  GROUP,
                  "group.protocol",
                  "consumer",
                  "client.id",
                  name,
                  "enable.auto.commit",
                  true,
                  "auto.offset.reset",
                  "latest"))) {
        consumer.subscribe(List.of(TOPIC), this);
        while (true) {
          if (!consumer.poll(POLL).isEmpty()) {
            noteRead();
          }
        }
      }
    }

    private void noteRead() {
      long nowNs = System.nanoTime();
      longestNs.accumulateAndGet(nowNs - lastNs.getAndSet(nowNs), Math::max);
    }

    void reset() {
      longestNs.set(0);
    }

    void report() {
      long sinceNs = System.nanoTime() - lastNs.get();
      say("gap " + name + " " + Math.max(sinceNs, longestNs.get()) / 1_000_000);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> taken) {
      change("+", taken);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> given) {
      change("-", given);
    }

    private void change(String sign, Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        String all =
            partitions.stream()
                .map(p -> Integer.toString(p.partition()))
                .collect(Collectors.joining(","));
        say(sign + " " + System.nanoTime() + " " + name + " " + all);
      }
    }
  }
}
