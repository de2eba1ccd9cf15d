package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.DiskException;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.metadata.ConfigResource;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whole nodes together: what the assembly of cores, logs and streams promises. */
class NodeClusterTest {
  private static final NodeId N1 = new NodeId(1);

  @Test
  void aSingleNodeFormsAClusterAndCommitsAlone() {
    SimCluster cluster = new SimCluster(1, 1, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 1), 0);

    AppendOutcome outcome = client.produce(N1, partition, "a");

    assertThat(outcome).isInstanceOf(AppendOutcome.Committed.class);
    assertThat(client.values(N1, partition)).containsExactly("a");
  }

  @Test
  void threeNodesElectRegisterAndServeWithinTwoSeconds() {
    SimCluster cluster = new SimCluster(2, 3, 1).startAll();
    SimClient client = new SimClient(cluster);

    client.awaitServing();

    assertThat(cluster.scheduler().nowMs()).isLessThan(1_000 + 2_000);
    assertThat(cluster.node(N1).image().brokers()).hasSize(3);
  }

  @Test
  void anAppendIsCommittedByAMajorityAndReadFromItsLeaderOnly() {
    SimCluster cluster = new SimCluster(3, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();

    assertThat(client.produce(leader, partition, "a"))
        .isEqualTo(new AppendOutcome.Committed(0, -1, 0));
    assertThat(client.produce(leader, partition, "b"))
        .isEqualTo(new AppendOutcome.Committed(1, -1, 0));

    assertThat(client.values(leader, partition)).containsExactly("a", "b");
    NodeId follower = others(cluster, leader).getFirst();
    assertThat(client.produce(follower, partition, "c"))
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class,
            refused -> {
              assertThat(refused.error()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER);
              assertThat(refused.where().orElseThrow().leader()).isEqualTo(leader);
            });
    assertThat(client.read(follower, partition, 0))
        .isInstanceOfSatisfying(
            ReadOutcome.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(WireError.NOT_LEADER_OR_FOLLOWER));
  }

  @Test
  void anotherReplicaLeadsWhenTheLeaderIsKilledAndNothingAcknowledgedIsLost() {
    SimCluster cluster = new SimCluster(4, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    var sent = new ArrayList<String>();
    for (int i = 0; i < 20; i++) {
      sent.add("v" + i);
      client.produceUntilCommitted(partition, "v" + i);
    }

    cluster.kill(leader);
    long tookMs =
        cluster.runUntil("another leader", 2_000, () -> client.leader(partition).isPresent());
    client.produceUntilCommitted(partition, "after");
    sent.add("after");

    assertThat(tookMs).isLessThan(1_000);
    NodeId next = client.leader(partition).orElseThrow();
    assertThat(next).isNotEqualTo(leader);
    assertThat(client.values(next, partition)).containsExactlyElementsOf(sent);
  }

  @Test
  void aKilledLeaderComesBackAsFollowerAndLeadsAgainWithTheSameRecords() {
    SimCluster cluster = new SimCluster(5, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produceUntilCommitted(partition, "a");
    // Appended by the old leader alone: never acknowledged, to be cut when it comes back.
    others(cluster, leader).forEach(other -> cluster.cut(leader, other));
    Pending<AppendOutcome> lost = client.send(leader, partition, "lost");
    cluster.runForMs(50);
    cluster.kill(leader);
    assertThat(lost.isThere()).isFalse();
    cluster.mendAll();
    cluster.runUntil("another leader", 3_000, () -> client.leader(partition).isPresent());
    client.produceUntilCommitted(partition, "b");

    cluster.start(leader);
    client.awaitServing();
    cluster.runUntil(
        "the preferred replica leads again",
        10_000,
        () -> client.leader(partition).filter(leader::equals).isPresent());

    assertThat(client.values(leader, partition)).containsExactly("a", "b");
  }

  @Test
  void everythingAcknowledgedIsThereAfterAllNodesLostPower() {
    SimCluster cluster = new SimCluster(6, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    TopicId topic = client.createTopic("t", 4, 3);
    for (int i = 0; i < 40; i++) {
      client.produceUntilCommitted(new PartitionId(topic, i % 4), "v" + i);
    }

    cluster.voters().forEach(cluster::powerOff);
    long beforeMs = cluster.scheduler().nowMs();
    cluster.startAll();
    client.awaitServing();
    for (int p = 0; p < 4; p++) {
      PartitionId partition = new PartitionId(topic, p);
      cluster.runUntil("a leader", 3_000, () -> client.leader(partition).isPresent());
    }

    assertThat(cluster.scheduler().nowMs() - beforeMs).isLessThan(2_000);
    for (int p = 0; p < 4; p++) {
      PartitionId partition = new PartitionId(topic, p);
      NodeId leader = client.leader(partition).orElseThrow();
      var expected = new ArrayList<String>();
      for (int i = p; i < 40; i += 4) {
        expected.add("v" + i);
      }
      assertThat(client.values(leader, partition)).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void theLastOfThreeRefusesWritesQuicklyAndServesReadsUntilAnotherIsBack() {
    for (int survivor = 1; survivor <= 3; survivor++) {
      SimCluster cluster = new SimCluster(70 + survivor, 3, 1).startAll();
      SimClient client = new SimClient(cluster);
      client.awaitServing();
      PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
      client.produceUntilCommitted(partition, "a");
      client.produceUntilCommitted(partition, "b");
      cluster.runForMs(200);
      NodeId last = new NodeId(survivor);

      others(cluster, last).forEach(cluster::kill);
      cluster.runForMs(1_500);
      long beforeMs = cluster.scheduler().nowMs();
      AppendOutcome refused = client.produce(last, partition, "refused");

      assertThat(refused)
          .isInstanceOfSatisfying(
              AppendOutcome.Refused.class,
              r -> assertThat(r.error()).isEqualTo(WireError.NOT_ENOUGH_REPLICAS));
      assertThat(cluster.scheduler().nowMs() - beforeMs).isLessThan(100);
      assertThat(cluster.node(last).leaderForClients(partition).orElseThrow().leader())
          .isEqualTo(last);
      assertThat(client.values(last, partition)).containsExactly("a", "b");

      cluster.start(others(cluster, last).getFirst());
      long backMs = cluster.scheduler().nowMs();
      client.produceUntilCommitted(partition, "c");
      assertThat(cluster.scheduler().nowMs() - backMs).isLessThan(1_500);
      NodeId leader = client.leader(partition).orElseThrow();
      assertThat(client.values(leader, partition)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void anAppendThatLosesItsMajorityIsAnsweredWithinTwoSeconds() {
    SimCluster cluster = new SimCluster(8, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produceUntilCommitted(partition, "a");

    others(cluster, leader).forEach(other -> cluster.sim(other).freeze());
    Pending<AppendOutcome> answer = client.send(leader, partition, "b");
    long tookMs = cluster.runUntil("an answer", 2_000, answer::isThere);

    assertThat(tookMs).isLessThan(1_500);
    assertThat(answer.get())
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class,
            r -> assertThat(r.error()).isEqualTo(WireError.NOT_ENOUGH_REPLICAS_AFTER_APPEND));
  }

  @Test
  void aFrozenFollowerDoesNotHoldUpAcknowledgements() {
    SimCluster cluster = new SimCluster(9, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produceUntilCommitted(partition, "warm");

    cluster.sim(others(cluster, leader).getLast()).freeze();
    long worstMs = 0;
    for (int i = 0; i < 300; i++) {
      Pending<AppendOutcome> answer = client.send(leader, partition, "v" + i);
      worstMs = Math.max(worstMs, cluster.runUntil("committed", 5_000, answer::isThere));
      assertThat(answer.get()).isInstanceOf(AppendOutcome.Committed.class);
      cluster.runForMs(10);
    }

    assertThat(worstMs).isLessThan(50);
  }

  @Test
  void aFrozenLeaderIsReplacedAndWhatItDoesAfterwardsDoesNotCount() {
    SimCluster cluster = new SimCluster(10, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produceUntilCommitted(partition, "a");

    cluster.sim(leader).freeze();
    NodeId witness = others(cluster, leader).getFirst();
    cluster.runUntil(
        "another leader",
        2_000,
        () ->
            cluster.node(witness).image().partition(partition).orElseThrow().leader().stream()
                .anyMatch(now -> !now.equals(leader)));
    NodeId next =
        cluster.node(witness).image().partition(partition).orElseThrow().leader().orElseThrow();
    Pending<AppendOutcome> stale = client.send(leader, partition, "stale");
    cluster.sim(leader).thaw();
    assertThat(client.produce(next, partition, "b")).isInstanceOf(AppendOutcome.Committed.class);
    cluster.runUntil("the stale one is answered", 6_000, stale::isThere);

    assertThat(stale.get()).isInstanceOf(AppendOutcome.Refused.class);
    assertThat(client.values(next, partition)).containsExactly("a", "b");
  }

  @Test
  void aNodeThatComesBackServesWithinAQuarterOfASecond() {
    for (int seed = 20; seed < 40; seed++) {
      SimCluster cluster = new SimCluster(seed, 3, 1).startAll();
      SimClient client = new SimClient(cluster);
      client.awaitServing();
      PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
      client.produceUntilCommitted(partition, "a");
      NodeId node = cluster.rng().pick(cluster.voters());
      cluster.kill(node);
      cluster.runForMs(cluster.rng().below(3_000));

      cluster.start(node);
      long tookMs = cluster.runUntil("serving again", 3_000, () -> cluster.node(node).isServing());

      assertThat(tookMs).as("seed %d", seed).isLessThan(250);
    }
  }

  @Test
  void partitionsAreSpreadOverSeveralLoops() {
    SimCluster cluster = new SimCluster(11, 3, 3).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    TopicId topic = client.createTopic("t", 12, 3);

    for (int p = 0; p < 12; p++) {
      client.produceUntilCommitted(new PartitionId(topic, p), "v" + p);
    }

    for (int p = 0; p < 12; p++) {
      PartitionId partition = new PartitionId(topic, p);
      assertThat(client.values(client.leader(partition).orElseThrow(), partition))
          .containsExactly("v" + p);
    }
  }

  @Test
  void aNewReplicaCopiesNoFasterThanItMay() {
    SimCluster cluster = new SimCluster(21, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 1), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    for (int i = 0; i < 40; i++) {
      client.produceUntilCommitted(partition, "v".repeat(10_000));
    }
    NodeId other = others(cluster, leader).getFirst();
    set(client, "replica.copy.bytes.per.second", "40000");

    var wish = new Command.Reassignment("t", 0, Optional.of(List.of(leader, other)));
    Pending<Optional<Answer>> taken = new Pending<>();
    client
        .controller()
        .command(new Command.AlterReassignments(List.of(wish), true), Runnable::run, taken);
    cluster.runUntil("the wish is taken", 2_000, taken::isThere);
    cluster.runForMs(6_000);
    assertThat(inStep(cluster, leader, partition)).isFalse();
    client.produceUntilCommitted(partition, "not held up");
    set(client, "replica.copy.bytes.per.second", "100000000");

    cluster.runUntil("the copy is made", 2_000, () -> inStep(cluster, leader, partition));
  }

  private static boolean inStep(SimCluster cluster, NodeId asked, PartitionId partition) {
    return cluster.node(asked).image().partition(partition).orElseThrow().inStep().size() == 2;
  }

  private static void set(SimClient client, String key, String value) {
    var change = new Command.ConfigChange(key, Command.Change.SET, value);
    var target = new Command.ConfigTarget.Of(ConfigResource.ALL_BROKERS);
    Pending<Optional<Answer>> answer = new Pending<>();
    client
        .controller()
        .command(
            new Command.AlterConfigs(
                List.of(new Command.Alteration(target, false, List.of(change))), false),
            Runnable::run,
            answer);
    client.until(answer);
  }

  @Test
  void aDiskThatIsFullStopsTheNodeAndAnotherLeads() {
    SimCluster cluster = new SimCluster(72, 3, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produce(leader, partition, "a");
    cluster.disk(leader).capacity(0);

    // Whoever calls, and whatever it makes of the failure: a log half written to is not gone on
    // with.
    assertThatThrownBy(() -> client.produce(leader, partition, "b".repeat(100_000)))
        .isInstanceOf(DiskException.class);

    assertThat(cluster.sim(leader).isDead()).isTrue();
    client.produceUntilCommitted(partition, "c");
    assertThat(client.values(client.leader(partition).orElseThrow(), partition))
        .containsExactly("a", "c");
  }

  @Test
  void recordsThatCannotBeReadCostTheirReadersAnErrorAndNobodyElseTheNode() {
    SimCluster cluster = new SimCluster(71, 1, 1).startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 1), 0);
    for (int i = 0; i < 3; i++) {
      client.produce(N1, partition, "a" + i);
    }
    cluster.runForMs(60_000);
    cluster.disk(N1).flipBit("t-0/00000000000000000000.log", 16, 1);

    assertThat(client.read(N1, partition, 1))
        .isInstanceOfSatisfying(
            ReadOutcome.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(WireError.KAFKA_STORAGE_ERROR));
    assertThat(client.produce(N1, partition, "b")).isInstanceOf(AppendOutcome.Committed.class);
  }

  private static List<NodeId> others(SimCluster cluster, NodeId node) {
    return cluster.voters().stream().filter(other -> !other.equals(node)).toList();
  }
}
