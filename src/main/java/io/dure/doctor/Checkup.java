package io.dure.doctor;

import io.dure.doctor.Finding.Code;
import io.dure.doctor.Finding.Severity;
import io.dure.doctor.Observations.Broker;
import io.dure.doctor.Observations.Partition;
import io.dure.doctor.Observations.Reach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Goes through the checks. Stateless: the same observations give the same findings. */
public final class Checkup {
  /** A copy may be behind so long without being worth a word: elections and restarts do that. */
  private static final long PATIENCE_MS = 10_000;

  private static final long CLOCK_MS = 2_000;
  private static final double DISK_LOW = 0.10;
  private static final double DISK_FULL = 0.05;
  private static final double SLOW_FLUSH_MS = 200;
  private static final double SLOWER_THAN_OTHERS = 5;
  private static final long VOTER_BEHIND_RECORDS = 1_000;
  private static final int NAMED = 5;

  private final Observations seen;
  private final Set<Integer> live;
  private final List<Finding> findings = new ArrayList<>();

  private Checkup(Observations seen) {
    this.seen = seen;
    this.live =
        seen.brokers().stream().filter(Broker::live).map(Broker::id).collect(Collectors.toSet());
  }

  /** What is wrong, the most urgent first. */
  public static List<Finding> of(Observations seen) {
    var checkup = new Checkup(seen);
    checkup.quorum();
    checkup.brokers();
    checkup.addresses();
    checkup.partitions();
    checkup.followers();
    checkup.disks();
    checkup.spread();
    return sorted(checkup.findings);
  }

  public static List<Finding> sorted(List<Finding> findings) {
    return findings.stream()
        .sorted(Comparator.comparing(Finding::severity).thenComparing(Finding::code))
        .toList();
  }

  private void add(Code code, Severity severity, String... facts) {
    findings.add(Finding.of(code, severity, facts));
  }

  private void quorum() {
    seen.quorum()
        .ifPresent(quorum -> {
          List<Integer> away =
              quorum.voters().stream().filter(voter -> !live.contains(voter)).toList();
          List<Integer> voters =
              quorum.voters().isEmpty()
                  ? seen.brokers().stream().map(Broker::id).toList()
                  : quorum.voters();
          int majority = voters.size() / 2 + 1;
          int there = quorum.voters().size() - away.size();
          if (quorum.leader().isEmpty()) {
            add(
                Code.NO_CONTROLLER,
                Severity.HIGH,
                "voters",
                numbers(voters),
                "majority",
                String.valueOf(majority));
          } else if (!away.isEmpty() && there <= majority) {
            add(Code.MAJORITY_AT_RISK, Severity.MEDIUM, "brokers", numbers(away));
          }
          if (quorum.voters().size() == 1 && live.size() >= 3) {
            add(Code.ONE_VOTER, Severity.LOW, "voters", numbers(quorum.voters()));
          }
          new TreeMap<>(quorum.behind())
              .forEach((voter, records) -> {
                if (records > VOTER_BEHIND_RECORDS && live.contains(voter)) {
                  add(
                      Code.VOTER_BEHIND,
                      Severity.MEDIUM,
                      "broker",
                      String.valueOf(voter),
                      "records",
                      String.valueOf(records));
                }
              });
        });
  }

  private void brokers() {
    for (Broker broker : seen.brokers()) {
      String id = String.valueOf(broker.id());
      if (!broker.live()) {
        add(Code.BROKER_AWAY, Severity.MEDIUM, "broker", id, "address", broker.address());
      }
      broker
          .clockAheadMs()
          .filter(ahead -> Math.abs(ahead) > CLOCK_MS)
          .ifPresent(ahead ->
              add(
                  Code.CLOCK_SKEW,
                  Severity.MEDIUM,
                  "broker",
                  id,
                  "seconds",
                  "%.1f".formatted(ahead / 1e3)));
    }
  }

  private void addresses() {
    Map<String, List<Integer>> byAddress = new TreeMap<>();
    for (Broker broker : seen.brokers()) {
      byAddress.computeIfAbsent(broker.address(), _ -> new ArrayList<>()).add(broker.id());
      if (broker.live()) {
        address(broker);
      }
    }
    byAddress.forEach((address, ids) -> {
      if (ids.size() > 1 && !address.equals("-")) {
        add(Code.ADDRESS_TWICE, Severity.HIGH, "brokers", numbers(ids), "address", address);
      }
    });
  }

  private void address(Broker broker) {
    String id = String.valueOf(broker.id());
    switch (broker.reach()) {
      case Reach.NotTried _, Reach.Answers _ -> {}
      case Reach.Unresolved _ ->
          add(Code.ADDRESS_UNRESOLVED, Severity.HIGH, "broker", id, "address", broker.address());
      case Reach.Silent silent ->
          add(
              seen.fromOutside() && isLoopback(broker.address())
                  ? Code.ADDRESS_LOOPBACK
                  : Code.ADDRESS_SILENT,
              Severity.HIGH,
              "broker",
              id,
              "address",
              broker.address(),
              "why",
              silent.why());
      case Reach.Somebody other ->
          add(
              Code.ADDRESS_OF_ANOTHER,
              Severity.HIGH,
              "broker",
              id,
              "address",
              broker.address(),
              "who",
              other.who());
    }
  }

  private static boolean isLoopback(String address) {
    return address.startsWith("127.")
        || address.startsWith("localhost:")
        || address.startsWith("[::1]");
  }

  private void partitions() {
    List<Partition> offline = new ArrayList<>();
    List<Partition> refusing = new ArrayList<>();
    List<Partition> behind = new ArrayList<>();
    for (Partition partition : seen.partitions()) {
      long there = partition.replicas().stream().filter(live::contains).count();
      boolean patient = partition.troubledForMs().filter(forMs -> forMs < PATIENCE_MS).isPresent();
      if (partition.leader().isEmpty()) {
        offline.add(partition);
      } else if (there < partition.quorum()) {
        refusing.add(partition);
      } else if (!patient
          && !partition.moving()
          && !partition.inStep().containsAll(partition.replicas())) {
        behind.add(partition);
      }
    }
    if (!offline.isEmpty()) {
      add(Code.PARTITION_OFFLINE, Severity.HIGH, about(offline));
    }
    if (!refusing.isEmpty()) {
      add(Code.WRITES_REFUSED, Severity.HIGH, about(refusing));
    }
    if (!behind.isEmpty()) {
      add(Code.UNDER_REPLICATED, Severity.MEDIUM, about(behind));
    }
  }

  /**
   * How many, some of their names (people's own topics first), and which brokers would make them
   * whole.
   */
  private static String[] about(List<Partition> partitions) {
    String named =
        partitions.stream()
            .map(Partition::name)
            .sorted(Comparator.comparing(name -> name.startsWith("__")))
            .limit(NAMED)
            .collect(Collectors.joining(", "));
    Set<Integer> missing = new TreeSet<>();
    for (Partition partition : partitions) {
      partition.replicas().stream()
          .filter(replica -> !partition.inStep().contains(replica))
          .forEach(missing::add);
    }
    return new String[] {
      "count", String.valueOf(partitions.size()),
      "partitions", named + (partitions.size() > NAMED ? ", …" : ""),
      "brokers", numbers(List.copyOf(missing))
    };
  }

  /** A broker that lives and yet is behind with most of what it copies: it or its way is slow. */
  private void followers() {
    Map<Integer, int[]> copies = new TreeMap<>();
    for (Partition partition : seen.partitions()) {
      boolean patient = partition.troubledForMs().orElse(PATIENCE_MS) < PATIENCE_MS;
      for (int replica : partition.replicas()) {
        if (partition.leader().isPresent() && partition.leader().get() != replica) {
          int[] counts = copies.computeIfAbsent(replica, _ -> new int[2]);
          counts[0]++;
          counts[1] += partition.inStep().contains(replica) || patient ? 0 : 1;
        }
      }
    }
    copies.forEach((broker, counts) -> {
      if (live.contains(broker) && counts[1] > 0 && counts[1] * 2 >= counts[0]) {
        add(
            Code.SLOW_FOLLOWER,
            Severity.MEDIUM,
            "broker",
            String.valueOf(broker),
            "behind",
            String.valueOf(counts[1]),
            "copies",
            String.valueOf(counts[0]));
      }
    });
  }

  private void failedReplicas(Broker broker) {
    List<String> failed = broker.failedReplicas();
    if (!failed.isEmpty()) {
      add(
          Code.REPLICA_FAILED,
          Severity.HIGH,
          "broker",
          String.valueOf(broker.id()),
          "count",
          String.valueOf(failed.size()),
          "folders",
          failed.stream().limit(NAMED).collect(Collectors.joining(", "))
              + (failed.size() > NAMED ? ", …" : ""));
    }
  }

  private void disks() {
    List<Double> flushes =
        seen.brokers().stream().flatMap(broker -> broker.flushP99Ms().stream()).sorted().toList();
    for (Broker broker : seen.brokers()) {
      failedReplicas(broker);
      broker.disk().filter(disk -> disk.totalBytes() > 0).ifPresent(disk -> disk(broker, disk));
      broker
          .flushP99Ms()
          .filter(ms -> ms > SLOW_FLUSH_MS && slowerThanOthers(ms, flushes))
          .ifPresent(ms ->
              add(
                  Code.SLOW_DISK,
                  Severity.MEDIUM,
                  "broker",
                  String.valueOf(broker.id()),
                  "ms",
                  String.valueOf(Math.round(ms))));
    }
  }

  /** A broker alone is measured by the clock only. */
  private static boolean slowerThanOthers(double ms, List<Double> sorted) {
    return sorted.size() < 2 || ms >= SLOWER_THAN_OTHERS * sorted.get((sorted.size() - 1) / 2);
  }

  private void disk(Broker broker, Observations.Disk disk) {
    double free = (double) disk.usableBytes() / disk.totalBytes();
    if (disk.low()) {
      add(
          Code.DISK_LOW,
          Severity.HIGH,
          "broker",
          String.valueOf(broker.id()),
          "mib",
          String.valueOf(disk.usableBytes() >> 20),
          "folder",
          disk.folder());
    } else if (free < DISK_LOW) {
      add(
          Code.DISK_FULL,
          free < DISK_FULL ? Severity.HIGH : Severity.MEDIUM,
          "broker",
          String.valueOf(broker.id()),
          "percent",
          String.valueOf(Math.round(100 * (1 - free))),
          "folder",
          disk.folder());
    }
  }

  private void spread() {
    Map<Integer, Integer> copies = new HashMap<>();
    Set<String> single = new TreeSet<>();
    int strayed = 0;
    for (Partition partition : seen.partitions()) {
      partition.replicas().forEach(replica -> copies.merge(replica, 1, Integer::sum));
      if (partition.replicas().size() == 1) {
        single.add(partition.topic());
      }
      int first = partition.replicas().getFirst();
      if (partition.leader().isPresent()
          && partition.leader().get() != first
          && live.contains(first)
          && partition.inStep().contains(first)
          && !partition.moving()) {
        strayed++;
      }
    }
    if (strayed > 0 && strayed * 10 >= seen.partitions().size()) {
      add(Code.LEADERS_UNEVEN, Severity.LOW, "count", String.valueOf(strayed));
    }
    for (int broker : new TreeSet<>(live)) {
      if (seen.partitions().size() >= 2 * live.size() && !copies.containsKey(broker)) {
        add(Code.BROKER_EMPTY, Severity.LOW, "broker", String.valueOf(broker));
      }
    }
    if (live.size() >= 2 && !single.isEmpty()) {
      add(
          Code.SINGLE_COPY,
          Severity.LOW,
          "count",
          String.valueOf(single.size()),
          "topics",
          single.stream().limit(NAMED).collect(Collectors.joining(", "))
              + (single.size() > NAMED ? ", …" : ""));
    }
  }

  private static String numbers(List<Integer> ids) {
    return ids.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
