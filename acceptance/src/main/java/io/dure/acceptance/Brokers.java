package io.dure.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/** Brokers 1 to n, each a {@code ./dure start} of its own. Used by one thread. */
public final class Brokers implements AutoCloseable {
  private static final int READY_WITHIN_S = 60;

  /** One process and the line in which it says that it serves. */
  private record Running(Process process, CompletableFuture<String> ready) {}

  private final int count;
  private final Path folder;
  private final int firstPort;
  private final List<String> settings;
  private final Running[] running;

  Brokers(int count, Path folder, int firstPort, List<String> settings) {
    this.count = count;
    this.folder = folder;
    this.firstPort = firstPort;
    this.settings = settings;
    this.running = new Running[count];
  }

  public int count() {
    return count;
  }

  public String address(int node) {
    return "127.0.0.1:" + (firstPort + node);
  }

  public String bootstrap() {
    return IntStream.rangeClosed(1, count).mapToObj(this::address).collect(Collectors.joining(","));
  }

  /** Where a node keeps its partitions: {@code topic-0} and the like. */
  public Path data(int node) {
    return folder.resolve("node-" + node);
  }

  void startAll() throws Exception {
    for (int node = 1; node <= count; node++) {
      start(node);
    }
    for (int node = 1; node <= count; node++) {
      awaitReady(node);
    }
  }

  private void start(int node) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                System.getenv("DURE_HOME") + "/dure",
                "start",
                "--node",
                Integer.toString(node),
                "--listen",
                address(node),
                "--data",
                data(node).toString(),
                "--console",
                "off",
                "--cluster",
                IntStream.rangeClosed(1, count)
                    .mapToObj(n -> n + "@" + address(n))
                    .collect(Collectors.joining(","))));
    for (String setting : settings) {
      command.addAll(List.of("-c", setting));
    }
    var builder =
        new ProcessBuilder(command)
            .redirectError(
                ProcessBuilder.Redirect.appendTo(folder.resolve("node-" + node + ".log").toFile()));
    builder.environment().putIfAbsent("DURE_JVM_OPTS", "-Xmx512m");
    Process process = builder.start();
    var ready = new CompletableFuture<String>();
    BufferedReader lines = process.inputReader();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          lines.lines().filter(line -> line.startsWith("ready ")).forEach(ready::complete);
          ready.completeExceptionally(new IOException("broker " + node + " ended"));
        });
    running[node - 1] = new Running(process, ready);
  }

  private void awaitReady(int node) throws Exception {
    running[node - 1].ready.get(READY_WITHIN_S, TimeUnit.SECONDS);
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill(int node) throws InterruptedException {
    running[node - 1].process.toHandle().destroyForcibly();
    running[node - 1].process.waitFor();
  }

  /**
   * SIGTERM.
   *
   * @return its exit status; -1 when it does not end
   */
  public int stop(int node) throws InterruptedException {
    Process process = running[node - 1].process;
    process.toHandle().destroy();
    return process.waitFor(READY_WITHIN_S, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  /** The same folder and address again; returns when it serves. */
  public void restart(int node) throws Exception {
    start(node);
    awaitReady(node);
  }

  public boolean allAlive() {
    return IntStream.range(0, count).allMatch(i -> running[i].process.isAlive());
  }

  /** Waits until every partition of every topic has a leader and all its replicas in step. */
  public void awaitInStep(Duration atMost) throws Exception {
    try (Admin admin = Clients.admin(bootstrap())) {
      Await.until("all replicas in step", atMost, () -> behind(admin) == 0);
    }
  }

  private static long behind(Admin admin) throws Exception {
    var names = admin.listTopics(Clients.withInternal()).names().get();
    Map<String, TopicDescription> topics = admin.describeTopics(names).allTopicNames().get();
    return topics.values().stream()
        .flatMap(topic -> topic.partitions().stream())
        .filter(
            p -> p.leader() == null || p.leader().isEmpty() || p.isr().size() < p.replicas().size())
        .count();
  }

  @Override
  public void close() throws InterruptedException {
    for (Running one : running) {
      if (one != null) {
        one.process.toHandle().destroyForcibly();
        one.process.waitFor();
      }
    }
  }

  @Override
  public String toString() {
    return "brokers at " + bootstrap();
  }
}
