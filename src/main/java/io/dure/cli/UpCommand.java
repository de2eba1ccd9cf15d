package io.dure.cli;

import io.dure.cli.Screen.Ink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code dure up}: a cluster of child processes on this machine. Ctrl-C stops it, its data stays.
 */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "A local cluster to point clients at.")
final class UpCommand implements Callable<Integer> {
  private static final long READY_TIMEOUT_MS = 30_000;
  private static final long STOP_TIMEOUT_MS = 10_000;
  private static final long LOOK_INTERVAL_MS = 250;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Brokers (default ${DEFAULT-VALUE}).")
  int nodes = 3;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description =
          "The first broker's port; the others count on from it (default ${DEFAULT-VALUE}).")
  int port = 9092;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "dure-data/local",
      description = "Where the brokers keep their records (default ${DEFAULT-VALUE}).")
  Path data = Path.of("dure-data/local");

  private final List<BrokerProcess> brokers = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (nodes < 1 || nodes > 9) {
      throw new Refusal("--nodes takes 1 to 9, not " + nodes);
    }
    List<String> addresses =
        IntStream.range(0, nodes).mapToObj(i -> "127.0.0.1:" + (port + i)).toList();
    for (int i = 0; i < nodes; i++) {
      requireFree(port + i);
    }
    Screen screen = Screen.standard();
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll));
    Files.createDirectories(data);
    long startedNs = System.nanoTime();
    for (int i = 0; i < nodes; i++) {
      List<String> membership =
          nodes == 1 ? List.of() : List.of("--cluster", String.join(",", founders(addresses)));
      var plan =
          new BrokerProcess.Plan(
              i + 1, addresses.get(i), data.resolve("node-" + (i + 1)), membership, true);
      brokers.add(BrokerProcess.start(plan, data.resolve("node-" + (i + 1) + ".log")));
    }
    for (BrokerProcess broker : brokers) {
      broker.awaitReady(READY_TIMEOUT_MS);
      screen.line(
          "broker "
              + broker.node()
              + "  "
              + addresses.get(broker.node() - 1)
              + "  pid "
              + broker.pid());
    }
    screen.line(
        screen.ink(Ink.GOOD, "serving")
            + " after "
            + (System.nanoTime() - startedNs) / 1_000_000
            + " ms; data and logs in "
            + data
            + "; Ctrl-C stops it");
    screen.line("bootstrap.servers=" + String.join(",", addresses));
    screen.line("console http://" + brokers.getFirst().console());
    watch(screen);
    return 1;
  }

  private static List<String> founders(List<String> addresses) {
    return IntStream.range(0, addresses.size())
        .mapToObj(i -> (i + 1) + "@" + addresses.get(i))
        .collect(Collectors.toList());
  }

  /** Stays until every broker has ended, and tells when one does by itself. */
  private void watch(Screen screen) throws InterruptedException {
    var running = new ArrayList<>(brokers);
    while (!running.isEmpty()) {
      Thread.sleep(LOOK_INTERVAL_MS);
      running.removeIf(broker -> {
        if (broker.alive()) {
          return false;
        }
        screen.line(
            screen.ink(
                    Ink.BAD,
                    "broker " + broker.node() + " ended with status " + broker.exitStatus())
                + "; see "
                + data.resolve("node-" + broker.node() + ".log"));
        return true;
      });
    }
  }

  private void stopAll() {
    brokers.forEach(BrokerProcess::stop);
    try {
      for (BrokerProcess broker : brokers) {
        if (!broker.awaitEnd(STOP_TIMEOUT_MS)) {
          broker.kill();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void requireFree(int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return;
    } catch (IOException | IllegalArgumentException taken) {
      throw new Refusal(
          "port "
              + port
              + " is taken; choose another first port with --port, or stop what uses it");
    }
  }
}
