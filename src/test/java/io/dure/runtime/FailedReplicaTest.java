package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Failure;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The disk fails under one replica: the replica is out of use, its node and all others go on. */
class FailedReplicaTest {
  private final SimCluster cluster = new SimCluster(21, 3, 1).startAll();
  private final SimClient client = new SimClient(cluster);
  private final List<String> committed = new ArrayList<>();

  private PartitionId topic(String name) {
    client.awaitServing();
    return new PartitionId(client.createTopic(name, 1, 3), 0);
  }

  private void commit(PartitionId partition, String value) {
    client.produceUntilCommitted(partition, value);
    committed.add(value);
  }

  private List<Failure> failures(NodeId node) {
    var answer = new Pending<List<Failure>>();
    cluster.node(node).partitions().failures(Runnable::run, answer);
    client.until(answer);
    return answer.get();
  }

  private NodeId leader(PartitionId partition) {
    cluster.runUntil("a leader", 5_000, () -> client.leader(partition).isPresent());
    return client.leader(partition).orElseThrow();
  }

  @Test
  void aLeaderWhoseFlushFailsIsReplacedAndItsNodeGoesOn() {
    PartitionId partition = topic("t");
    PartitionId other = new PartitionId(client.createTopic("u", 1, 3), 0);
    commit(partition, "before");
    client.produceUntilCommitted(other, "before");
    cluster.runForMs(1_000);
    NodeId failing = leader(partition);

    cluster.disk(failing).failFlushAfter(0);
    client.send(failing, partition, "may be lost or not");
    cluster.runUntil("it is noticed", 2_000, () -> !failures(failing).isEmpty());

    cluster.runUntil(
        "another leads",
        5_000,
        () -> client.leader(partition).filter(node -> !node.equals(failing)).isPresent());
    commit(partition, "after");
    client.produceUntilCommitted(other, "after");
    assertThat(cluster.sim(failing).isDead()).isFalse();
    assertThat(failures(failing))
        .singleElement()
        .satisfies(failure -> {
          assertThat(failure.partition()).isEqualTo(partition);
          assertThat(failure.folder()).isEqualTo("t-0");
          assertThat(failure.reason()).contains("flush");
        });
    assertThat(client.values(leader(partition), partition)).containsAll(committed);
  }

  @Test
  void aFollowerThatFailedIsMissedByNobodyAndCatchesUpAfterARestart() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    cluster.runForMs(1_000);
    NodeId leader = leader(partition);
    NodeId failing =
        cluster.voters().stream().filter(node -> !node.equals(leader)).findFirst().orElseThrow();

    cluster.disk(failing).failFlushAfter(0);
    for (int i = 0; i < 20; i++) {
      commit(partition, "v" + i);
    }
    cluster.runUntil("it is noticed", 2_000, () -> !failures(failing).isEmpty());
    commit(partition, "without it");
    assertThat(leader(partition)).isEqualTo(leader);

    // Power is cut there, too: what the failed flush left in memory alone is gone.
    cluster.powerOff(failing);
    cluster.start(failing);
    cluster.runForMs(5_000);
    assertThat(failures(failing)).isEmpty();
    NodeId third =
        cluster.voters().stream()
            .filter(node -> !node.equals(leader) && !node.equals(failing))
            .findFirst()
            .orElseThrow();
    cluster.kill(third);
    commit(partition, "with it");
    assertThat(client.values(leader(partition), partition)).containsExactlyElementsOf(committed);
  }

  @Test
  void anAppendOnWhichTheDiskFailsIsRefusedAsTryAgain() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    cluster.runForMs(1_000);
    NodeId failing = leader(partition);

    cluster.disk(failing).failWrites("t-0/");
    AppendOutcome outcome = client.produce(failing, partition, "refused");

    assertThat(outcome)
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(WireError.KAFKA_STORAGE_ERROR));
    commit(partition, "by the others");
    assertThat(cluster.sim(failing).isDead()).isFalse();
    assertThat(client.values(leader(partition), partition)).containsExactlyElementsOf(committed);
  }

  @Test
  void aReplicaThatCannotBeOpenedKeepsNothingElseFromServing() {
    PartitionId partition = topic("t");
    PartitionId other = new PartitionId(client.createTopic("u", 1, 3), 0);
    commit(partition, "before");
    client.produceUntilCommitted(other, "before");
    cluster.runForMs(1_000);
    NodeId failing = leader(partition);
    cluster.kill(failing);

    cluster.disk(failing).failWrites("t-0/");
    cluster.start(failing);
    cluster.runForMs(3_000);

    assertThat(failures(failing)).extracting(Failure::folder).containsExactly("t-0");
    commit(partition, "after");
    client.produceUntilCommitted(other, "after");
    assertThat(client.values(leader(partition), partition)).containsExactlyElementsOf(committed);
  }
}
