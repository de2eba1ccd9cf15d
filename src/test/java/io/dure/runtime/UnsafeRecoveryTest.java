package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.DeleteOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Most copies of a partition are lost for good: it waits for them until somebody says so. */
class UnsafeRecoveryTest {
  private final SimCluster cluster = new SimCluster(31, 5, 1).startAll();
  private final SimClient client = new SimClient(cluster);

  private WireError recover(String topic) {
    var answer = new Pending<Optional<Answer>>();
    client
        .controller()
        .command(
            new Command.ElectLeaders(
                true, Optional.of(List.of(new Command.PartitionRef(topic, 0)))),
            Runnable::run,
            answer);
    client.until(answer);
    return ((Answer.PartitionsDecided) answer.get().orElseThrow())
        .partitions()
        .getFirst()
        .result()
        .error();
  }

  @Test
  void whatIsLeftServesAloneWhenToldToAndWhoComesBackDoesNotBringTheOldBack() {
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    client.produceUntilCommitted(partition, "before");
    cluster.runForMs(1_000);
    List<NodeId> replicas =
        client.controller().image().partition(partition).orElseThrow().replicas();
    NodeId left = replicas.getLast();
    List<NodeId> lost = replicas.subList(0, 2);

    lost.forEach(cluster::powerOff);
    cluster.runForMs(10_000);
    assertThat(client.leader(partition)).as("waits").isEmpty();

    cluster.runUntil(
        "it is done", 5_000, () -> recover("t") != WireError.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    cluster.runUntil("it leads", 5_000, () -> client.leader(partition).isPresent());
    assertThat(client.leader(partition)).contains(left);
    assertThat(client.produce(left, partition, "alone"))
        .isInstanceOf(AppendOutcome.Committed.class);
    assertThat(client.values(left, partition)).containsExactly("before", "alone");

    lost.forEach(cluster::start);
    cluster.runForMs(5_000);
    client.produceUntilCommitted(partition, "after");
    NodeId leader = client.leader(partition).orElseThrow();
    assertThat(client.values(leader, partition)).containsExactly("before", "alone", "after");
  }

  @Test
  void whatWasDeletedOfTheLostRecordsTakesNothingOfTheNewOnes() {
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    client.produceUntilCommitted(partition, "before");
    cluster.runForMs(1_000);
    List<NodeId> replicas =
        client.controller().image().partition(partition).orElseThrow().replicas();
    NodeId left = replicas.getLast();
    List<NodeId> lost = replicas.subList(0, 2);
    cluster.voters().forEach(node -> cluster.cut(left, node));
    for (int i = 0; i < 6; i++) {
      client.produceUntilCommitted(partition, "lost" + i);
    }
    var deleted = new Pending<DeleteOutcome>();
    cluster
        .node(client.leader(partition).orElseThrow())
        .partitions()
        .deleteRecords(partition, 6, cluster.scheduler().nowMs() + 30_000, Runnable::run, deleted);
    cluster.runUntil("deleted", 40_000, deleted::isThere);
    assertThat(deleted.get()).isEqualTo(new DeleteOutcome.Deleted(6));
    NodeId leader = client.leader(partition).orElseThrow();
    cluster.powerOff(leader);
    cluster.start(leader);
    client.produceUntilCommitted(partition, "lost too");
    assertThat(client.controller().image().partition(partition).orElseThrow().logStart())
        .as("an election has heard of it")
        .isEqualTo(6);

    lost.forEach(cluster::powerOff);
    cluster.mendAll();
    cluster.runForMs(10_000);
    cluster.runUntil(
        "it is done", 5_000, () -> recover("t") != WireError.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    cluster.runUntil("it leads", 5_000, () -> client.leader(partition).isPresent());
    for (int i = 0; i < 8; i++) {
      client.produceUntilCommitted(partition, "new" + i);
    }
    cluster.runForMs(2_000);

    assertThat(client.read(left, partition, 0))
        .as("one record was left, and was to be deleted; the new ones are all there")
        .isInstanceOfSatisfying(
            ReadOutcome.Refused.class,
            refused -> {
              assertThat(refused.logStart()).isEqualTo(1);
              assertThat(refused.highWatermark()).isEqualTo(9);
            });
  }
}
