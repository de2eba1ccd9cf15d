package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which address a client is told, by a node that listens on every address of its machine. */
class AddressesIT {
  private static final long WAIT_S = 20;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String told(String through) throws Exception {
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, through))) {
      var node = admin.describeCluster().nodes().get(WAIT_S, TimeUnit.SECONDS).iterator().next();
      return node.host() + ":" + node.port();
    }
  }

  @Test
  void clientStaysWithTheAddressItCameBy() throws Exception {
    int port = freePort();
    BrokerFork node = BrokerFork.start(1, port, folder, List.of("--listen", "0.0.0.0:" + port));
    try {
      node.awaitReady();
      for (String host : List.of("127.0.0.1", "127.0.0.2")) {
        String address = host + ":" + port;
        assertThat(told(address)).isEqualTo(address);
        Map<String, Object> config =
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                address,
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "through " + host);
        try (var producer =
            new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
          producer.initTransactions();
          producer.beginTransaction();
          producer.send(new ProducerRecord<>("t", "v")).get(WAIT_S, TimeUnit.SECONDS);
          producer.commitTransaction();
        }
      }
    } finally {
      node.kill();
    }
  }

  @Test
  void advertisedAddressWins() throws Exception {
    int port = freePort();
    BrokerFork node =
        BrokerFork.start(
            1,
            port,
            folder,
            List.of("--listen", "0.0.0.0:" + port, "--advertise", "127.0.0.3:" + port));
    try {
      node.awaitReady();
      assertThat(told("127.0.0.1:" + port)).isEqualTo("127.0.0.3:" + port);
    } finally {
      node.kill();
    }
  }
}
