package io.dure.cli;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code dure broker balance}: what is moving, what will, and why; waits until nothing is left to
 * be moved.
 */
@Command(
    name = "balance",
    mixinStandardHelpOptions = true,
    description = {
      "Show what the cluster moves by itself, and why; wait until it is even.",
      "Balancing is on unless somebody paused it: nothing needs to be started."
    })
final class BalanceCommand implements Callable<Integer> {
  private static final int SHOWN = 40;

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @ArgGroup(exclusive = true)
  Mode mode = new Mode();

  static final class Mode {
    @Option(names = "--dry-run", description = "Only show what would move, and why.")
    boolean dryRun;

    @Option(names = "--pause", description = "Begin no more moves; what is under way is finished.")
    boolean pause;

    @Option(names = "--resume", description = "Go on.")
    boolean resume;
  }

  @Override
  public Integer call() throws Exception {
    Screen screen = Screen.standard();
    try (Admin admin = cluster.admin()) {
      if (mode.pause || mode.resume) {
        BalanceView.enable(admin, mode.resume);
        String state = mode.resume ? "on" : "paused";
        screen.line(
            cluster.json()
                ? Json.write(StatusCommand.object("balance", state))
                : "balancing is " + state);
        return 0;
      }
      BalanceView view = BalanceView.read(admin);
      if (cluster.json()) {
        screen.line(Json.write(view.asMap()));
        return 0;
      }
      print(view, screen);
      if (mode.dryRun || (view.plan().isEmpty() && view.moving().isEmpty())) {
        return 0;
      }
      if (!view.on()) {
        throw new Refusal("balancing is paused; ./dure broker balance --resume goes on");
      }
      Progress.await(
          screen,
          () -> {
            BalanceView now = BalanceView.read(admin);
            int left = now.plan().size() + now.moving().size();
            return new Progress.Step(left, left + " partitions left to be moved");
          });
      screen.line(screen.ink(Ink.GOOD, "even"));
      return 0;
    }
  }

  private static void print(BalanceView view, Screen screen) {
    screen.line(
        "balancing is "
            + (view.on() ? screen.ink(Ink.GOOD, "on") : screen.ink(Ink.WARN, "paused")));
    part("under way", view.moving(), screen);
    part("to come", view.plan(), screen);
    if (view.plan().isEmpty() && view.moving().isEmpty()) {
      screen.line("nothing moves, nothing needs to");
    }
  }

  private static void part(String title, List<BalanceView.Change> changes, Screen screen) {
    if (changes.isEmpty()) {
      return;
    }
    screen.blank();
    screen.line(screen.ink(Ink.BOLD, title) + ": " + changes.size() + " partitions");
    var rows = new ArrayList<List<Cell>>();
    for (BalanceView.Change change : changes.subList(0, Math.min(SHOWN, changes.size()))) {
      rows.add(
          List.of(
              new Cell(change.partition(), Ink.NAME),
              Cell.of(change.from()),
              Cell.of(change.to()),
              Cell.of(change.copies() ? "copies" : "leads"),
              Cell.of(String.join("; ", change.reasons()))));
    }
    screen.table(List.of("PARTITION", "FROM", "TO", "MOVES", "BECAUSE"), rows);
    if (changes.size() > SHOWN) {
      screen.line("  and " + (changes.size() - SHOWN) + " more (-o json tells all)");
    }
  }
}
