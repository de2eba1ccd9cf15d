package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker on a volume of 64 MB that runs full; skipped where no file system may be mounted. */
@Timeout(420)
class FullDiskIT {
  private static final int RECORD_BYTES = 100_000;
  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

  @TempDir Path folder;

  private static byte[] record(int number) {
    return ByteBuffer.allocate(RECORD_BYTES).putInt(0, number).array();
  }

  private static KafkaProducer<byte[], byte[]> producer(String bootstrap) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "delivery.timeout.ms",
            240_000,
            "enable.metrics.push",
            false),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  @Test
  void recordsWaitUntilThereIsRoomAndNothingAcknowledgedIsLost() throws Exception {
    try (var volume = SmallVolume.mount(folder.resolve("volume"), "64m");
        ClusterFork cluster = ClusterFork.start(1, volume.path());
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()));
        KafkaProducer<byte[], byte[]> producer = producer(cluster.bootstrap())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("orders", Optional.of(1), Optional.empty())
                      .configs(Map.of("segment.bytes", "1048576"))))
          .all()
          .get();

      List<Integer> acknowledged = new ArrayList<>();
      Future<RecordMetadata> waiting = fill(producer, acknowledged);
      assertThat(acknowledged).as("most of the volume is used").hasSizeGreaterThan(400);
      assertThat(read(cluster.bootstrap(), 0)).as("reads go on").isEqualTo(acknowledged);
      DureProcess.Said doctor = DureProcess.run(cluster.bootstrap(), "", "doctor", "-o", "json");
      assertThat(doctor.out()).contains("\"code\":\"DISK_LOW\"", "disk.reserve.bytes");
      assertThat(doctor.status()).isEqualTo(1);
      assertThat(DureProcess.run(cluster.bootstrap(), "", "status").out())
          .contains("disk nearly full");

      int kept = acknowledged.size() / 2;
      admin
          .deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(kept)))
          .all()
          .get(60, TimeUnit.SECONDS);
      waiting.get(120, TimeUnit.SECONDS);
      acknowledged.add(acknowledged.size());
      assertThat(read(cluster.bootstrap(), kept))
          .isEqualTo(acknowledged.subList(kept, acknowledged.size()));
      assertThat(cluster.broker(1).lastWords()).doesNotContain("this node stops");
    }
  }

  /** Sends one after the other until one is not answered any more, and returns that. */
  private static Future<RecordMetadata> fill(
      KafkaProducer<byte[], byte[]> producer, List<Integer> acknowledged) throws Exception {
    for (int number = 0; ; number++) {
      assertThat(number).as("64 MB hold no more").isLessThan(700);
      Future<RecordMetadata> sent =
          producer.send(new ProducerRecord<>("orders", 0, null, record(number)));
      try {
        sent.get(20, TimeUnit.SECONDS);
        acknowledged.add(number);
      } catch (TimeoutException e) {
        return sent;
      }
    }
  }

  private static List<Integer> read(String bootstrap, long from) {
    List<Integer> numbers = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap, "enable.metrics.push", false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seek(PARTITION, from);
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      while (consumer.position(PARTITION) < end) {
        consumer
            .poll(Duration.ofSeconds(1))
            .forEach(record -> numbers.add(ByteBuffer.wrap(record.value()).getInt()));
      }
    }
    return numbers;
  }
}
