package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dure group}: who reads, how far behind, and where a group goes on. */
@Command(
    name = "group",
    mixinStandardHelpOptions = true,
    description = "List, describe, reset and delete consumer groups.",
    subcommands = {
      GroupCommand.ListAll.class,
      GroupCommand.Describe.class,
      GroupResetCommand.class,
      GroupCommand.Delete.class
    },
    synopsisSubcommandLabel = "(list | describe | reset | delete)")
final class GroupCommand {
  private GroupCommand() {}

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the groups with their members and their lag in records.")
  static final class ListAll implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        List<GroupView> groups = GroupView.read(admin, GroupView.names(admin));
        Screen screen = Screen.standard();
        if (cluster.json()) {
          screen.line(
              Json.write(
                  groups.stream()
                      .map(g ->
                          object(
                              "id",
                              g.id(),
                              "state",
                              g.state(),
                              "type",
                              g.type(),
                              "members",
                              g.members(),
                              "lag",
                              g.lag()))
                      .toList()));
        } else if (groups.isEmpty()) {
          screen.line("no groups yet; a consumer with a group.id makes one");
        } else {
          screen.table(
              List.of("GROUP", "STATE", "TYPE", "MEMBERS", "PARTITIONS", "LAG"), rows(groups));
        }
        return 0;
      }
    }

    private static List<List<Cell>> rows(List<GroupView> groups) {
      var rows = new ArrayList<List<Cell>>();
      for (GroupView group : groups) {
        rows.add(
            List.of(
                new Cell(group.id(), Ink.NAME),
                Cell.of(group.state()),
                Cell.of(group.type()),
                Cell.of(group.members()),
                Cell.of(group.shares().size()),
                new Cell(String.valueOf(group.lag()), group.lag() == 0 ? Ink.PLAIN : Ink.WARN)));
      }
      return rows;
    }
  }

  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      description = "Show what a group has read of each partition, and by which member.")
  static final class Describe implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Groups to describe.")
    List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        List<GroupView> groups = GroupView.read(admin, names);
        Screen screen = Screen.standard();
        if (cluster.json()) {
          screen.line(Json.write(groups.stream().map(GroupView::asMap).toList()));
          return 0;
        }
        for (GroupView group : groups) {
          screen.line(
              screen.ink(Ink.BOLD, "group " + group.id())
                  + "  "
                  + group.state()
                  + "  "
                  + group.members()
                  + (group.members() == 1 ? " member" : " members")
                  + "  lag "
                  + group.lag());
          if (!group.shares().isEmpty()) {
            screen.table(
                List.of("PARTITION", "COMMITTED", "END", "LAG", "CLIENT", "HOST"), rows(group));
          }
          screen.blank();
        }
        return 0;
      }
    }

    private static List<List<Cell>> rows(GroupView group) {
      var rows = new ArrayList<List<Cell>>();
      for (GroupView.Share share : group.shares()) {
        OptionalLong lag = share.lag();
        rows.add(
            List.of(
                new Cell(share.partition().toString(), Ink.NAME),
                Cell.of(text(share.committed())),
                Cell.of(text(share.end())),
                new Cell(text(lag), lag.orElse(0) == 0 ? Ink.PLAIN : Ink.WARN),
                share.reader().map(r -> Cell.of(r.clientId())).orElse(new Cell("nobody", Ink.DIM)),
                Cell.of(share.reader().map(GroupView.Reader::host).orElse("-"))));
      }
      return rows;
    }

    private static String text(OptionalLong value) {
      return value.isPresent() ? String.valueOf(value.getAsLong()) : "-";
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete groups that nobody is in, with all they have committed.")
  static final class Delete implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Groups to delete.")
    List<String> names = List.of();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        admin.deleteConsumerGroups(names).all().get();
        cluster.say(object("deleted", names), "deleted " + String.join(", ", names));
        return 0;
      } catch (ExecutionException failure) {
        String all = String.join(", ", names);
        if (failure.getCause() instanceof GroupIdNotFoundException) {
          throw new Refusal("no such group: " + all + "; ./dure group list names them all");
        }
        if (failure.getCause() instanceof GroupNotEmptyException) {
          throw new Refusal(
              "not deleted, as a consumer is still in it: "
                  + all
                  + "; stop its consumers first (./dure group describe shows them)");
        }
        throw failure;
      }
    }
  }
}
