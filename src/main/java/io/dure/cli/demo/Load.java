package io.dure.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A steady writer: one idempotent producer with acks=all at a fixed rate, round the partitions
 * chosen. It keeps the books in a {@link Ledger} and measures, between {@link #beginWindow} and
 * {@link #endWindow}, how long acknowledgements took and the longest time without one on any
 * partition written to.
 */
final class Load implements AutoCloseable {
  private static final String PADDING = "order ".repeat(30);

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Ledger ledger;
  private final Thread writer;

  private volatile List<Integer> partitions = List.of();
  private volatile int perSecond;
  private volatile boolean ended;

  // Guarded by this: the producer's thread reports, the story reads.
  private final Map<Integer, Long> lastAckNs = new HashMap<>();
  private final List<Long> latenciesNs = new ArrayList<>();
  private long longestGapNs;
  private long errors;
  private String lastError = "";
  private long unanswered;

  /** What a window showed. */
  record Measured(
      int count, double p50Ms, double p99Ms, double longestGapMs, long errors, String lastError) {}

  Load(String bootstrap, String topic, Ledger ledger) {
    this.topic = topic;
    this.ledger = ledger;
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("client.id", "dure-demo-load");
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("linger.ms", 0);
    settings.put("enable.metrics.push", false);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    writer = Thread.ofPlatform().name("load").daemon().unstarted(this::write);
    writer.start();
  }

  /**
   * From now on writes {@code perSecond} records a second, in turn to each of {@code partitions}.
   */
  void run(List<Integer> partitions, int perSecond) {
    this.partitions = List.copyOf(partitions);
    this.perSecond = perSecond;
  }

  /** Stops sending and waits until everything sent is answered. */
  void pause() throws InterruptedException {
    perSecond = 0;
    Thread.sleep(20);
    producer.flush();
    synchronized (this) {
      while (unanswered > 0) {
        wait(100);
      }
    }
  }

  /** Stops sending without waiting for answers. */
  void hold() {
    perSecond = 0;
  }

  private void write() {
    long dueNs = System.nanoTime();
    int turn = 0;
    while (!ended) {
      int rate = perSecond;
      if (rate == 0) {
        LockSupport.parkNanos(1_000_000);
        dueNs = System.nanoTime();
        continue;
      }
      List<Integer> targets = partitions;
      send(targets.get(turn++ % targets.size()));
      dueNs += TimeUnit.SECONDS.toNanos(1) / rate;
      long earlyNs = dueNs - System.nanoTime();
      if (earlyNs > 0) {
        LockSupport.parkNanos(earlyNs);
      }
    }
  }

  private void send(int partition) {
    int number = ledger.next(partition);
    byte[] value = (number + " " + PADDING).getBytes(StandardCharsets.US_ASCII);
    long sentNs = System.nanoTime();
    synchronized (this) {
      unanswered++;
      lastAckNs.putIfAbsent(partition, sentNs);
    }
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(topic, partition, null, value),
              (_, failure) -> {
                if (failure == null) {
                  ledger.acknowledged(partition, number);
                }
                answered(partition, sentNs, failure == null ? "" : failure.toString());
              });
    } catch (RuntimeException refused) {
      answered(partition, sentNs, refused.toString());
    }
  }

  private synchronized void answered(int partition, long sentNs, String failure) {
    long nowNs = System.nanoTime();
    unanswered--;
    if (failure.isEmpty()) {
      latenciesNs.add(nowNs - sentNs);
      // Time without anything to acknowledge is no gap: it counts from the later of last answer and
      // sending.
      longestGapNs = Math.max(longestGapNs, nowNs - lastAckNs.getOrDefault(partition, nowNs));
      lastAckNs.put(partition, nowNs);
    } else {
      errors++;
      lastError = failure;
    }
    notifyAll();
  }

  synchronized void beginWindow() {
    latenciesNs.clear();
    longestGapNs = 0;
    errors = 0;
    long nowNs = System.nanoTime();
    lastAckNs.replaceAll((_, _) -> nowNs);
  }

  synchronized Measured endWindow() {
    long nowNs = System.nanoTime();
    if (unanswered > 0) {
      for (int partition : partitions) {
        longestGapNs = Math.max(longestGapNs, nowNs - lastAckNs.getOrDefault(partition, nowNs));
      }
    }
    long[] sorted = latenciesNs.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Measured(
        sorted.length,
        quantileMs(sorted, 0.5),
        quantileMs(sorted, 0.99),
        longestGapNs / 1e6,
        errors,
        lastError);
  }

  synchronized int acknowledgedInWindow() {
    return latenciesNs.size();
  }

  private static double quantileMs(long[] sorted, double q) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, q * sorted.length)] / 1e6;
  }

  @Override
  public void close() throws InterruptedException {
    ended = true;
    writer.join(1_000);
    producer.close(java.time.Duration.ofMillis(500));
  }
}
