package io.dure.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The bench's command line. Figures of one machine in one run: compare systems, not runs. */
@Command(
    name = "./dev bench",
    description = "Loads over the ordinary Kafka clients.",
    subcommands = {Main.Compare.class, Main.Load.class, Cost.class, CommandLine.HelpCommand.class},
    synopsisSubcommandLabel = "(compare | load | cost)")
final class Main {
  private static final Map<String, Object> ACKS_ALL = Map.of("acks", "all");

  private Main() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args.length == 0 ? new String[] {"help"} : args));
  }

  @Command(
      name = "compare",
      mixinStandardHelpOptions = true,
      description = "Starts each system and measures it.")
  static final class Compare implements Callable<Integer> {
    @Option(
        names = "--systems",
        split = ",",
        defaultValue = "dure,kafka",
        description = "Default ${DEFAULT-VALUE}.")
    List<Cluster.System> systems = List.of();

    @Option(
        names = "--nodes",
        split = ",",
        defaultValue = "1,3",
        description = "Default ${DEFAULT-VALUE}.")
    List<Integer> nodes = List.of();

    @Option(
        names = "--what",
        split = ",",
        defaultValue = "startup,idle,produce,consume,small,latency,failover",
        description = "Default ${DEFAULT-VALUE}.")
    List<String> what = List.of();

    @Option(
        names = "--seconds",
        defaultValue = "10",
        description = "Of each load (default ${DEFAULT-VALUE}).")
    int seconds = 10;

    @Option(
        names = "--runs",
        defaultValue = "1",
        description = "Of everything (default ${DEFAULT-VALUE}).")
    int runs = 1;

    @Option(names = "--flush", description = "Apache Kafka flushes every message, as Dure does.")
    boolean flush;

    @Option(
        names = "--dir",
        description = "Where the brokers' data goes (default: the temporary folder).")
    Path dir = Path.of(System.getProperty("java.io.tmpdir"));

    /** By measurement, then by system: the medians are taken at the end. */
    private final Map<String, Map<String, List<Map<String, Double>>>> results = new TreeMap<>();

    @Override
    public Integer call() throws Exception {
      Files.createDirectories(dir);
      for (int run = 0; run < runs; run++) {
        for (int count : nodes) {
          for (Cluster.System system : systems) {
            measure(system, count);
          }
        }
      }
      Report.print(results);
      return 0;
    }

    private void measure(Cluster.System system, int count) throws Exception {
      try (var cluster = new Cluster(system, count, dir, flush)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(cluster)));
        cluster.prepare();
        long startedNs = System.nanoTime();
        cluster.startAll();
        double freshMs =
            new Workloads(cluster.bootstrap(), List.of()).untilFirstAck(startedNs, "first");
        double freshCpu = ProcStat.cpuSeconds(cluster.pids());
        var loads = new Workloads(cluster.bootstrap(), cluster.pids());
        if (what.contains("startup")) {
          note(
              cluster,
              "start, fresh",
              new Figures().put("first ack ms", freshMs).put("CPU s", freshCpu));
        }
        if (what.contains("idle")) {
          Thread.sleep(2_000);
          note(cluster, "idle", loads.idle(5));
        }
        run(cluster, loads);
        if (what.contains("failover") && count > 1) {
          note(cluster, "failover", loads.failover(cluster, "failover", 1_000));
        }
        if (what.contains("startup")) {
          cluster.killAll();
          long againNs = System.nanoTime();
          cluster.startAll();
          double againMs =
              new Workloads(cluster.bootstrap(), List.of()).untilFirstAck(againNs, "first");
          note(cluster, "start, after kill -9", new Figures().put("first ack ms", againMs));
        }
      }
    }

    private void run(Cluster cluster, Workloads loads) throws Exception {
      if (what.contains("produce")) {
        note(cluster, "produce 1 KB, acks=all", loads.produce("kb", 1_024, seconds, ACKS_ALL));
        note(
            cluster,
            "produce 1 KB, acks=all, 128 KiB batches",
            loads.produce(
                "kb-big",
                1_024,
                seconds,
                Map.of("acks", "all", "batch.size", 131_072, "linger.ms", 10)));
        note(cluster, "produce 100 B, acks=all", loads.produce("small", 100, seconds, ACKS_ALL));
      }
      if (what.contains("consume") && what.contains("produce")) {
        note(cluster, "consume 1 KB", loads.consume("kb"));
      }
      if (what.contains("small")) {
        note(cluster, "50 producers, 100 B, one by one", loads.small("tiny", 50, seconds));
      }
      if (what.contains("latency")) {
        note(cluster, "end to end, 500/s", loads.endToEnd("slow", 500, seconds));
        note(cluster, "end to end, 5000/s", loads.endToEnd("fast", 5_000, seconds));
      }
      note(
          cluster,
          "after the loads",
          new Figures().put("resident MB each", ProcStat.residentMb(cluster.pids())));
    }

    private void note(Cluster cluster, String name, Figures figures) {
      String measurement = cluster.nodes() + (cluster.nodes() == 1 ? " node, " : " nodes, ") + name;
      String system = cluster.system().name().toLowerCase();
      System.out.println(system + "  " + measurement + "  " + Report.told(figures.values()));
      results
          .computeIfAbsent(measurement, _ -> new TreeMap<>())
          .computeIfAbsent(system, _ -> new java.util.ArrayList<>())
          .add(figures.values());
    }

    private static void close(Cluster cluster) {
      try {
        cluster.close();
      } catch (java.io.IOException | InterruptedException e) {
        System.err.println("could not clean up: " + e);
      }
    }
  }

  @Command(
      name = "load",
      mixinStandardHelpOptions = true,
      description = "One load against a running cluster.")
  static final class Load implements Callable<Integer> {
    @Option(
        names = {"-b", "--bootstrap"},
        defaultValue = "127.0.0.1:9092",
        description = "Default ${DEFAULT-VALUE}.")
    String bootstrap = "";

    @Option(
        names = "--pids",
        split = ",",
        description = "The brokers' processes, for their processor time.")
    Long[] pids = {};

    @Option(names = "--what", defaultValue = "produce", description = "produce, small or latency.")
    String what = "produce";

    @Option(names = "--seconds", defaultValue = "10", description = "Default ${DEFAULT-VALUE}.")
    int seconds = 10;

    @Option(
        names = "--size",
        defaultValue = "1024",
        description = "Bytes of a record (default ${DEFAULT-VALUE}).")
    int size = 1_024;

    @Option(
        names = "--rate",
        defaultValue = "5000",
        description = "Records/s of latency (default ${DEFAULT-VALUE}).")
    int rate = 5_000;

    @Override
    public Integer call() throws Exception {
      var loads = new Workloads(bootstrap, Arrays.asList(pids));
      Figures figures =
          switch (what) {
            case "produce" -> loads.produce("bench-produce", size, seconds, ACKS_ALL);
            case "small" -> loads.small("bench-small", 50, seconds);
            case "latency" -> loads.endToEnd("bench-latency", rate, seconds);
            default -> throw new IllegalArgumentException("--what takes produce, small or latency");
          };
      System.out.println(Report.told(figures.values()));
      return 0;
    }
  }
}
