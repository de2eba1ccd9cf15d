package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.wire.PeerHello;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A start that would do harm ends at once: status 1, what is wrong on both sides, and the way out.
 */
@Timeout(300)
class StartRefusedIT {
  @TempDir static Path home;
  @TempDir Path folder;
  private static ClusterFork cluster;

  @BeforeAll
  static void start() {
    cluster = ClusterFork.start(1, home);
  }

  @AfterAll
  static void theOneThatWasThereGoesOnUntilItIsStopped() throws Exception {
    assertThat(cluster.broker(1).stop()).isZero();
    assertThat(cluster.broker(1).lastWords()).doesNotContain("ERROR");
    cluster.close();
  }

  /** Starts a broker that is expected to end by itself; returns what it said. */
  private String refusal(int node, Path data, String... more) throws Exception {
    List<String> command = new ArrayList<>(Launcher.broker());
    command.addAll(List.of("--node", Integer.toString(node), "--listen", "127.0.0.1:0"));
    command.addAll(List.of("--data", data.toString(), "--console", "off"));
    command.addAll(List.of(more));
    DureProcess.Said said =
        DureProcess.ended(new ProcessBuilder(command).start(), "a start to be refused", 120);
    assertThat(said.status()).as(said.errors()).isEqualTo(1);
    assertThat(said.errors()).contains("dure: ").doesNotContain("\tat ");
    return said.errors();
  }

  @Test
  void aFolderOfAnotherProgram() throws Exception {
    Path data = Files.createDirectories(folder.resolve("photos"));
    Files.writeString(data.resolve("holiday.jpg"), "x");

    assertThat(refusal(1, data)).contains("no data folder of Dure's", "holiday.jpg");
    assertThat(data.resolve("meta.properties")).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeMade() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThat(refusal(1, file)).contains("cannot use the data folder", "is no folder", "--data");
    assertThat(refusal(1, file.resolve("below"))).contains("cannot use the data folder");
  }

  @Test
  void aFolderThatCanOnlyBeRead() throws Exception {
    try (var volume = SmallVolume.mount(folder.resolve("ro"), "64k")) {
      volume.remount("ro");
      assertThat(refusal(1, volume.path())).contains("Read-only file system", "--data");
    }
  }

  @Test
  void aFullDisk() throws Exception {
    try (var volume = SmallVolume.mount(folder.resolve("full"), "64k")) {
      volume.fill();
      assertThat(refusal(1, volume.path().resolve("data"))).contains("No space left", "free some");
    }
  }

  @Test
  void aPortThatIsTaken() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(refusal(1, folder.resolve("data"), "--listen", address))
          .contains("cannot listen on " + address, "in use", "--listen");
    }
  }

  private static String clusterOf(Path data) throws IOException {
    try (Stream<String> lines = Files.lines(data.resolve("meta.properties"))) {
      return lines
          .filter(line -> line.startsWith("cluster.id="))
          .findFirst()
          .orElseThrow()
          .substring("cluster.id=".length());
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        if (!each.endsWith(".lock")) {
          Files.copy(each, to.resolve(from.relativize(each)));
        }
      }
    }
  }

  @Test
  void aNodeOfAnotherRelease() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerAsALaterRelease(other));
      String address = "127.0.0.1:" + other.getLocalPort();

      assertThat(refusal(1, folder.resolve("data"), "--join", address))
          .contains(address, "version 99", "version " + PeerHello.PROTOCOL_VERSION)
          .contains("run the same release");
    }
  }

  private static void answerAsALaterRelease(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      var in = new DataInputStream(socket.getInputStream());
      in.readFully(new byte[in.readInt()]);
      String reason = "one speaks version 99, the other version %d; run the same release on both";
      ByteBuffer frame =
          PeerHello.answerFrame(
              0,
              new PeerHello.Answer.Refusal(
                  reason.formatted(PeerHello.PROTOCOL_VERSION), stranger(0)));
      int version = 4 + 4 + 1 + 2 + Short.toUnsignedInt(frame.getShort(9)); // behind the reason
      frame.putShort(version, (short) 99);
      socket.getOutputStream().write(frame.array());
      socket.getOutputStream().flush();
      in.read();
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static PeerHello stranger(long wallMs) {
    return new PeerHello(
        new NodeId(9),
        UUID.randomUUID(),
        Optional.empty(),
        new Endpoint("127.0.0.1", 1),
        List.of(),
        List.of(),
        wallMs);
  }

  @Test
  void aFolderThatIsInUse() throws Exception {
    assertThat(refusal(1, home.resolve("node1"))).contains("is in use by another node", "--data");
  }

  @Test
  void aFolderOfAnotherClusterOrNode() throws Exception {
    Path own = folder.resolve("node7");
    BrokerFork other = BrokerFork.start(7, 0, folder, List.of());
    other.awaitReady();
    other.stop();

    assertThat(refusal(7, own, "--join", cluster.bootstrap()))
        .contains(clusterOf(own), clusterOf(home.resolve("node1")), "--data");
    assertThat(refusal(8, own)).contains("belongs to node 7", "started as node 8", "--data");
  }

  @Test
  void aMemberThatIsThereTwiceAndOneThatLostItsData() throws Exception {
    int second = cluster.join(home);
    Path twin = folder.resolve("twin");
    copy(home.resolve("node2"), twin);
    assertThat(refusal(second, twin))
        .contains("node id 2 is used by two nodes", cluster.address(2), "--node", "--data");
    assertThat(cluster.broker(2).stop()).as("goes on until it is stopped").isZero();

    assertThat(refusal(second, folder.resolve("empty"), "--join", cluster.address(1)))
        .contains("node 2", "empty data folder", "bring its folder back");
  }

  @Test
  void aNewcomerWhoseClockIsAnHourAhead() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), cluster.port(1))) {
      long wallMs = System.currentTimeMillis() + 3_600_000;
      socket.getOutputStream().write(stranger(wallMs).requestFrame().array());
      var in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readInt()];
      in.readFully(answer);

      assertThat(PeerHello.readAnswer(ByteBuffer.wrap(answer)))
          .isInstanceOfSatisfying(
              PeerHello.Answer.Refusal.class,
              refusal ->
                  assertThat(refusal.reason()).contains("clocks differ", "node 9", "node 1"));
    }
  }

  @Test
  void whatExcludesEachOther() throws Exception {
    assertThat(refusal(1, folder.resolve("data"), "--join", "h:1", "--cluster", "h:1"))
        .contains("exclude each other");
  }
}
