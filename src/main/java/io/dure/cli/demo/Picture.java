package io.dure.cli.demo;

import io.dure.cli.ClusterView;
import io.dure.cli.Screen;
import io.dure.cli.Screen.Cell;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A topic's partitions drawn over the brokers: who leads, who copies, who is away. */
final class Picture {
  private Picture() {}

  static void draw(
      Screen screen,
      List<ClusterView.Partition> partitions,
      Collection<Integer> brokers,
      Set<Integer> dead) {
    var heads = new ArrayList<String>();
    heads.add("         ");
    brokers.forEach(id -> heads.add("broker " + id));
    var rows = new ArrayList<List<Cell>>();
    for (ClusterView.Partition p : partitions) {
      var row = new ArrayList<Cell>();
      row.add(Cell.of("         " + p.topic() + "-" + p.index()));
      for (int id : brokers) {
        row.add(cell(p, id, dead));
      }
      rows.add(row);
    }
    screen.blank();
    screen.table(heads, rows);
    screen.blank();
  }

  private static Cell cell(ClusterView.Partition p, int broker, Set<Integer> dead) {
    if (!p.replicas().contains(broker)) {
      return new Cell("", Ink.PLAIN);
    }
    if (dead.contains(broker)) {
      return new Cell("† away", Ink.BAD);
    }
    if (p.leader().filter(id -> id == broker).isPresent()) {
      return new Cell("● leader", Ink.GOOD);
    }
    return p.inStep().contains(broker)
        ? new Cell("○ copy", Ink.PLAIN)
        : new Cell("◌ behind", Ink.WARN);
  }
}
