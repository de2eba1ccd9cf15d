package io.dure.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Brokers of one system as child processes, on free loopback ports, in a folder of their own. Nodes
 * count from 1.
 */
final class Cluster implements AutoCloseable {
  /** Which program. */
  enum System {
    DURE,
    KAFKA
  }

  private static final List<String> KAFKA_FLAGS =
      List.of(
          "-Xmx1G",
          "-Xms1G",
          "-server",
          "-XX:+UseG1GC",
          "-XX:MaxGCPauseMillis=20",
          "-XX:InitiatingHeapOccupancyPercent=35",
          "-XX:+ExplicitGCInvokesConcurrent",
          "-Djava.awt.headless=true",
          "--enable-native-access=ALL-UNNAMED");
  private static final String KAFKA_CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";

  private final System system;
  private final int nodes;
  private final Path folder;
  private final boolean flushEach;
  private final String home;
  private final List<Integer> ports;
  private final Map<Integer, Process> processes = new TreeMap<>();

  Cluster(System system, int nodes, Path parent, boolean flushEach) throws IOException {
    this(system, nodes, parent, flushEach, java.lang.System.getenv("DURE_HOME"));
  }

  /** As above, with the Dure of another working tree. */
  Cluster(System system, int nodes, Path parent, boolean flushEach, String home)
      throws IOException {
    this.home = home;
    this.system = system;
    this.nodes = nodes;
    this.flushEach = flushEach;
    this.folder = Files.createTempDirectory(parent, "bench-" + system.name().toLowerCase() + "-");
    this.ports = freePorts(2 * nodes);
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var probes = new ArrayList<ServerSocket>();
    for (int i = 0; i < count; i++) {
      probes.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<Integer> ports = probes.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket probe : probes) {
      probe.close();
    }
    return ports;
  }

  System system() {
    return system;
  }

  int nodes() {
    return nodes;
  }

  String address(int node) {
    return "127.0.0.1:" + ports.get(node - 1);
  }

  String bootstrap() {
    return IntStream.rangeClosed(1, nodes).mapToObj(this::address).collect(Collectors.joining(","));
  }

  List<Long> pids() {
    return processes.values().stream().filter(Process::isAlive).map(Process::pid).toList();
  }

  /** What Kafka needs before a first start; nothing for Dure. */
  void prepare() throws IOException, InterruptedException {
    if (system == System.DURE) {
      return;
    }
    for (int node = 1; node <= nodes; node++) {
      Path config = folder.resolve("kafka-" + node + ".properties");
      Files.writeString(config, kafkaConfig(node));
      List<String> command =
          List.of(
              java(),
              "-cp",
              kafkaLib(),
              "kafka.tools.StorageTool",
              "format",
              "-t",
              KAFKA_CLUSTER_ID,
              "-c",
              config.toString());
      int status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("format.log").toFile())
              .start()
              .waitFor();
      if (status != 0) {
        throw new IOException(
            "formatting failed:\n" + Files.readString(folder.resolve("format.log")));
      }
    }
  }

  void startAll() throws IOException {
    for (int node = 1; node <= nodes; node++) {
      start(node);
    }
  }

  void start(int node) throws IOException {
    var log = folder.resolve("node-" + node + ".log").toFile();
    processes.put(
        node,
        new ProcessBuilder(command(node))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  private List<String> command(int node) {
    if (system == System.KAFKA) {
      var command = new ArrayList<>(List.of(java()));
      command.addAll(KAFKA_FLAGS);
      command.addAll(
          List.of(
              "-cp",
              kafkaLib(),
              "kafka.Kafka",
              folder.resolve("kafka-" + node + ".properties").toString()));
      return command;
    }
    var command =
        new ArrayList<>(
            List.of(
                home + "/dure",
                "start",
                "--node",
                "" + node,
                "--listen",
                address(node),
                "--data",
                folder.resolve("node-" + node).toString()));
    if (Files.exists(Path.of(home, "src/main/java/io/dure/console"))) {
      command.addAll(List.of("--console", "off"));
    }
    if (nodes > 1) {
      command.add("--cluster");
      command.add(
          IntStream.rangeClosed(1, nodes)
              .mapToObj(n -> n + "@" + address(n))
              .collect(Collectors.joining(",")));
    }
    return command;
  }

  private String kafkaConfig(int node) {
    int controllerPort = ports.get(nodes + node - 1);
    String voters =
        IntStream.rangeClosed(1, nodes)
            .mapToObj(n -> n + "@127.0.0.1:" + ports.get(nodes + n - 1))
            .collect(Collectors.joining(","));
    int copies = Math.min(3, nodes);
    return String.join(
        "\n",
        "process.roles=broker,controller",
        "node.id=" + node,
        "controller.quorum.voters=" + voters,
        "listeners=PLAINTEXT://" + address(node) + ",CONTROLLER://127.0.0.1:" + controllerPort,
        "advertised.listeners=PLAINTEXT://" + address(node),
        "controller.listener.names=CONTROLLER",
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs=" + folder.resolve("kafka-data-" + node),
        "default.replication.factor=" + copies,
        "offsets.topic.replication.factor=" + copies,
        "transaction.state.log.replication.factor=" + copies,
        "transaction.state.log.min.isr=" + Math.max(1, copies - 1),
        "min.insync.replicas=" + Math.max(1, copies - 1),
        flushEach ? "log.flush.interval.messages=1" : "",
        "");
  }

  private static String java() {
    return java.lang.System.getenv("BENCH_JAVA");
  }

  private static String kafkaLib() {
    return java.lang.System.getenv("BENCH_KAFKA_LIB") + "/*";
  }

  /** SIGKILL, and waits until the process is gone. */
  void kill(int node) throws InterruptedException {
    processes.get(node).destroyForcibly().waitFor();
  }

  void killAll() throws InterruptedException {
    for (int node = 1; node <= nodes; node++) {
      kill(node);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Process process : processes.values()) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
