package io.dure.cli;

import static io.dure.cli.StatusCommand.object;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dure broker}: who carries what, and how a broker leaves. */
@Command(
    name = "broker",
    mixinStandardHelpOptions = true,
    description = "List brokers, balance them, and have one leave.",
    subcommands = {
      BrokerCommand.ListAll.class,
      BalanceCommand.class,
      BrokerCommand.Drain.class,
      BrokerCommand.Undrain.class,
      BrokerCommand.Decommission.class,
      BrokerCommand.Remove.class,
      RecoverCommand.class
    },
    synopsisSubcommandLabel =
        "(list | balance | drain | undrain | decommission | remove | recover)")
final class BrokerCommand {
  private BrokerCommand() {}

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the brokers with what each leads and keeps.")
  static final class ListAll implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        ClusterView view = ClusterView.read(admin, true);
        BalanceView balance = BalanceView.read(admin);
        Map<Integer, String> states = balance.brokers();
        Screen screen = Screen.standard();
        if (cluster.json()) {
          screen.line(
              Json.write(
                  states.entrySet().stream()
                      .map(e ->
                          object(
                              "id", e.getKey(),
                              "address", broker(view, e.getKey()).map(ClusterView.Broker::address),
                              "rack", broker(view, e.getKey()).flatMap(ClusterView.Broker::rack),
                              "leads", view.leads(e.getKey()),
                              "copies", view.copies(e.getKey()),
                              "bytes", Optional.ofNullable(balance.bytes().get(e.getKey())),
                              "bytesPerSecond",
                                  Optional.ofNullable(balance.bytesPerSecond().get(e.getKey())),
                              "state", e.getValue()))
                      .toList()));
        } else {
          screen.table(
              List.of("BROKER", "ADDRESS", "RACK", "LEADS", "COPIES", "DISK", "TAKES IN", "STATE"),
              rows(view, balance));
        }
        return 0;
      }
    }

    private static List<List<Cell>> rows(ClusterView view, BalanceView balance) {
      var rows = new ArrayList<List<Cell>>();
      balance
          .brokers()
          .forEach((id, state) ->
              rows.add(
                  List.of(
                      new Cell(String.valueOf(id), Ink.NAME),
                      Cell.of(broker(view, id).map(ClusterView.Broker::address).orElse("-")),
                      Cell.of(broker(view, id).flatMap(ClusterView.Broker::rack).orElse("-")),
                      Cell.of(view.leads(id)),
                      Cell.of(view.copies(id)),
                      Cell.of(size(balance.bytes().get(id), "")),
                      Cell.of(size(balance.bytesPerSecond().get(id), "/s")),
                      new Cell(state, state.equals("open") ? Ink.GOOD : Ink.WARN))));
      return rows;
    }

    /** What leaders told the controller; a new one knows nothing for some seconds. */
    private static String size(@Nullable Long bytes, String per) {
      return bytes == null ? "-" : Bytes.text(bytes) + per;
    }

    private static Optional<ClusterView.Broker> broker(ClusterView view, int id) {
      return view.brokers().stream().filter(broker -> broker.id() == id).findFirst();
    }
  }

  /** What the commands for one broker have in common. */
  abstract static sealed class OfOne implements Callable<Integer> {
    @Mixin ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "N", description = "The broker's number.")
    int broker;

    @Override
    public Integer call() throws Exception {
      try (Admin admin = cluster.admin()) {
        BalanceView balance = BalanceView.read(admin);
        if (!balance.brokers().containsKey(broker)) {
          throw new Refusal(
              "no broker "
                  + broker
                  + "; there are "
                  + String.join(
                      ", ", balance.brokers().keySet().stream().map(String::valueOf).toList()));
        }
        Screen screen = cluster.json() ? Screen.aside() : Screen.standard();
        String done = run(admin, balance, screen);
        if (cluster.json()) {
          Screen.standard().line(Json.write(object("broker", broker, "state", done)));
        }
        return 0;
      }
    }

    /** Returns how the broker stands afterwards. */
    abstract String run(Admin admin, BalanceView balance, Screen screen) throws Exception;
  }

  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = {
        "Have a broker lead nothing, before work on its machine.",
        "It keeps its copies and is given no new ones, until undrain."
      })
  static final class Drain extends OfOne {
    @Override
    String run(Admin admin, BalanceView balance, Screen screen) throws Exception {
      BalanceView.list(admin, BalanceView.DRAINED, broker, true);
      Progress.await(
          screen,
          () -> {
            long leads = ClusterView.read(admin, true).leads(broker);
            return new Progress.Step(leads, "broker " + broker + " leads " + leads + " partitions");
          });
      screen.line(
          screen.ink(Ink.GOOD, "broker " + broker + " leads nothing")
              + "; ./dure broker undrain "
              + broker
              + " takes it back");
      return "drained";
    }
  }

  @Command(
      name = "undrain",
      mixinStandardHelpOptions = true,
      description = "Take a drained or decommissioned broker back.")
  static final class Undrain extends OfOne {
    @Override
    String run(Admin admin, BalanceView balance, Screen screen) throws Exception {
      BalanceView.list(admin, BalanceView.DRAINED, broker, false);
      BalanceView.list(admin, BalanceView.DECOMMISSIONED, broker, false);
      screen.line("broker " + broker + " is like the others again and gets its share by itself");
      return "open";
    }
  }

  @Command(
      name = "decommission",
      mixinStandardHelpOptions = true,
      description = {
        "Move everything away from a broker, dead or alive; undrain takes that back.",
        "Once it is empty, without a vote, and stopped, it is forgotten by itself."
      })
  static final class Decommission extends OfOne {
    @Option(names = "--no-wait", description = "Do not wait until it is empty.")
    boolean noWait;

    @Override
    String run(Admin admin, BalanceView balance, Screen screen) throws Exception {
      if (!balance.on()) {
        throw new Refusal("balancing is paused; ./dure broker balance --resume goes on");
      }
      warnOfFewerCopies(ClusterView.read(admin, true), balance, screen);
      BalanceView.list(admin, BalanceView.DECOMMISSIONED, broker, true);
      if (noWait) {
        screen.line("broker " + broker + " is being emptied; ./dure broker list shows how far");
        return "decommissioned";
      }
      Progress.await(
          screen,
          () -> {
            long left = ClusterView.read(admin, true).copies(broker);
            boolean votes = votes(admin);
            return new Progress.Step(
                left + (votes ? 1 : 0),
                "broker %d keeps %d copies%s"
                    .formatted(broker, left, votes ? " and votes for the controller" : ""));
          });
      screen.line(
          screen.ink(Ink.GOOD, "broker " + broker + " is empty")
              + "; stop its process, then it is forgotten");
      return "empty";
    }

    /** The others could be left without a majority if it stopped with a vote. */
    private boolean votes(Admin admin) throws Exception {
      return admin.describeMetadataQuorum().quorumInfo().get().voters().stream()
          .anyMatch(voter -> voter.replicaId() == broker);
    }

    private void warnOfFewerCopies(ClusterView view, BalanceView balance, Screen screen) {
      long others =
          balance.brokers().entrySet().stream()
              .filter(e -> e.getKey() != broker && e.getValue().equals("open"))
              .count();
      if (others == 0) {
        throw new Refusal(
            "there is no other broker that could take what broker " + broker + " has");
      }
      long fewer = view.topics().stream().filter(p -> p.replicas().size() > others).count();
      if (fewer > 0) {
        screen.line(
            screen.ink(
                Ink.WARN,
                fewer
                    + " partitions will have "
                    + others
                    + " copies, as no more brokers are left"));
      }
    }
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Forget a broker that is dead and keeps nothing.")
  static final class Remove extends OfOne {
    @Override
    String run(Admin admin, BalanceView balance, Screen screen) throws Exception {
      try {
        admin.unregisterBroker(broker).all().get();
      } catch (ExecutionException failure) {
        if (failure.getCause() instanceof PolicyViolationException
            || failure.getCause() instanceof BrokerIdNotRegisteredException) {
          throw new Refusal(String.valueOf(failure.getCause().getMessage()));
        }
        throw failure;
      }
      screen.line("broker " + broker + " is forgotten");
      return "removed";
    }
  }
}
