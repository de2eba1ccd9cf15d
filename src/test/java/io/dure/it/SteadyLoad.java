package io.dure.it;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * Numbers sent to all partitions in turn at a steady pace, with acks=all; notes what was
 * acknowledged, when, and what was not.
 */
final class SteadyLoad implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final String topic;
  private final int partitions;
  private final long pauseMs;
  private final KafkaProducer<String, String> producer;
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<Exception> errors = new ConcurrentLinkedQueue<>();
  private final Thread sender;
  private volatile boolean ended;

  // Of the window that is open.
  private volatile Queue<Long> tookMs = new ConcurrentLinkedQueue<>();
  private volatile long lastNs = System.nanoTime();
  private volatile long longestGapNs;

  SteadyLoad(String bootstrap, String topic, int partitions, long pauseMs) {
    this.topic = topic;
    this.partitions = partitions;
    this.pauseMs = pauseMs;
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new StringSerializer(),
            new StringSerializer());
    sender = Thread.ofVirtual().start(this::send);
  }

  private void send() {
    for (int i = 0; !ended; i++) {
      String value = Integer.toString(i);
      long sentNs = System.nanoTime();
      producer.send(
          new ProducerRecord<>(topic, i % partitions, "", value),
          (_, error) -> {
            if (error == null) {
              acknowledged.add(value);
              noteAt(System.nanoTime(), sentNs);
            } else {
              errors.add(error);
            }
          });
      try {
        Thread.sleep(pauseMs);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The producer calls back on one thread. */
  private void noteAt(long nowNs, long sentNs) {
    tookMs.add((nowNs - sentNs) / 1_000_000);
    longestGapNs = Math.max(longestGapNs, nowNs - lastNs);
    lastNs = nowNs;
  }

  void beginWindow() {
    tookMs = new ConcurrentLinkedQueue<>();
    lastNs = System.nanoTime();
    longestGapNs = 0;
  }

  /** The longest time without any acknowledgement since the window began. */
  long longestGapMs() {
    return Math.max(longestGapNs, System.nanoTime() - lastNs) / 1_000_000;
  }

  /** Of how long acknowledgements took since the window began. */
  long percentileMs(double percent) {
    List<Long> sorted = tookMs.stream().sorted().toList();
    return sorted.isEmpty()
        ? 0
        : sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * percent / 100)));
  }

  void awaitMore(int count) {
    int target = acknowledged.size() + count;
    Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() >= target);
  }

  List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  List<Exception> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void close() throws InterruptedException {
    ended = true;
    sender.join();
    producer.flush();
    producer.close(PATIENCE);
  }
}
