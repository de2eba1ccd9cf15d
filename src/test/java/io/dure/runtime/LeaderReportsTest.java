package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.PartitionId;
import io.dure.metadata.PartitionImage;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import org.junit.jupiter.api.Test;

/** What people see of who is in step with a partition that has just been made. */
class LeaderReportsTest {
  private final SimCluster cluster = new SimCluster(7, 3, 1).startAll();
  private final SimClient client = new SimClient(cluster);

  private void eachImageShows(PartitionId partition, int inStep) {
    for (SimNode node : cluster.alive()) {
      assertThat(node.node().image().partition(partition).map(PartitionImage::inStep))
          .hasValueSatisfying(there -> assertThat(there).hasSize(inStep));
    }
  }

  /** Followers join one by one; that is no trouble anybody should hear of. */
  @Test
  void aNewPartitionIsNeverSeenWithFewer() {
    client.awaitServing();
    for (int i = 0; i < 20; i++) {
      var partition = new PartitionId(client.createTopic("t" + i, 1, 3), 0);
      cluster.runUntil(
          "all know it",
          1_000,
          () ->
              cluster.alive().stream()
                  .allMatch(node -> node.node().image().partition(partition).isPresent()));
      for (int ms = 0; ms < 500; ms++) {
        eachImageShows(partition, 3);
        cluster.runForMs(1);
      }
    }
  }

  @Test
  void whoDoesNotComeIsToldOfAfterAll() {
    client.awaitServing();
    Node controller = client.controller();
    SimNode away =
        cluster.alive().stream()
            .filter(node -> node.node() != controller)
            .findFirst()
            .orElseThrow();
    away.freeze();
    var partition = new PartitionId(client.createTopic("t", 1, 3), 0);

    cluster.runUntil(
        "it is told of",
        10_000,
        () ->
            controller
                .image()
                .partition(partition)
                .filter(there -> !there.inStep().contains(away.id()))
                .isPresent());
  }
}
