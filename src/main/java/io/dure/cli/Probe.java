package io.dure.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes one record as a producer and reads it again as a consumer. */
final class Probe {
  private static final String VALUE = "dure doctor was here";

  private final Map<String, Object> client;
  private final String topic;
  private final int timeoutMs;

  Probe(Map<String, Object> client, String topic, int timeoutMs) {
    this.client = client;
    this.topic = topic;
    this.timeoutMs = timeoutMs;
  }

  /** What went wrong; empty when the record came back. */
  Optional<String> run() {
    try {
      return read(write());
    } catch (ExecutionException e) {
      return Optional.of(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    } catch (TimeoutException e) {
      return Optional.of("not acknowledged within " + timeoutMs + " ms");
    } catch (KafkaException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  private RecordMetadata write() throws ExecutionException, InterruptedException, TimeoutException {
    var settings = new HashMap<>(client);
    settings.put("max.block.ms", timeoutMs);
    settings.put("delivery.timeout.ms", timeoutMs);
    settings.put("request.timeout.ms", Math.max(1, timeoutMs / 2));
    settings.put("linger.ms", 0);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      return producer
          .send(new ProducerRecord<>(topic, VALUE))
          .get(timeoutMs, TimeUnit.MILLISECONDS);
    }
  }

  private Optional<String> read(RecordMetadata written) {
    var partition = new TopicPartition(written.topic(), written.partition());
    try (var consumer =
        new KafkaConsumer<>(
            new HashMap<>(client), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, written.offset());
      long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      while (System.nanoTime() < untilNs) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.offset() == written.offset()) {
            return Optional.empty();
          }
        }
      }
      return Optional.of(
          "written at %s offset %d and not read again within %d ms"
              .formatted(partition, written.offset(), timeoutMs));
    }
  }
}
