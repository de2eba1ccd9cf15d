package io.dure.conformance;

import io.dure.it.ClusterFork;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The broker that is examined: one of ours in a process of its own, or whatever listens at {@code
 * -Dconformance.target=HOST:PORT}, such as an Apache Kafka.
 */
final class Examined implements AutoCloseable {
  private final Optional<ClusterFork> fork;
  private final String address;

  private Examined(Optional<ClusterFork> fork, String address) {
    this.fork = fork;
    this.address = address;
  }

  static Examined broker(Path folder) {
    String target = System.getProperty("conformance.target", "");
    if (!target.isEmpty()) {
      return new Examined(Optional.empty(), target);
    }
    // What a group waits for its first members is not what is examined here.
    ClusterFork fork = ClusterFork.start(1, folder, "group.initial.rebalance.delay.ms=0");
    return new Examined(Optional.of(fork), fork.address(1));
  }

  boolean isOurs() {
    return fork.isPresent();
  }

  String address() {
    return address;
  }

  @Override
  public void close() {
    fork.ifPresent(ClusterFork::close);
  }
}
