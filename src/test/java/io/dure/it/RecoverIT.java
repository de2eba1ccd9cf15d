package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure broker recover} with two of a partition's three brokers lost for good. */
@Timeout(420)
class RecoverIT {
  @TempDir Path folder;

  @Test
  void itTellsWhatMayBeLostAndDoesItOnlyWhenToldTo() throws Exception {
    try (ClusterFork cluster = ClusterFork.start(3, folder)) {
      cluster.join(folder);
      String bootstrap = cluster.address(1) + "," + cluster.address(2);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
        admin
            .createTopics(List.of(new NewTopic("orders", Map.of(0, List.of(4, 3, 1)))))
            .all()
            .get(60, TimeUnit.SECONDS);
      }
      produce(bootstrap, "before");
      assertThat(DureProcess.run(bootstrap, "", "broker", "recover").out())
          .contains("nothing to recover");

      cluster.broker(3).kill();
      cluster.broker(4).kill();
      await()
          .atMost(Duration.ofSeconds(120))
          .untilAsserted(() -> {
            DureProcess.Said told = DureProcess.run(bootstrap, "", "broker", "recover");
            assertThat(told.out())
                .contains("orders-0", "3, 4", "Nothing was done", "--yes-lose-data");
          });
      assertThat(audit()).isEmpty();

      await()
          .atMost(Duration.ofSeconds(120))
          .untilAsserted(() -> {
            DureProcess.Said done =
                DureProcess.run(bootstrap, "", "broker", "recover", "orders", "--yes-lose-data");
            assertThat(done.status()).as(done.out() + done.errors()).isZero();
          });
      assertThat(audit()).contains("dure-cli at 127.0.0.1", "orders[0]", "orders-0 NONE");
      produce(bootstrap, "after");
    }
  }

  private static void produce(String bootstrap, String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap, "enable.metrics.push", false),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("orders", value)).get(100, TimeUnit.SECONDS);
    }
  }

  /** Of whichever broker was asked. */
  private String audit() throws IOException {
    var text = new StringBuilder();
    for (int node = 1; node <= 2; node++) {
      Path log = folder.resolve("node" + node).resolve("audit.log");
      text.append(Files.exists(log) ? Files.readString(log) : "");
    }
    return text.toString();
  }
}
