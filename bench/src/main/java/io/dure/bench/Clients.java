package io.dure.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The ordinary clients, with default settings but for what a workload says. */
final class Clients {
  private Clients() {}

  static KafkaProducer<byte[], byte[]> producer(String bootstrap, Map<String, Object> more) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("enable.metrics.push", false);
    settings.putAll(more);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** What the producer itself says of its last half minute. */
  static double metric(KafkaProducer<byte[], byte[]> producer, String name) {
    return producer.metrics().values().stream()
        .filter(m -> m.metricName().name().equals(name) && m.metricValue() instanceof Double)
        .filter(m -> m.metricName().group().equals("producer-metrics"))
        .mapToDouble(m -> (Double) m.metricValue())
        .findFirst()
        .orElse(Double.NaN);
  }

  static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("enable.metrics.push", false);
    settings.put("enable.auto.commit", false);
    settings.put("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static Admin admin(String bootstrap) {
    return Admin.create(Map.of("bootstrap.servers", bootstrap, "enable.metrics.push", false));
  }

  static void createTopic(String bootstrap, String topic, int partitions)
      throws ExecutionException, InterruptedException {
    try (Admin admin = admin(bootstrap)) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
          .all()
          .get();
      awaitLeaders(admin, topic);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static void awaitLeaders(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadlineNs) {
      try {
        var described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        if (described.partitions().stream()
            .allMatch(p ->
                p.leader() != null
                    && !p.leader().isEmpty()
                    && p.isr().size() == p.replicas().size())) {
          return;
        }
      } catch (ExecutionException notYet) {
        // Asked again.
      }
      Thread.sleep(50);
    }
  }

  static int leader(String bootstrap, String topic)
      throws ExecutionException, InterruptedException {
    try (Admin admin = admin(bootstrap)) {
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .get(topic)
          .partitions()
          .getFirst()
          .leader()
          .id();
    }
  }
}
