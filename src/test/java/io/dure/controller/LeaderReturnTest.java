package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How leaders come back to where they were dealt out. */
class LeaderReturnTest {
  private final TestCluster cluster = TestCluster.of(3);
  private final PartitionId id;

  /** Partition 1 of the topic prefers broker 2, but broker 3 leads it, since 2 was away. */
  LeaderReturnTest() {
    cluster.create("t", 2, 3);
    id = cluster.partition("t", 1).id();
    cluster.gone(2);
    cluster.answerFence(1, id, 1, 0, 10);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.register(2);
  }

  private Optional<NodeId> leader() {
    return cluster.partition("t", 1).leader();
  }

  private void answerAll(int epoch, long end1, long end2, long end3) {
    cluster.answerFence(1, id, epoch, 1, end1);
    cluster.answerFence(2, id, epoch, 1, end2);
    cluster.answerFence(3, id, epoch, 1, end3);
  }

  @Test
  void preferredReplicaLeadsAgainOnceItHasBeenInStepForAWhile() {
    assertThat(leader()).contains(node(3));
    cluster.fences.clear();

    cluster.pass(3_000, 1, 2, 3);
    assertThat(cluster.fenceSentTo(2, id).filter(epoch -> epoch > 1)).isEmpty();

    cluster.inStep("t", 1, 1, 2, 3);
    cluster.pass(1_000, 1, 2, 3);
    assertThat(cluster.fenceSentTo(2, id).filter(epoch -> epoch > 1)).isEmpty();
    cluster.pass(2_000, 1, 2, 3);
    assertThat(cluster.fenceSentTo(2, id)).contains(2);
    answerAll(2, 20, 20, 20);

    assertThat(leader()).contains(node(2));
    assertThat(cluster.partition("t", 1).epoch()).isEqualTo(2);
  }

  @Test
  void preferredReplicaWinsAlsoBehindTheLeaderIfItHoldsAllThatCanBeCommitted() {
    cluster.inStep("t", 1, 1, 2, 3);
    cluster.pass(3_000, 1, 2, 3);

    answerAll(2, 19, 20, 25);

    assertThat(leader()).contains(node(2));
  }

  @Test
  void preferredReplicaThatLacksSomethingDoesNotWinAndIsTriedEverMoreRarely() {
    int attempts = 0;
    int epoch = 1;
    for (int i = 0; i < 600; i++) {
      if (leader().isPresent() && cluster.partition("t", 1).inStep().size() < 3) {
        cluster.inStep("t", 1, 1, 2, 3);
      }
      cluster.pass(100, 1, 2, 3);
      if (cluster
          .fenceSentTo(2, id)
          .filter(asked -> asked > cluster.partition("t", 1).epoch())
          .isPresent()) {
        attempts++;
        epoch++;
        answerAll(epoch, 25, 20, 25);
        cluster.fences.clear();
        assertThat(leader()).contains(node(3));
      }
    }
    assertThat(attempts).isBetween(3, 6);
  }

  @Test
  void doesNotWaitLongForAnAnswerThatDoesNotCome() {
    cluster.inStep("t", 1, 1, 2, 3);
    for (int i = 0; i < 100 && cluster.fenceSentTo(3, id).orElse(0) < 2; i++) {
      cluster.pass(50, 1, 2, 3);
    }

    cluster.answerFence(1, id, 2, 1, 20);
    cluster.answerFence(3, id, 2, 1, 20);
    cluster.pass(350, 1, 2, 3);

    assertThat(leader()).contains(node(3));
    assertThat(cluster.partition("t", 1).epoch()).isEqualTo(2);
  }

  @Test
  void reportsOfFormerLeadersAndOfStrangersAreIgnored() {
    cluster.step(
        new ControllerEvent.InStepReported(node(2), id, 0, Set.of(node(1), node(2), node(3))));
    cluster.step(new ControllerEvent.InStepReported(node(3), id, 1, Set.of(node(3), node(9))));
    cluster.pass(100, 1, 2, 3);

    assertThat(cluster.partition("t", 1).inStep()).containsExactly(node(3));
  }

  @Test
  void leadersAreEvenAgainWithinTenSecondsOfARestart() {
    TestCluster many = TestCluster.of(3);
    many.create("m", 3_000, 3);
    SimulatedReplicas replicas = new SimulatedReplicas(many);
    many.gone(2);
    replicas.run(1_000, 1, 3);
    assertThat(replicas.leaders("m", 2)).isZero();

    many.register(2);
    replicas.run(9_000, 1, 2, 3);

    for (int broker = 1; broker <= 3; broker++) {
      assertThat(replicas.leaders("m", broker)).isEqualTo(1_000);
    }
  }
}
