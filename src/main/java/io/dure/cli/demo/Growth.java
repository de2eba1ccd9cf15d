package io.dure.cli.demo;

import io.dure.cli.BalanceView;
import io.dure.cli.ClusterView;
import io.dure.cli.Refusal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;

/** The last acts: the cluster grows, and shrinks again. */
final class Growth {
  private static final List<Integer> ALL = List.of(1, 2, 3, Stage.LATECOMER);
  private static final long MOVED_WITHIN_MS = 60_000;

  private final Scene scene;

  Growth(Scene scene) {
    this.scene = scene;
  }

  void fourthBroker() throws Exception {
    scene.act("A fourth broker joins the running cluster");
    long startedNs = System.nanoTime();
    scene.stage().start(Stage.LATECOMER);
    Stage.await(
        "the cluster lists four brokers",
        10_000,
        () -> scene.admin().describeCluster().nodes().get().size() == 4);
    scene.tell("a member after " + (System.nanoTime() - startedNs) / 1_000_000 + " ms");
    boolean filled = isWithin(() -> isEven(ALL));
    Picture.draw(scene.screen(), scene.partitions(), ALL, Set.of());
    scene
        .verdicts()
        .judge(
            12,
            "a new broker fills by itself",
            filled,
            "nobody asked for it; %d ms after its launch: copies %s, leaders %s"
                .formatted(
                    (System.nanoTime() - startedNs) / 1_000_000, copiesTold(), leadersTold()));
    newTopic();
  }

  private void newTopic() throws Exception {
    scene.admin().createTopics(List.of(new NewTopic("new-orders", 8, (short) 3))).all().get();
    Stage.await(
        "its partitions have leaders and all copies",
        10_000,
        () ->
            Stage.partitions(scene.admin(), "new-orders").stream()
                .allMatch(p -> p.leader().isPresent() && !p.behind()));
    List<ClusterView.Partition> fresh = Stage.partitions(scene.admin(), "new-orders");
    scene
        .verdicts()
        .judge(
            12,
            "it takes its share of new topics",
            Scene.ledBy(fresh, Stage.LATECOMER).size() == 2,
            Scene.leadersTold(fresh, ALL));
  }

  void itLeaves() throws Exception {
    scene.act("Broker 4 is decommissioned: emptied first, then stopped");
    long startedNs = System.nanoTime();
    BalanceView.list(scene.admin(), BalanceView.DECOMMISSIONED, Stage.LATECOMER, true);
    boolean empty = isWithin(() -> copiesOf(everything(), Stage.LATECOMER) == 0);
    long emptyMs = (System.nanoTime() - startedNs) / 1_000_000;
    int status = scene.stage().stop(Stage.LATECOMER);
    boolean forgotten =
        isWithin(() -> !BalanceView.read(scene.admin()).brokers().containsKey(Stage.LATECOMER));
    scene
        .verdicts()
        .judge(
            12,
            "a broker that leaves is emptied first",
            empty && status == 0 && forgotten && isEven(Scene.FOUNDERS),
            "empty after %d ms, ended with status %d, forgotten; copies %s, leaders %s"
                .formatted(emptyMs, status, copiesTold(), leadersTold()));
  }

  private static boolean isWithin(Callable<Boolean> condition) throws InterruptedException {
    try {
      Stage.await("", MOVED_WITHIN_MS, condition);
      return true;
    } catch (Refusal late) {
      return false;
    }
  }

  private List<ClusterView.Partition> everything() throws ExecutionException, InterruptedException {
    return ClusterView.read(scene.admin(), true).topics();
  }

  /** Whether copies and leaders of all topics differ by one at most, and nothing moves. */
  private boolean isEven(List<Integer> brokers) throws ExecutionException, InterruptedException {
    List<ClusterView.Partition> all = everything();
    var copies = brokers.stream().mapToLong(id -> copiesOf(all, id)).summaryStatistics();
    var leads = brokers.stream().mapToLong(id -> leadsOf(all, id)).summaryStatistics();
    return copies.getMax() - copies.getMin() <= 1
        && leads.getMax() - leads.getMin() <= 1
        && all.stream().noneMatch(p -> p.moves() || p.behind());
  }

  private static long copiesOf(List<ClusterView.Partition> partitions, int broker) {
    return partitions.stream().filter(p -> p.replicas().contains(broker)).count();
  }

  private static long leadsOf(List<ClusterView.Partition> partitions, int broker) {
    return partitions.stream()
        .filter(p -> p.leader().filter(id -> id == broker).isPresent())
        .count();
  }

  private String copiesTold() throws ExecutionException, InterruptedException {
    List<ClusterView.Partition> all = everything();
    return ALL.stream().map(id -> "" + copiesOf(all, id)).collect(Collectors.joining("/"));
  }

  private String leadersTold() throws ExecutionException, InterruptedException {
    List<ClusterView.Partition> all = everything();
    return ALL.stream().map(id -> "" + leadsOf(all, id)).collect(Collectors.joining("/"));
  }
}
