package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.DeleteOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.wire.WireError;
import org.junit.jupiter.api.Test;

/**
 * DeleteRecords with a timeout of 0: as in Apache Kafka it is the others who are not waited for.
 */
class DeletingWithoutPatienceTest {
  private static final int ROUNDS = 10;
  private static final long LONGER_THAN_A_TICK_US = 120_000;

  private final SimCluster cluster = new SimCluster(3, 3, 1);
  private final SimClient client = new SimClient(cluster);

  @Test
  void theLeadersOwnDiskIsWaitedFor() {
    cluster.voters().forEach(id -> cluster.start(id).longestFlushUs(LONGER_THAN_A_TICK_US));
    client.awaitServing();
    var partition = new PartitionId(client.createTopic("alone", 1, 1), 0);
    client.awaitLeader(partition);
    NodeId leader = client.leader(partition).orElseThrow();

    for (int round = 1; round <= ROUNDS; round++) {
      commitOneRecord(leader, partition);

      assertThat(deleteTo(round, leader, partition)).isEqualTo(new DeleteOutcome.Deleted(round));
    }
  }

  @Test
  void othersAreNot() {
    cluster.voters().forEach(cluster::start);
    client.awaitServing();
    var partition = new PartitionId(client.createTopic("copied", 1, 3), 0);
    client.awaitLeader(partition);
    NodeId leader = client.leader(partition).orElseThrow();
    commitOneRecord(leader, partition);
    cluster.voters().stream().filter(node -> !node.equals(leader)).forEach(cluster::kill);

    assertThat(deleteTo(1, leader, partition))
        .isEqualTo(new DeleteOutcome.Refused(WireError.REQUEST_TIMED_OUT, 1));
  }

  private DeleteOutcome deleteTo(long offset, NodeId leader, PartitionId partition) {
    Pending<DeleteOutcome> deleted = new Pending<>();
    cluster
        .node(leader)
        .partitions()
        .deleteRecords(partition, offset, cluster.scheduler().nowMs(), Runnable::run, deleted);
    cluster.runUntil("answered", 5_000, deleted::isThere);
    return deleted.get();
  }

  private void commitOneRecord(NodeId leader, PartitionId partition) {
    assertThat(client.produce(leader, partition, "v")).isInstanceOf(AppendOutcome.Committed.class);
  }
}
