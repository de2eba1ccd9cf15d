package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dure group reset}: where a group that nobody is in goes on reading. */
@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    description = "Set where a group goes on reading a topic. Nobody may be in the group.")
final class GroupResetCommand implements Callable<Integer> {
  /** Where to; the text is the option's value. */
  private sealed interface Target {
    record Earliest() implements Target {}

    record Latest() implements Target {}

    record Exactly(long offset) implements Target {}

    /** The first record at or after that time; the end where there is none. */
    record Since(long timestampMs) implements Target {}

    static Target of(String text) {
      if (text.equals("earliest")) {
        return new Earliest();
      }
      if (text.equals("latest")) {
        return new Latest();
      }
      if (text.matches("\\d{1,18}")) {
        return new Exactly(Long.parseLong(text));
      }
      try {
        return new Since(Instant.parse(text).toEpochMilli());
      } catch (DateTimeParseException neither) {
        throw new Refusal(
            "--to takes earliest, latest, an offset, or a time such as 2026-01-31T08:00:00Z, not "
                + text);
      }
    }
  }

  private record Move(TopicPartition partition, long to) {}

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Parameters(paramLabel = "GROUP", description = "The group.")
  String group = "";

  @Option(names = "--topic", paramLabel = "NAME", required = true, description = "The topic.")
  String topic = "";

  @Option(
      names = "--partition",
      paramLabel = "N",
      split = ",",
      description = "Only these partitions (default: all).")
  List<Integer> partitions = List.of();

  @Option(
      names = "--to",
      paramLabel = "WHERE",
      required = true,
      description = "earliest, latest, an offset, or a time (2026-01-31T08:00:00Z).")
  String to = "";

  @Option(names = "--dry-run", description = "Only show what would be set.")
  boolean dryRun;

  @Override
  public Integer call() throws Exception {
    Target target = Target.of(to);
    try (Admin admin = cluster.admin()) {
      List<Move> moves = moves(admin, target);
      if (!dryRun) {
        commit(admin, moves);
      }
      show(moves);
      return 0;
    }
  }

  private List<Move> moves(Admin admin, Target target)
      throws ExecutionException, InterruptedException {
    List<TopicPartition> chosen = chosen(admin);
    Map<TopicPartition, Long> earliest = offsets(admin, chosen, OffsetSpec.earliest());
    Map<TopicPartition, Long> latest = offsets(admin, chosen, OffsetSpec.latest());
    Map<TopicPartition, Long> since =
        target instanceof Target.Since(long ms)
            ? offsets(admin, chosen, OffsetSpec.forTimestamp(ms))
            : Map.of();
    var moves = new ArrayList<Move>();
    for (TopicPartition p : chosen) {
      long first = earliest.getOrDefault(p, 0L);
      long end = latest.getOrDefault(p, first);
      long sinceThen = since.getOrDefault(p, -1L);
      moves.add(
          new Move(
              p,
              switch (target) {
                case Target.Earliest() -> first;
                case Target.Latest() -> end;
                case Target.Exactly(long offset) -> Math.clamp(offset, first, end);
                case Target.Since(long _) -> sinceThen < 0 ? end : sinceThen;
              }));
    }
    return moves;
  }

  private List<TopicPartition> chosen(Admin admin) throws ExecutionException, InterruptedException {
    int count;
    try {
      count = ClusterView.partitions(admin, List.of(topic)).size();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new Refusal("no such topic: " + topic + "; ./dure topic list names them all");
      }
      throw failure;
    }
    var chosen = new ArrayList<TopicPartition>();
    for (int i = 0; i < count; i++) {
      if (partitions.isEmpty() || partitions.contains(i)) {
        chosen.add(new TopicPartition(topic, i));
      }
    }
    if (!partitions.isEmpty() && chosen.size() < partitions.size()) {
      throw new Refusal(
          topic + " has partitions 0 to " + (count - 1) + ", not all of " + partitions);
    }
    return chosen;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    var found =
        admin
            .listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, _ -> spec)))
            .all()
            .get();
    var offsets = new HashMap<TopicPartition, Long>();
    found.forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private void commit(Admin admin, List<Move> moves)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    moves.forEach(move -> offsets.put(move.partition(), new OffsetAndMetadata(move.to())));
    try {
      admin.alterConsumerGroupOffsets(group, offsets).all().get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownMemberIdException
          || failure.getCause() instanceof GroupNotEmptyException) {
        throw new Refusal(
            "nothing was set: a consumer is in group "
                + group
                + "; stop its consumers first (./dure group describe "
                + group
                + " shows them)");
      }
      throw failure;
    }
  }

  private void show(List<Move> moves) {
    Screen screen = Screen.standard();
    Map<TopicPartition, Long> sorted =
        new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    moves.forEach(move -> sorted.put(move.partition(), move.to()));
    if (cluster.json()) {
      screen.line(
          Json.write(
              object(
                  "group",
                  group,
                  "dryRun",
                  dryRun,
                  "partitions",
                  sorted.entrySet().stream()
                      .map(e ->
                          object(
                              "topic",
                              topic,
                              "partition",
                              e.getKey().partition(),
                              "offset",
                              e.getValue()))
                      .toList())));
      return;
    }
    screen.line(
        (dryRun ? "would set" : "set")
            + " where "
            + group
            + " goes on"
            + (dryRun ? " (nothing was changed)" : ""));
    var rows = new ArrayList<List<Cell>>();
    sorted.forEach((partition, offset) ->
        rows.add(List.of(new Cell(partition.toString(), Ink.NAME), Cell.of(offset))));
    screen.table(List.of("PARTITION", "OFFSET"), rows);
  }
}
