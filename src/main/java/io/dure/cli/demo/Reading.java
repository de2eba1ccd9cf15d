package io.dure.cli.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a fresh consumer found by reading a topic from its start.
 *
 * @param numbers per partition the numbers of the {@link Load}'s records, in the order read
 * @param bytesFrom per broker the bytes that came from it
 */
record Reading(Map<Integer, List<Integer>> numbers, Map<Integer, Double> bytesFrom, long tookMs) {
  private static final Duration POLL = Duration.ofMillis(150);
  private static final int QUIET_POLLS = 2;

  /** Reads until everything acknowledged was seen and nothing more comes, or the time is up. */
  static Reading all(
      String bootstrap, String topic, int partitions, Ledger ledger, long timeoutMs) {
    var numbers = new TreeMap<Integer, List<Integer>>();
    long startedNs = System.nanoTime();
    try (var consumer = consumer(bootstrap, Map.of())) {
      List<TopicPartition> all =
          IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      int quiet = 0;
      while (quiet < QUIET_POLLS && System.nanoTime() - startedNs < timeoutMs * 1_000_000L) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(record -> note(record, numbers));
        quiet = records.isEmpty() && ledger.covers(numbers) ? quiet + 1 : 0;
      }
      long tookMs = (System.nanoTime() - startedNs) / 1_000_000;
      return new Reading(numbers, bytesFrom(consumer.metrics()), tookMs);
    }
  }

  static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, Map<String, Object> more) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("client.id", "dure-demo-reader");
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    settings.put("allow.auto.create.topics", false);
    settings.put("enable.metrics.push", false);
    settings.put("reconnect.backoff.max.ms", 200);
    settings.putAll(more);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static void note(
      ConsumerRecord<byte[], byte[]> record, Map<Integer, List<Integer>> numbers) {
    String value = new String(record.value(), StandardCharsets.US_ASCII);
    if (!value.startsWith(RawRequests.PROBE)) {
      int number = Integer.parseInt(value.substring(0, value.indexOf(' ')));
      numbers.computeIfAbsent(record.partition(), _ -> new ArrayList<>()).add(number);
    }
  }

  private static Map<Integer, Double> bytesFrom(Map<MetricName, ? extends Metric> metrics) {
    var bytes = new TreeMap<Integer, Double>();
    metrics.forEach((name, metric) -> {
      String node = name.tags().getOrDefault("node-id", "");
      if (name.name().equals("incoming-byte-total") && node.matches("node-\\d{1,3}")) {
        bytes.put(Integer.parseInt(node.substring(5)), (Double) metric.metricValue());
      }
    });
    return bytes;
  }
}
