package io.dure.cli.demo;

import io.dure.cli.BrokerProcess;
import io.dure.cli.ClusterView;
import io.dure.cli.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * The broker processes of the demonstration: three founders, room for a fourth, in a temporary
 * folder and on free loopback ports. Kills only what it started. {@link #close} may be called from
 * a shutdown hook at any moment.
 */
final class Stage implements AutoCloseable {
  static final int FOUNDERS = 3;
  static final int LATECOMER = 4;
  private static final long STOP_TIMEOUT_MS = 15_000;
  static final int LONER = 9;

  private static final long READY_TIMEOUT_MS = 20_000;
  private static final long LOOK_INTERVAL_MS = 20;

  private final Path folder;
  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();

  Stage() throws IOException {
    folder = Files.createTempDirectory("dure-demo-");
    List<Integer> free = freePorts(FOUNDERS + 2);
    for (int node = 1; node <= FOUNDERS; node++) {
      ports.put(node, free.get(node - 1));
    }
    ports.put(LATECOMER, free.get(FOUNDERS));
    ports.put(LONER, free.get(FOUNDERS + 1));
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var probes = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        probes.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return probes.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket probe : probes) {
        probe.close();
      }
    }
  }

  Path folder() {
    return folder;
  }

  Path data(int node) {
    return folder.resolve("node-" + node);
  }

  String address(int node) {
    return "127.0.0.1:" + ports.get(node);
  }

  int port(int node) {
    return ports.getOrDefault(node, 0);
  }

  /** The addresses of the three founders, for clients. */
  String bootstrap() {
    return IntStream.rangeClosed(1, FOUNDERS)
        .mapToObj(this::address)
        .collect(Collectors.joining(","));
  }

  /** Starts a process without waiting for it. */
  synchronized void launch(int node) {
    List<String> membership =
        switch (node) {
          case LONER -> List.of();
          case LATECOMER -> List.of("--join", bootstrap());
          default -> List.of("--cluster", founders());
        };
    var plan = new BrokerProcess.Plan(node, address(node), data(node), membership, false);
    brokers.put(node, BrokerProcess.start(plan, folder.resolve("node-" + node + ".log")));
  }

  private String founders() {
    return IntStream.rangeClosed(1, FOUNDERS)
        .mapToObj(node -> node + "@" + address(node))
        .collect(Collectors.joining(","));
  }

  void awaitReady(int node) throws InterruptedException {
    broker(node).awaitReady(READY_TIMEOUT_MS);
  }

  void start(int... nodes) throws InterruptedException {
    for (int node : nodes) {
      launch(node);
    }
    for (int node : nodes) {
      awaitReady(node);
    }
  }

  /** Ends a broker with SIGTERM; returns the status it ended with. */
  int stop(int node) throws InterruptedException {
    BrokerProcess broker = broker(node);
    broker.stop();
    if (!broker.awaitEnd(STOP_TIMEOUT_MS)) {
      throw new Refusal("broker " + node + " did not end within " + STOP_TIMEOUT_MS + " ms");
    }
    return broker.exitStatus();
  }

  void kill(int... nodes) throws InterruptedException {
    for (int node : nodes) {
      broker(node).kill();
    }
  }

  void freeze(int node) throws InterruptedException {
    broker(node).freeze();
  }

  void thaw(int node) throws InterruptedException {
    broker(node).thaw();
  }

  private synchronized BrokerProcess broker(int node) {
    BrokerProcess broker = brokers.get(node);
    if (broker == null) {
      throw new Refusal("broker " + node + " was never started");
    }
    return broker;
  }

  Admin admin(String bootstrap) {
    return admin(bootstrap, 3_000);
  }

  /**
   * For looking on while a broker is frozen: whoever is asked and says nothing is given up soon.
   */
  Admin impatientAdmin() {
    return admin(bootstrap(), 300);
  }

  private static Admin admin(String bootstrap, int requestTimeoutMs) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("client.id", "dure-demo");
    settings.put("request.timeout.ms", requestTimeoutMs);
    settings.put("default.api.timeout.ms", 15_000);
    settings.put("reconnect.backoff.max.ms", 200);
    settings.put("enable.metrics.push", false);
    return Admin.create(settings);
  }

  /** The topic's partitions as the cluster tells them now. */
  static List<ClusterView.Partition> partitions(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    return ClusterView.partitions(admin, List.of(topic));
  }

  /**
   * Milliseconds until the condition held; refuses when it does not in time. A client's error
   * counts as "not yet".
   */
  static long await(String what, long timeoutMs, Callable<Boolean> condition)
      throws InterruptedException {
    long startedNs = System.nanoTime();
    while (true) {
      try {
        if (condition.call()) {
          return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception notYet) {
        // Asked again below, until the time is up.
      }
      if (System.nanoTime() - startedNs > TimeUnit.MILLISECONDS.toNanos(timeoutMs)) {
        throw new Refusal("not within " + timeoutMs + " ms: " + what);
      }
      Thread.sleep(LOOK_INTERVAL_MS);
    }
  }

  /** Ends all processes at once; the folder stays. */
  synchronized void endAll() {
    brokers
        .values()
        .forEach(broker -> {
          try {
            broker.kill();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public void close() {
    endAll();
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + folder + ": " + e.getMessage());
    }
  }
}
