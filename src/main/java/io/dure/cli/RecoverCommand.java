package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.ClusterView.Partition;
import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code dure broker recover}: partitions that lost most of their copies for good go on with what
 * is left. Only tells, until it is told that records may be lost.
 */
@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    description = {
      "Have partitions without a leader go on with the copies that are left.",
      "For brokers that will never come back; shows what may be lost, and does nothing more",
      "without --yes-lose-data."
    })
final class RecoverCommand implements Callable<Integer> {
  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(
      paramLabel = "TOPIC[-PARTITION]",
      arity = "0..*",
      description = "Only these; all that have no leader when none is named.")
  List<String> wanted = List.of();

  @Option(
      names = "--yes-lose-data",
      description = "Do it: records that only the lost copies held are gone for good.")
  boolean yes;

  @Override
  public Integer call() throws Exception {
    try (Admin admin = cluster.admin()) {
      ClusterView view = ClusterView.read(admin, true);
      Set<Integer> live =
          view.brokers().stream()
              .filter(ClusterView.Broker::live)
              .map(ClusterView.Broker::id)
              .collect(Collectors.toCollection(TreeSet::new));
      List<Partition> leaderless = view.withoutLeader().stream().filter(this::isWanted).toList();
      if (leaderless.isEmpty()) {
        cluster.say(
            object("partitions", List.of()),
            wanted.isEmpty()
                ? "every partition has a leader; there is nothing to recover"
                : "none of them is without a leader; there is nothing to recover");
        return 0;
      }
      Map<Partition, String> outcomes = yes ? recover(admin, leaderless) : Map.of();
      if (cluster.json()) {
        Screen.standard()
            .line(Json.write(object("done", yes, "partitions", rows(leaderless, live, outcomes))));
      } else {
        show(leaderless, live, outcomes);
      }
      return outcomes.values().stream().allMatch("recovered"::equals) ? 0 : 1;
    }
  }

  private boolean isWanted(Partition partition) {
    return wanted.isEmpty()
        || wanted.contains(partition.topic())
        || wanted.contains(name(partition));
  }

  private static String name(Partition partition) {
    return partition.topic() + "-" + partition.index();
  }

  private static List<Integer> left(Partition partition, Set<Integer> live) {
    return partition.replicas().stream().filter(live::contains).toList();
  }

  private static List<Integer> lost(Partition partition, Set<Integer> live) {
    return partition.replicas().stream().filter(id -> !live.contains(id)).toList();
  }

  /** What became of each. */
  private static Map<Partition, String> recover(Admin admin, List<Partition> leaderless)
      throws Exception {
    Map<TopicPartition, Partition> asked = new LinkedHashMap<>();
    leaderless.forEach(each -> asked.put(new TopicPartition(each.topic(), each.index()), each));
    Map<TopicPartition, Optional<Throwable>> results =
        admin.electLeaders(ElectionType.UNCLEAN, asked.keySet()).partitions().get();
    Map<Partition, String> outcomes = new LinkedHashMap<>();
    asked.forEach((of, partition) ->
        outcomes.put(
            partition,
            results
                .getOrDefault(of, Optional.empty())
                .map(failure -> "not recovered: " + failure.getMessage())
                .orElse("recovered")));
    return outcomes;
  }

  private static List<Map<String, Object>> rows(
      List<Partition> leaderless, Set<Integer> live, Map<Partition, String> outcomes) {
    return leaderless.stream()
        .map(each ->
            object(
                "topic", each.topic(),
                "partition", each.index(),
                "left", left(each, live),
                "lost", lost(each, live),
                "outcome", Optional.ofNullable(outcomes.get(each))))
        .toList();
  }

  private void show(
      List<Partition> leaderless, Set<Integer> live, Map<Partition, String> outcomes) {
    Screen screen = Screen.standard();
    var rows = new ArrayList<List<Cell>>();
    for (Partition each : leaderless) {
      rows.add(
          List.of(
              new Cell(name(each), Ink.NAME),
              Cell.of(numbers(left(each, live))),
              new Cell(numbers(lost(each, live)), Ink.BAD),
              Cell.of(outcomes.getOrDefault(each, "-"))));
    }
    screen.table(List.of("PARTITION", "COPIES LEFT", "COPIES LOST", "OUTCOME"), rows);
    if (yes) {
      screen.line(
          "what was done stands in audit.log in the data folder of the controller; the copies that are missing now are made with kafka-reassign-partitions.sh");
      return;
    }
    Set<Integer> lost = new TreeSet<>();
    leaderless.forEach(each -> lost.addAll(lost(each, live)));
    screen.line(
        "Nothing was done. Too few copies of these partitions are left to know what was acknowledged:");
    screen.line(
        "records that only the lost copies hold would be gone for good, and offsets be used again.");
    screen.line(
        "If brokers "
            + numbers(List.copyOf(lost))
            + " can come back with their data, start them instead: nothing is lost then.");
    screen.line("If not: " + screen.ink(Ink.BAD, "--yes-lose-data") + " goes on without them.");
  }

  private static String numbers(List<Integer> ids) {
    return ids.isEmpty()
        ? "none"
        : ids.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
