package io.dure.cli.demo;

import io.dure.cli.ClusterView;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;

/** The last act: the cluster grows. */
final class Growth {
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
    scene.admin().createTopics(List.of(new NewTopic("new-orders", 8, (short) 3))).all().get();
    Stage.await(
        "its partitions have leaders and all copies",
        10_000,
        () ->
            Stage.partitions(scene.admin(), "new-orders").stream()
                .allMatch(p -> p.leader().isPresent() && !p.behind()));
    List<ClusterView.Partition> fresh = Stage.partitions(scene.admin(), "new-orders");
    Picture.draw(scene.screen(), fresh, List.of(1, 2, 3, 4), Set.of());
    scene
        .verdicts()
        .judge(
            12,
            "a new broker joins by itself and takes its share of new topics",
            Scene.ledBy(fresh, Stage.LATECOMER).size() == 2,
            Scene.leadersTold(fresh, List.of(1, 2, 3, 4)));
    boolean filled =
        scene.partitions().stream().anyMatch(p -> p.replicas().contains(Stage.LATECOMER));
    if (filled) {
      scene.verdicts().judge(12, "older topics move to it", true, moved());
    } else {
      scene
          .verdicts()
          .later(12, "older topics move to it", "a later release moves existing partitions");
    }
  }

  private String moved() throws ExecutionException, InterruptedException {
    return scene.partitions().stream()
        .filter(p -> p.replicas().contains(Stage.LATECOMER))
        .map(p -> p.topic() + "-" + p.index())
        .collect(Collectors.joining(", ", "now there: ", ""));
  }
}
