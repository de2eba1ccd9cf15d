package io.dure.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Brokers 1 to n in processes of their own, on free ports of this machine. */
public final class ClusterFork implements AutoCloseable {
  private final List<Integer> ports;
  private final List<BrokerFork> brokers = new ArrayList<>();

  private ClusterFork(List<Integer> ports) {
    this.ports = new ArrayList<>(ports);
  }

  /**
   * @param settings of each broker, as key=value
   */
  public static ClusterFork start(int count, Path folder, String... settings) {
    var cluster = new ClusterFork(freePorts(count));
    List<String> membership = new ArrayList<>();
    if (count > 1) {
      membership.addAll(List.of("--cluster", cluster.bootstrap()));
    }
    for (String setting : settings) {
      membership.addAll(List.of("-c", setting));
    }
    for (int node = 1; node <= count; node++) {
      cluster.brokers.add(BrokerFork.start(node, cluster.port(node), folder, membership));
    }
    try {
      cluster.brokers.forEach(BrokerFork::awaitReady);
    } catch (RuntimeException | AssertionError e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One more broker, which joins the others; returns its number. */
  public int join(Path folder, String... settings) {
    List<String> membership = new ArrayList<>(List.of("--join", bootstrap()));
    for (String setting : settings) {
      membership.addAll(List.of("-c", setting));
    }
    ports.addAll(freePorts(1));
    int node = ports.size();
    brokers.add(BrokerFork.start(node, port(node), folder, membership));
    brokers.getLast().awaitReady();
    return node;
  }

  public int port(int node) {
    return ports.get(node - 1);
  }

  public String address(int node) {
    return "127.0.0.1:" + port(node);
  }

  public String bootstrap() {
    return String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList());
  }

  public BrokerFork broker(int node) {
    return brokers.get(node - 1);
  }

  @Override
  public void close() {
    for (BrokerFork broker : brokers) {
      try {
        broker.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
