package io.dure.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a fixed amount of work costs brokers in processor time, by thread, once they are warm.
 * Several working trees of Dure can be compared with each other and with Apache Kafka: all are
 * there at once and have short turns, so that whatever else the machine does troubles them alike.
 */
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = "Processor time of brokers for a fixed amount of work, by thread.")
final class Cost implements Callable<Integer> {
  private static final double GIB = 1L << 30;
  private static final long MIB = 1L << 20;

  @Option(
      names = "--trees",
      split = ",",
      defaultValue = "here",
      description = "Working trees of Dure, NAME=FOLDER; here is this one, kafka Apache Kafka.")
  List<String> trees = List.of();

  @Option(
      names = "--what",
      split = ",",
      defaultValue = "100,1024,small,fetch",
      description = "Produce records of so many bytes; small requests; fetch what was produced.")
  List<String> what = List.of();

  @Option(names = "--nodes", defaultValue = "1", description = "Default ${DEFAULT-VALUE}.")
  int nodes = 1;

  @Option(
      names = "--warm",
      defaultValue = "512",
      description = "MiB of values before anything is measured (default ${DEFAULT-VALUE}).")
  long warmMib = 512;

  @Option(
      names = "--mib",
      defaultValue = "64",
      description = "MiB of values in each round (default ${DEFAULT-VALUE}).")
  long mib = 64;

  @Option(
      names = "--batch",
      defaultValue = "16384",
      description = "Bytes of a batch, one for each of 6 partitions (default ${DEFAULT-VALUE}).")
  int batchBytes = 16_384;

  @Option(
      names = "--rounds",
      defaultValue = "9",
      description = "In each, every system has its turn (default ${DEFAULT-VALUE}).")
  int rounds = 9;

  @Option(
      names = {"-b", "--bootstrap"},
      description = "A running broker instead, of one node; with --pid.")
  String bootstrap = "";

  @Option(names = "--pid", description = "The running broker's process.")
  long pid;

  @Option(names = "--dir", description = "Where the brokers' data goes.")
  Path dir = Path.of(System.getProperty("java.io.tmpdir"));

  /** Small requests take about as long as so many bytes in large ones. */
  private static final int REQUESTS_PER_MIB = 150;

  private record Run(double perUnit, double perSecond, Figures figures) {}

  private record Subject(String name, String bootstrap, List<Long> pids) {}

  private interface Load {
    RawLoads.Done run(RawLoads loads, long mib) throws Exception;
  }

  private final Map<String, Map<String, List<Run>>> results = new LinkedHashMap<>();
  private final List<Cluster> clusters = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (!bootstrap.isEmpty()) {
      measureAll(List.of(new Subject("running", bootstrap, List.of(pid))));
      return 0;
    }
    Files.createDirectories(dir);
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAll));
    List<Subject> subjects = new ArrayList<>();
    for (String tree : trees) {
      subjects.add(start(tree));
    }
    measureAll(subjects);
    return 0;
  }

  private Subject start(String tree) throws Exception {
    String name = tree.contains("=") ? tree.substring(0, tree.indexOf('=')) : tree;
    var system = tree.equals("kafka") ? Cluster.System.KAFKA : Cluster.System.DURE;
    String home =
        tree.contains("=") ? tree.substring(name.length() + 1) : System.getenv("DURE_HOME");
    var cluster = new Cluster(system, nodes, dir, false, home);
    clusters.add(cluster);
    cluster.prepare();
    cluster.startAll();
    new Workloads(cluster.bootstrap(), List.of()).untilFirstAck(System.nanoTime(), "first");
    return new Subject(name, cluster.bootstrap(), cluster.pids());
  }

  private void measureAll(List<Subject> subjects) throws Exception {
    for (String load : what) {
      switch (load) {
        case "small" ->
            measure(
                subjects,
                "50 producers, one record of 100 B each",
                "small",
                (loads, some) -> loads.small("small", 50, 100, some * REQUESTS_PER_MIB),
                true);
        case "fetch" ->
            measure(
                subjects,
                "fetch",
                "produce-" + what.getFirst(),
                (loads, some) -> loads.fetch("produce-" + what.getFirst(), some * MIB),
                false);
        default ->
            measure(
                subjects,
                "produce " + load + " B",
                "produce-" + load,
                (loads, some) ->
                    loads.produce("produce-" + load, Integer.parseInt(load), some * MIB),
                false);
      }
    }
    print(subjects.getFirst().name());
  }

  private void measure(
      List<Subject> subjects, String load, String topic, Load work, boolean perRequest)
      throws Exception {
    for (Subject subject : subjects) {
      new RawLoads(subject.bootstrap(), batchBytes).prepare(topic);
      work.run(new RawLoads(subject.bootstrap(), batchBytes), warmMib);
    }
    for (int round = 0; round < rounds; round++) {
      for (Subject subject : subjects) {
        note(subject, load, work, perRequest);
      }
    }
  }

  private void note(Subject subject, String load, Load work, boolean perRequest) throws Exception {
    ThreadStat before = ThreadStat.of(subject.pids());
    double processBefore = ProcStat.cpuSeconds(subject.pids());
    long startedNs = System.nanoTime();
    RawLoads.Done done = work.run(new RawLoads(subject.bootstrap(), batchBytes), mib);
    double took = (System.nanoTime() - startedNs) / 1e9;
    double process = ProcStat.cpuSeconds(subject.pids()) - processBefore;
    ThreadStat used = ThreadStat.of(subject.pids()).since(before);
    double units = perRequest ? done.requests() / 1e6 : done.valueBytes() / GIB;
    var figures = new Figures();
    used.cpuSeconds().entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .limit(7)
        .filter(e -> e.getValue() > used.total() / 200)
        .forEach(e -> figures.put(e.getKey(), e.getValue() / units));
    figures
        .put("waits/request", used.waits() / (double) done.requests())
        .put("calls/request", used.calls() / (double) done.requests());
    double speed = (perRequest ? done.requests() : done.valueBytes() / 1e6) / took;
    results
        .computeIfAbsent(
            load + (perRequest ? ", CPU us/request" : ", CPU s/GiB"), _ -> new TreeMap<>())
        .computeIfAbsent(subject.name(), _ -> new ArrayList<>())
        .add(new Run(process / units, speed, figures));
    System.out.printf(
        "%s  %s: CPU %.2f %s (%s), %s %s/s%n",
        subject.name(),
        load,
        process / units,
        perRequest ? "us/request" : "s/GiB",
        Report.told(figures.values()),
        Report.number(speed),
        perRequest ? "requests" : "MB");
  }

  /** The least of the rounds is what it costs when nobody disturbs; the median what was usual. */
  private void print(String first) {
    System.out.println();
    System.out.println(
        "| work | system | least | median | of the first | per second, median | thread: median |");
    System.out.println("|---|---|---|---|---|---|---|");
    results.forEach((load, byName) ->
        byName.forEach((name, runs) ->
            System.out.printf(
                "| %s | %s | %.2f | %.2f | %.2f | %s | %s |%n",
                load,
                name,
                runs.stream().mapToDouble(Run::perUnit).min().orElse(Double.NaN),
                median(runs, Run::perUnit),
                median(runs, Run::perUnit) / median(byName.get(first), Run::perUnit),
                Report.number(median(runs, Run::perSecond)),
                Report.told(medians(runs)))));
  }

  private static Map<String, Double> medians(List<Run> runs) {
    Map<String, Double> medians = new LinkedHashMap<>();
    for (String figure : runs.getFirst().figures().values().keySet()) {
      medians.put(figure, median(runs, run -> run.figures().values().getOrDefault(figure, 0.0)));
    }
    return medians;
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  private void closeAll() {
    for (Cluster cluster : clusters) {
      try {
        cluster.close();
      } catch (IOException | InterruptedException e) {
        System.err.println("could not clean up: " + e);
      }
    }
  }
}
