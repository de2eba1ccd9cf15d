package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dure doctor} against broken set-ups: each is named, with the remedy. */
class DoctorIT {
  @TempDir Path folder;

  private record Said(int status, String out) {
    boolean names(String code) {
      return out.contains("\"code\":\"" + code + "\"");
    }
  }

  private static Said doctor(String bootstrap, String... more) throws Exception {
    List<String> command = new ArrayList<>(Launcher.command());
    command.addAll(List.of("doctor", "-b", bootstrap, "-o", "json"));
    command.addAll(List.of("--language", "en", "--timeout", "5000"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    DureProcess.Said said = DureProcess.ended(process, "doctor", 60);
    return new Said(said.status(), said.out());
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aHealthyClusterHasNothingWrongAndTheProbeComesBack() throws Exception {
    try (ClusterFork cluster = ClusterFork.start(3, folder)) {
      Said said = doctor(cluster.bootstrap(), "--probe", "probes");

      assertThat(said.out()).contains("write and read probes");
      assertThat(said.status()).as(said.out()).isZero();
    }
  }

  @Test
  void aNameThatNobodyKnows() throws Exception {
    Said said = doctor("no-such-host.invalid:9092");

    assertThat(said.names("BOOTSTRAP_UNRESOLVED")).as(said.out()).isTrue();
    assertThat(said.out()).contains("/etc/hosts");
    assertThat(said.status()).isEqualTo(1);
  }

  @Test
  void aPortWhereNobodyListens() throws Exception {
    Said said = doctor("127.0.0.1:" + freePort());

    assertThat(said.names("BOOTSTRAP_REFUSED")).as(said.out()).isTrue();
    assertThat(said.out()).contains("./dure start");
  }

  @Test
  void aPortOfAnotherProgram() throws Exception {
    try (ServerSocket web = listen()) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket client = web.accept()) {
              client
                  .getOutputStream()
                  .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
              // The test is over.
            }
          });
      Said said = doctor("127.0.0.1:" + web.getLocalPort());

      assertThat(said.names("BOOTSTRAP_NOT_KAFKA")).as(said.out()).isTrue();
    }
  }

  @Test
  void somethingThatTakesConnectionsAndSaysNothing() throws Exception {
    try (ServerSocket mute = listen()) {
      Said said = doctor("127.0.0.1:" + mute.getLocalPort());

      assertThat(said.names("METADATA_SILENT")).as(said.out()).isTrue();
    }
  }

  @Test
  void aFounderThatWaitsForTheOthers() throws Exception {
    int port = freePort();
    String others = "127.0.0.1:" + freePort() + ",127.0.0.1:" + freePort();
    BrokerFork lonely =
        BrokerFork.start(1, port, folder, List.of("--cluster", "127.0.0.1:" + port + "," + others));
    try {
      await().atMost(Duration.ofSeconds(20)).until(() -> accepts(port));
      Said said = doctor("127.0.0.1:" + port);

      assertThat(said.names("METADATA_SILENT")).as(said.out()).isTrue();
      assertThat(said.out()).contains("without a majority");
    } finally {
      lonely.kill();
    }
  }

  private static boolean accepts(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void anAdvertisedAddressWhereNobodyAnswers() throws Exception {
    Said said = advertised("127.0.0.1:" + freePort());

    assertThat(said.names("ADDRESS_SILENT")).as(said.out()).isTrue();
    assertThat(said.out()).contains("--advertise");
  }

  @Test
  void anAdvertisedNameThatClientsDoNotKnow() throws Exception {
    Said said = advertised("broker-1.internal.invalid:9092");

    assertThat(said.names("ADDRESS_UNRESOLVED")).as(said.out()).isTrue();
  }

  @Test
  void anAdvertisedAddressOfAnotherCluster() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("other"));
    try (ClusterFork other = ClusterFork.start(1, elsewhere)) {
      Said said = advertised(other.bootstrap());

      assertThat(said.names("ADDRESS_OF_ANOTHER")).as(said.out()).isTrue();
      assertThat(said.out()).contains("another cluster");
    }
  }

  private Said advertised(String address) throws Exception {
    int port = freePort();
    Path own = folder.resolve("one");
    Files.createDirectories(own);
    BrokerFork broker = BrokerFork.start(1, port, own, List.of("--advertise", address));
    try {
      broker.awaitReady();
      Said said = doctor("127.0.0.1:" + port);
      assertThat(said.status()).isEqualTo(1);
      return said;
    } finally {
      broker.kill();
    }
  }

  @Test
  void oneOfThreeIsAwayThenTwoThenTheLastIsFrozen() throws Exception {
    try (ClusterFork cluster = ClusterFork.start(3, folder)) {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            Said whole = doctor(cluster.bootstrap(), "--probe", "orders");
            assertThat(whole.status()).as(whole.out()).isZero();
          });

      cluster.broker(2).kill();
      Said one = doctor(cluster.address(1));
      assertThat(one.names("BROKER_AWAY")).as(one.out()).isTrue();
      assertThat(one.names("MAJORITY_AT_RISK")).as(one.out()).isTrue();
      assertThat(one.out()).contains("Broker 2");

      cluster.broker(3).kill();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> {
            Said two = doctor(cluster.address(1));
            assertThat(two.status()).isEqualTo(1);
            assertThat(two.names("NO_CONTROLLER")).as(two.out()).isTrue();
          });

      cluster.broker(1).freeze();
      Said frozen = doctor(cluster.address(1));
      assertThat(frozen.names("METADATA_SILENT")).as(frozen.out()).isTrue();
    }
  }
}
