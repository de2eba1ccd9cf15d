package io.dure.acceptance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The ordinary clients, with default settings but for what is said here. */
public final class Clients {
  private Clients() {}

  public static Admin admin(String bootstrap) {
    return Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  static ListTopicsOptions withInternal() {
    return new ListTopicsOptions().listInternal(true);
  }

  public static KafkaProducer<String, String> producer(String bootstrap, Map<String, Object> more) {
    var settings = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
    settings.putAll(more);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** Reads from the beginning what is committed, and commits nothing itself. */
  public static KafkaConsumer<String, String> consumer(String bootstrap, Map<String, Object> more) {
    var settings =
        new HashMap<String, Object>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "isolation.level",
                "read_committed"));
    settings.putAll(more);
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  /** A client that asks again, as its first question took too long, hears that it is there. */
  public static void create(Admin admin, int partitions, String... topics) throws Exception {
    List<NewTopic> all =
        List.of(topics).stream().map(t -> new NewTopic(t, partitions, (short) 3)).toList();
    try {
      admin.createTopics(all).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  public static List<TopicPartition> partitions(String topic, int count) {
    return IntStream.range(0, count).mapToObj(p -> new TopicPartition(topic, p)).toList();
  }

  /**
   * Everything committed in some partitions, from their start to the end they have now; a
   * partition's records keep their order.
   */
  public static List<ConsumerRecord<String, String>> readAll(
      String bootstrap, List<TopicPartition> partitions, Duration atMost) throws Exception {
    var all = new ArrayList<ConsumerRecord<String, String>>();
    try (KafkaConsumer<String, String> consumer =
        consumer(bootstrap, Map.of("max.poll.records", 20_000))) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Set<TopicPartition> left = new HashSet<>(partitions);
      Await.until(
          "reading to the end",
          atMost,
          () -> {
            consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            left.removeIf(p -> consumer.position(p) >= ends.get(p));
            return left.isEmpty();
          },
          () -> all.size() + " records read, not at the end of " + left);
    }
    return all;
  }
}
