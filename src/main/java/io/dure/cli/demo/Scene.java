package io.dure.cli.demo;

import io.dure.cli.ClusterView;
import io.dure.cli.Screen;
import io.dure.cli.Screen.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;

/**
 * What every act of the story has at hand: the processes, an Admin client, the books, and the
 * screen.
 */
record Scene(
    Stage stage, Admin admin, Ledger ledger, Verdicts verdicts, Screen screen, long startedNs) {
  static final String TOPIC = "order-topic";
  static final int PARTITIONS = 6;
  static final List<Integer> ALL_PARTITIONS = IntStream.range(0, PARTITIONS).boxed().toList();
  static final List<Integer> FOUNDERS = List.of(1, 2, 3);

  /** A line of the story, with the seconds since it began. */
  void tell(String text) {
    double seconds = (System.nanoTime() - startedNs) / 1e9;
    screen.line(screen.ink(Ink.DIM, String.format("[%5.1f s] ", seconds)) + text);
  }

  void act(String title) {
    screen.blank();
    tell(screen.ink(Ink.BOLD, title));
  }

  List<ClusterView.Partition> partitions() throws ExecutionException, InterruptedException {
    return Stage.partitions(admin, TOPIC);
  }

  void picture(Set<Integer> dead) throws ExecutionException, InterruptedException {
    Picture.draw(screen, partitions(), FOUNDERS, dead);
  }

  int controller() throws ExecutionException, InterruptedException {
    return admin.describeCluster().controller().get().id();
  }

  static List<Integer> ledBy(List<ClusterView.Partition> partitions, int broker) {
    return partitions.stream()
        .filter(p -> p.leader().filter(id -> id == broker).isPresent())
        .map(ClusterView.Partition::index)
        .toList();
  }

  /** True when every partition is led by its first replica and no copy is behind. */
  boolean evenAndWhole() throws ExecutionException, InterruptedException {
    List<ClusterView.Partition> now = partitions();
    return now.stream().noneMatch(ClusterView.Partition::behind)
        && FOUNDERS.stream()
            .allMatch(broker -> ledBy(now, broker).size() == PARTITIONS / FOUNDERS.size());
  }

  static String leadersTold(List<ClusterView.Partition> partitions, List<Integer> brokers) {
    var counts = new ArrayList<String>();
    for (int broker : brokers) {
      counts.add("broker " + broker + " leads " + ledBy(partitions, broker).size());
    }
    return counts.stream().collect(Collectors.joining(", "));
  }
}
