package io.dure.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The loads. Each returns its figures; processor time of the brokers is that of {@code pids} during
 * the load, per GiB of record values (counted once, however many copies) or per record or request.
 */
final class Workloads {
  private static final double GIB = 1L << 30;
  private static final long LONGEST_MICROS = 120_000_000;
  private static final Duration POLL = Duration.ofMillis(100);

  private final String bootstrap;
  private final List<Long> pids;

  Workloads(String bootstrap, List<Long> pids) {
    this.bootstrap = bootstrap;
    this.pids = pids;
  }

  /** As fast as one producer goes, for so many seconds after a warm-up of a third of it. */
  Figures produce(String topic, int sizeBytes, int seconds, Map<String, Object> settings)
      throws Exception {
    Clients.createTopic(bootstrap, topic, 6);
    var latencies = new ConcurrentHistogram(LONGEST_MICROS, 3);
    var acknowledged = new AtomicLong();
    var errors = new AtomicLong();
    byte[] value = value(sizeBytes);
    try (var producer = Clients.producer(bootstrap, settings)) {
      long warmUntilNs = System.nanoTime() + seconds * 1_000_000_000L / 3;
      while (System.nanoTime() < warmUntilNs) {
        producer.send(new ProducerRecord<>(topic, value));
      }
      producer.flush();
      double cpu = ProcStat.cpuSeconds(pids);
      double ownCpu = ProcStat.cpuSeconds(self());
      long startedNs = System.nanoTime();
      long untilNs = startedNs + seconds * 1_000_000_000L;
      while (System.nanoTime() < untilNs) {
        long sentNs = System.nanoTime();
        producer.send(
            new ProducerRecord<>(topic, value),
            (_, failure) -> {
              if (failure == null) {
                acknowledged.incrementAndGet();
                record(latencies, System.nanoTime() - sentNs);
              } else {
                errors.incrementAndGet();
              }
            });
      }
      producer.flush();
      double tookSeconds = (System.nanoTime() - startedNs) / 1e9;
      double gib = acknowledged.get() * (double) sizeBytes / GIB;
      return new Figures()
          .put("records/s", acknowledged.get() / tookSeconds)
          .put("MB/s", acknowledged.get() * (double) sizeBytes / 1e6 / tookSeconds)
          .put("brokers CPU s/GiB", (ProcStat.cpuSeconds(pids) - cpu) / gib)
          .put("client CPU s/GiB", (ProcStat.cpuSeconds(self()) - ownCpu) / gib)
          .put("KB/request", Clients.metric(producer, "records-per-request-avg") * sizeBytes / 1e3)
          .latencies(latencies)
          .put("errors", errors.get());
    }
  }

  /** Reads a topic from its start to its end. */
  Figures consume(String topic) {
    try (var consumer = Clients.consumer(bootstrap)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long wanted =
          consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      long records = 0;
      long[] bytes = {0};
      double cpu = ProcStat.cpuSeconds(pids);
      long startedNs = System.nanoTime();
      while (records < wanted && System.nanoTime() - startedNs < 120_000_000_000L) {
        ConsumerRecords<byte[], byte[]> came = consumer.poll(POLL);
        came.forEach(record -> bytes[0] += record.serializedValueSize());
        records += came.count();
      }
      double tookSeconds = (System.nanoTime() - startedNs) / 1e9;
      return new Figures()
          .put("records/s", records / tookSeconds)
          .put("MB/s", bytes[0] / 1e6 / tookSeconds)
          .put("brokers CPU s/GiB", (ProcStat.cpuSeconds(pids) - cpu) / (bytes[0] / GIB))
          .put("missing", wanted - records);
    }
  }

  /**
   * So many producers, each sending one small record after the other and waiting for its answer.
   */
  Figures small(String topic, int producers, int seconds) throws Exception {
    Clients.createTopic(bootstrap, topic, 6);
    var latencies = new ConcurrentHistogram(LONGEST_MICROS, 3);
    var requests = new AtomicLong();
    var errors = new AtomicLong();
    var measuring = new AtomicBoolean();
    var ended = new AtomicBoolean();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < producers; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try (var producer =
                    Clients.producer(bootstrap, Map.of("acks", "all", "linger.ms", 0))) {
                  byte[] value = value(100);
                  while (!ended.get()) {
                    long sentNs = System.nanoTime();
                    producer.send(new ProducerRecord<>(topic, value)).get();
                    if (measuring.get()) {
                      record(latencies, System.nanoTime() - sentNs);
                      requests.incrementAndGet();
                    }
                  }
                } catch (ExecutionException | InterruptedException e) {
                  errors.incrementAndGet();
                }
              }));
    }
    Thread.sleep(seconds * 500L);
    double cpu = ProcStat.cpuSeconds(pids);
    measuring.set(true);
    Thread.sleep(seconds * 1_000L);
    measuring.set(false);
    double used = ProcStat.cpuSeconds(pids) - cpu;
    ended.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    return new Figures()
        .put("requests/s", requests.get() / (double) seconds)
        .put("brokers CPU us/request", used * 1e6 / Math.max(1, requests.get()))
        .latencies(latencies)
        .put("errors", errors.get());
  }

  /**
   * From the producer's call to the consumer's hands, at a fixed rate; the clock is this process's
   * own.
   */
  Figures endToEnd(String topic, int perSecond, int seconds) throws Exception {
    Clients.createTopic(bootstrap, topic, 6);
    var latencies = new ConcurrentHistogram(LONGEST_MICROS, 3);
    var measuring = new AtomicBoolean();
    var ended = new AtomicBoolean();
    var seen = new AtomicLong();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try (var consumer = Clients.consumer(bootstrap)) {
                List<TopicPartition> partitions =
                    IntStream.range(0, 6).mapToObj(p -> new TopicPartition(topic, p)).toList();
                consumer.assign(partitions);
                consumer.seekToEnd(partitions);
                while (!ended.get()) {
                  consumer
                      .poll(POLL)
                      .forEach(record -> {
                        if (measuring.get()) {
                          record(
                              latencies,
                              System.nanoTime()
                                  - java.nio.ByteBuffer.wrap(record.value()).getLong());
                          seen.incrementAndGet();
                        }
                      });
                }
              }
            });
    try (var producer = Clients.producer(bootstrap, Map.of("acks", "all", "linger.ms", 0))) {
      pace(perSecond, Math.max(2, seconds / 2), n -> send(producer, topic, n));
      measuring.set(true);
      double cpu = ProcStat.cpuSeconds(pids);
      pace(perSecond, seconds, n -> send(producer, topic, n));
      double used = ProcStat.cpuSeconds(pids) - cpu;
      Thread.sleep(300);
      ended.set(true);
      reader.join();
      return new Figures()
          .latencies(latencies)
          .put("brokers CPU us/record", used * 1e6 / (perSecond * (double) seconds))
          .put("missing", Math.max(0, perSecond * (long) seconds - seen.get()));
    }
  }

  private static void send(
      org.apache.kafka.clients.producer.Producer<byte[], byte[]> producer,
      String topic,
      long number) {
    byte[] value = value(1_024);
    java.nio.ByteBuffer.wrap(value).putLong(System.nanoTime());
    producer.send(new ProducerRecord<>(topic, (int) (number % 6), null, value));
  }

  /**
   * Longest time between two acknowledgements while the leader of a one-partition topic is killed
   * with -9.
   */
  Figures failover(Cluster cluster, String topic, int perSecond) throws Exception {
    Clients.createTopic(bootstrap, topic, 1);
    var gap = new AtomicLong();
    var lastAckNs = new AtomicLong();
    var errors = new AtomicLong();
    var acknowledged = new AtomicLong();
    int victim = Clients.leader(bootstrap, topic);
    try (var producer = Clients.producer(bootstrap, Map.of("acks", "all", "linger.ms", 0))) {
      Thread killer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Thread.sleep(3_000);
                  gap.set(0);
                  cluster.kill(victim);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      pace(
          perSecond,
          18,
          _ ->
              producer.send(
                  new ProducerRecord<>(topic, value(100)),
                  (_, failure) -> {
                    long nowNs = System.nanoTime();
                    if (failure == null) {
                      acknowledged.incrementAndGet();
                      gap.accumulateAndGet(nowNs - lastAckNs.getAndSet(nowNs), Math::max);
                    } else {
                      errors.incrementAndGet();
                    }
                  }));
      killer.join();
      producer.flush();
    }
    cluster.start(victim);
    return new Figures()
        .put("longest gap ms", gap.get() / 1e6)
        .put("errors", errors.get())
        .put("acknowledged", acknowledged.get());
  }

  /** Milliseconds until a record is acknowledged, from {@code startedNs} on. */
  double untilFirstAck(long startedNs, String topic) throws InterruptedException {
    Map<String, Object> impatient =
        new HashMap<>(
            Map.of(
                "acks",
                "all",
                "linger.ms",
                0,
                "max.block.ms",
                60_000,
                "reconnect.backoff.ms",
                20,
                "reconnect.backoff.max.ms",
                50,
                "retry.backoff.ms",
                20,
                "retry.backoff.max.ms",
                50));
    try (var producer = Clients.producer(bootstrap, impatient)) {
      Future<?> first = producer.send(new ProducerRecord<>(topic, value(100)));
      first.get();
      return (System.nanoTime() - startedNs) / 1e6;
    } catch (ExecutionException e) {
      return Double.NaN;
    }
  }

  /** Memory and processor of brokers that nobody uses. */
  Figures idle(int seconds) throws InterruptedException {
    double cpu = ProcStat.cpuSeconds(pids);
    Thread.sleep(seconds * 1_000L);
    return new Figures()
        .put("resident MB each", ProcStat.residentMb(pids))
        .put(
            "CPU % each",
            (ProcStat.cpuSeconds(pids) - cpu) / seconds * 100 / Math.max(1, pids.size()));
  }

  private static void pace(int perSecond, int seconds, java.util.function.LongConsumer send) {
    long startedNs = System.nanoTime();
    long count = (long) perSecond * seconds;
    for (long n = 0; n < count; n++) {
      long dueNs = startedNs + n * 1_000_000_000L / perSecond;
      long earlyNs = dueNs - System.nanoTime();
      if (earlyNs > 0) {
        LockSupport.parkNanos(earlyNs);
      }
      send.accept(n);
    }
  }

  private static void record(Histogram histogram, long ns) {
    histogram.recordValue(Math.clamp(ns / 1_000, 0, LONGEST_MICROS));
  }

  static byte[] value(int sizeBytes) {
    var value = new byte[sizeBytes];
    new java.util.SplittableRandom(sizeBytes).nextBytes(value);
    return value;
  }

  private static List<Long> self() {
    return List.of(ProcessHandle.current().pid());
  }
}
