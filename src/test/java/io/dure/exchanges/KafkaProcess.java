package io.dure.exchanges;

import io.dure.it.RawConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;

/** One fresh node of Apache Kafka, number 1, on a free port of this machine. Gone when closed. */
final class KafkaProcess implements AutoCloseable {
  private static final String CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw";

  private static final Pattern SERVER = Pattern.compile("kafka_2\\.13-(.*)\\.jar");

  private final int port;
  private final Path folder;
  private final Process process;

  private KafkaProcess(int port, Path folder, Process process) {
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /**
   * @param libraries the folder of its jars
   */
  static KafkaProcess start(Path libraries) throws Exception {
    Path folder = Files.createTempDirectory("exchanges");
    int port = freePort();
    Path settings = folder.resolve("server.properties");
    Files.write(settings, settings(port, freePort(), folder.resolve("data")));
    Process format =
        java(
            libraries,
            folder,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            CLUSTER_ID,
            "-c",
            settings.toString());
    if (format.waitFor() != 0) {
      throw new IOException("not formatted, see " + folder);
    }
    var kafka =
        new KafkaProcess(port, folder, java(libraries, folder, "kafka.Kafka", settings.toString()));
    Awaitility.await("Kafka").atMost(Duration.ofMinutes(3)).until(kafka::isThere);
    return kafka;
  }

  /** As its libraries are named. */
  static String version(Path libraries) throws IOException {
    try (Stream<Path> jars = Files.list(libraries)) {
      return jars.map(jar -> SERVER.matcher(jar.getFileName().toString()))
          .filter(Matcher::matches)
          .map(jar -> jar.group(1))
          .findFirst()
          .orElseThrow(() -> new IOException("no Apache Kafka in " + libraries));
    }
  }

  int port() {
    return port;
  }

  private boolean isThere() {
    if (!process.isAlive()) {
      throw new IllegalStateException("Kafka ended, see " + folder);
    }
    try (var connection = new RawConnection(port)) {
      DescribeClusterResponseData answer =
          connection.ask(ApiKeys.DESCRIBE_CLUSTER, 0, new DescribeClusterRequestData());
      return answer.brokers().size() == 1;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static List<String> settings(int port, int controllerPort, Path data) {
    return List.of(
        "node.id=1",
        "process.roles=broker,controller",
        "controller.quorum.voters=1@127.0.0.1:" + controllerPort,
        "controller.listener.names=CONTROLLER",
        "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
        "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs=" + data,
        "group.initial.rebalance.delay.ms=0",
        "offsets.topic.replication.factor=1",
        "transaction.state.log.replication.factor=1",
        "transaction.state.log.min.isr=1",
        "share.coordinator.state.topic.replication.factor=1",
        "share.coordinator.state.topic.min.isr=1");
  }

  private static Process java(Path libraries, Path folder, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", libraries.resolve("*").toString()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("kafka.log").toFile()))
        .start();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
