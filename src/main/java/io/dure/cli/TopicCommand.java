package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dure topic}: create, list, describe and delete topics. */
@Command(
    name = "topic",
    mixinStandardHelpOptions = true,
    description = "Create, list, describe and delete topics.",
    subcommands = {
      TopicCommand.Create.class,
      TopicCommand.ListAll.class,
      TopicCommand.Describe.class,
      TopicCommand.Delete.class
    },
    synopsisSubcommandLabel = "(create | list | describe | delete)")
final class TopicCommand {
  private TopicCommand() {}

  @Command(name = "create", mixinStandardHelpOptions = true, description = "Create a topic.")
  static final class Create implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "NAME", description = "The topic's name.")
    String name = "";

    @Option(
        names = {"-p", "--partitions"},
        paramLabel = "N",
        description = "Partitions (default: the cluster's).")
    Optional<Integer> partitions = Optional.empty();

    @Option(
        names = {"-r", "--replicas"},
        paramLabel = "N",
        description = "Replicas of each (default: 3, or as many as there are brokers).")
    Optional<Short> replicas = Optional.empty();

    @Option(
        names = "-c",
        paramLabel = "KEY=VALUE",
        description = "A setting of the topic; may be repeated.")
    Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-absent", description = "Say nothing when the topic is there already.")
    boolean ifAbsent;

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        boolean created = create(admin);
        List<ClusterView.Partition> made = ClusterView.partitions(admin, List.of(name));
        if (cluster.json()) {
          Screen.standard()
              .line(
                  Json.write(
                      object(
                          "name",
                          name,
                          "created",
                          created,
                          "partitions",
                          ClusterView.partitionMaps(made))));
        } else {
          Screen.standard()
              .line(
                  (created ? "created " : "already there: ")
                      + name
                      + " with "
                      + made.size()
                      + (made.size() == 1 ? " partition of " : " partitions of ")
                      + made.getFirst().replicas().size()
                      + " replicas");
        }
        return 0;
      }
    }

    private boolean create(Admin admin) throws ExecutionException, InterruptedException {
      try {
        admin
            .createTopics(List.of(new NewTopic(name, partitions, replicas).configs(configs)))
            .all()
            .get();
        return true;
      } catch (ExecutionException failure) {
        if (!(failure.getCause() instanceof TopicExistsException)) {
          throw failure;
        }
        if (ifAbsent) {
          return false;
        }
        throw new Refusal("topic " + name + " is there already; see ./dure topic describe " + name);
      }
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "List the topics.")
  static final class ListAll implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Option(names = "--internal", description = "Show internal topics too.")
    boolean internal;

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        var names =
            new TreeSet<>(
                admin.listTopics(new ListTopicsOptions().listInternal(internal)).names().get());
        Screen screen = Screen.standard();
        if (cluster.json()) {
          screen.line(Json.write(names));
        } else {
          names.forEach(screen::line);
        }
        return 0;
      }
    }
  }

  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      description = "Show where a topic's partitions are.")
  static final class Describe implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Topics to describe.")
    List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        List<ClusterView.Partition> partitions =
            known(names, () -> ClusterView.partitions(admin, names));
        if (cluster.json()) {
          Screen.standard()
              .line(
                  Json.write(
                      names.stream()
                          .map(name ->
                              object(
                                  "name",
                                  name,
                                  "partitions",
                                  ClusterView.partitionMaps(
                                      partitions.stream()
                                          .filter(p -> p.topic().equals(name))
                                          .toList())))
                          .toList()));
        } else {
          Screen.standard()
              .table(
                  List.of("PARTITION", "LEADER", "REPLICAS", "BEHIND", "MOVES"), rows(partitions));
        }
        return 0;
      }
    }

    private static List<List<Cell>> rows(List<ClusterView.Partition> partitions) {
      var rows = new ArrayList<List<Cell>>();
      for (ClusterView.Partition p : partitions) {
        rows.add(
            List.of(
                new Cell(p.topic() + "-" + p.index(), Ink.NAME),
                p.leader().map(id -> Cell.of(id)).orElse(new Cell("none", Ink.BAD)),
                Cell.of(p.replicas().toString()),
                p.behind() ? new Cell(p.missing().toString(), Ink.WARN) : new Cell("-", Ink.DIM),
                p.moves() ? Cell.of(p.moving()) : new Cell("-", Ink.DIM)));
      }
      return rows;
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete topics and all their records.")
  static final class Delete implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Topics to delete.")
    List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        known(names, () -> admin.deleteTopics(names).all().get());
        cluster.say(object("deleted", names), "deleted " + String.join(", ", names));
        return 0;
      }
    }
  }

  private static <T extends @org.jspecify.annotations.Nullable Object> T known(
      List<String> names, Callable<T> action) throws Exception {
    try {
      return action.call();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new Refusal(
            "no such topic: " + String.join(", ", names) + "; ./dure topic list names them all");
      }
      throw failure;
    }
  }
}
