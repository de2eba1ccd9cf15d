package io.dure.cli;

import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dure status}: the cluster at a glance. Status 1 when a partition has no leader. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "The cluster at a glance.")
final class StatusCommand implements Callable<Integer> {
  private static final int TROUBLES_SHOWN = 20;

  /** Disks that are not told of within this are left out. */
  private static final long DISKS_MS = 2_000;

  @Mixin ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--internal", description = "Show internal topics too.")
  boolean internal;

  @Override
  public Integer call() throws Exception {
    try (Admin admin = cluster.admin()) {
      ClusterView view = ClusterView.read(admin, internal);
      if (cluster.json()) {
        Screen.standard().line(Json.write(view.asMap()));
      } else {
        List<Integer> live =
            view.brokers().stream()
                .filter(ClusterView.Broker::live)
                .map(ClusterView.Broker::id)
                .toList();
        print(view, BrokerDisks.read(admin, live, DISKS_MS), Screen.standard());
      }
      return view.withoutLeader().isEmpty() ? 0 : 1;
    }
  }

  private void print(ClusterView view, BrokerDisks disks, Screen screen) {
    screen.line(
        screen.ink(Ink.BOLD, "cluster " + view.clusterId())
            + "  controller "
            + view.controller().map(String::valueOf).orElse("none")
            + "  asked at "
            + cluster.bootstrap);
    screen.blank();
    screen.table(
        List.of("BROKER", "ADDRESS", "RACK", "LEADS", "COPIES", "STATE"), brokerRows(view, disks));
    screen.blank();
    if (view.topics().isEmpty()) {
      screen.line("no topics yet; ./dure topic create NAME makes one");
      return;
    }
    screen.table(
        List.of("TOPIC", "PARTITIONS", "REPLICAS", "BEHIND", "NO LEADER"), topicRows(view));
    troubles(view, screen);
  }

  private static List<List<Cell>> brokerRows(ClusterView view, BrokerDisks disks) {
    var rows = new ArrayList<List<Cell>>();
    for (ClusterView.Broker broker : view.brokers()) {
      boolean controls = view.controller().filter(id -> id == broker.id()).isPresent();
      rows.add(
          List.of(
              new Cell(String.valueOf(broker.id()), Ink.NAME),
              Cell.of(broker.address()),
              Cell.of(broker.rack().orElse("-")),
              Cell.of(view.leads(broker.id())),
              Cell.of(view.copies(broker.id())),
              state(broker, controls, disks.trouble(broker.id()))));
    }
    return rows;
  }

  private static Cell state(ClusterView.Broker broker, boolean controls, Optional<String> trouble) {
    if (!broker.live()) {
      return new Cell("away", Ink.BAD);
    }
    String live = controls ? "live, controller" : "live";
    return trouble
        .map(what -> new Cell(live + ", " + what, Ink.BAD))
        .orElseGet(() -> new Cell(live, Ink.GOOD));
  }

  private static List<List<Cell>> topicRows(ClusterView view) {
    var rows = new ArrayList<List<Cell>>();
    for (Map.Entry<String, List<ClusterView.Partition>> topic : view.byTopic().entrySet()) {
      List<ClusterView.Partition> partitions = topic.getValue();
      long behind = partitions.stream().filter(ClusterView.Partition::behind).count();
      long headless = partitions.stream().filter(p -> p.leader().isEmpty()).count();
      rows.add(
          List.of(
              new Cell(topic.getKey(), Ink.NAME),
              Cell.of(partitions.size()),
              Cell.of(partitions.getFirst().replicas().size()),
              new Cell(String.valueOf(behind), behind == 0 ? Ink.PLAIN : Ink.WARN),
              new Cell(String.valueOf(headless), headless == 0 ? Ink.PLAIN : Ink.BAD)));
    }
    return rows;
  }

  private static void troubles(ClusterView view, Screen screen) {
    List<ClusterView.Partition> troubled =
        view.topics().stream()
            .filter(p -> p.behind() || p.leader().isEmpty() || p.moves())
            .toList();
    if (troubled.isEmpty()) {
      screen.line(
          System.lineSeparator()
              + screen.ink(Ink.GOOD, "every partition has a leader and all its copies"));
      return;
    }
    screen.blank();
    for (ClusterView.Partition p : troubled.subList(0, Math.min(TROUBLES_SHOWN, troubled.size()))) {
      String state =
          p.leader().isEmpty()
              ? screen.ink(Ink.BAD, "no leader")
              : p.moves()
                  ? "replicas move: " + p.moving()
                  : screen.ink(Ink.WARN, "behind: " + p.missing());
      screen.line("  " + p.topic() + "-" + p.index() + "  " + state);
    }
    if (troubled.size() > TROUBLES_SHOWN) {
      screen.line("  and " + (troubled.size() - TROUBLES_SHOWN) + " more");
    }
  }

  /** Used by commands that answer with one object. */
  static Map<String, Object> object(Object... keysAndValues) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
