package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure recover-metadata} with two of three voters lost for good. */
@Timeout(420)
class RecoverMetadataIT {
  @TempDir Path folder;

  @Test
  void whoIsLeftGoesOnAloneAndWhoComesBackFollowsOrIsRefused() throws Exception {
    var brokers = new ArrayList<BrokerFork>();
    try (ClusterFork cluster = ClusterFork.start(3, folder)) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
        admin
            .createTopics(List.of(new NewTopic("orders", 2, (short) 3)))
            .all()
            .get(60, TimeUnit.SECONDS);
      }
      produce(cluster.bootstrap(), "before");
      assertThat(recover("node3").errors()).contains("in use by another node");
      cluster.close();
      delete(folder.resolve("node1"));
      byte[] untouched = Files.readAllBytes(folder.resolve("node3/meta.properties"));

      assertThat(recover("node3").out())
          .contains("node 3 of cluster", "the voters are 1, 2, 3", "Nothing was changed");
      assertThat(folder.resolve("node3/meta.properties")).hasBinaryContent(untouched);

      DureProcess.Said said = recover("node3", "--yes-lose-data");
      assertThat(said.status()).as(said.errors()).isZero();
      String follow = said.out().replaceFirst("(?s).*--follow (\\S+) .*", "$1");
      assertThat(follow).endsWith(",3@" + cluster.address(3));
      brokers.add(restart(cluster, 3));
      String left = cluster.address(3);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() ->
              assertThat(DureProcess.run(left, "", "broker", "recover", "--yes-lose-data").status())
                  .isZero());
      produce(left, "alone");

      BrokerFork old = restart(cluster, 2);
      assertThat(old.awaitEnd()).isEqualTo(1);
      assertThat(old.lastWords())
          .contains("node 2 (" + cluster.address(2) + ") belongs to cluster", "recover-metadata");

      assertThat(recover("node2", "--follow", follow, "--yes-lose-data").status()).isZero();
      brokers.add(restart(cluster, 2));
      brokers.getLast().awaitReady();
      DureProcess.Said read = DureProcess.run(cluster.address(2), "", "consume", "orders", "-e");
      assertThat(read.out().lines()).containsExactlyInAnyOrder("before", "alone");
      assertThat(Files.readString(folder.resolve("node3/audit.log"))).contains("goes on alone");
      assertThat(Files.readString(folder.resolve("node2/audit.log"))).contains("follows node 3");
    } finally {
      for (BrokerFork broker : brokers) {
        broker.kill();
      }
    }
  }

  private BrokerFork restart(ClusterFork cluster, int node) {
    return BrokerFork.start(node, cluster.port(node), folder, List.of());
  }

  private DureProcess.Said recover(String node, String... more) throws Exception {
    List<String> command = new ArrayList<>(Launcher.fromClasses("io.dure.server.RecoverMain"));
    command.addAll(List.of("--data", folder.resolve(node).toString()));
    command.addAll(List.of(more));
    return DureProcess.ended(new ProcessBuilder(command).start(), "recover-metadata", 60);
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

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }
}
