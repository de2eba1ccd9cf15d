package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import io.dure.sim.SimDisk;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Whole nodes whose disks fill up: what is refused, what goes on, and what comes back by itself.
 */
class NearlyFullDiskTest {
  private static final long RESERVE = 200_000;

  private final SimCluster cluster =
      new SimCluster(11, 3, 1)
          .tuned(settings ->
              settings.withDiskReserveBytes(RESERVE).withStarted("log.segment.bytes", "20000"))
          .startAll();
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

  /** Leaves so much room on a node's disk, and time to notice. */
  private void leave(NodeId node, long bytes) {
    SimDisk disk = cluster.disk(node);
    disk.capacity(disk.usedBytes() + bytes);
    cluster.runForMs(500);
  }

  private void makeRoom(NodeId node) {
    cluster.disk(node).capacity(Long.MAX_VALUE);
    cluster.runForMs(500);
  }

  private List<NodeId> followers(NodeId leader) {
    return cluster.voters().stream().filter(node -> !node.equals(leader)).toList();
  }

  private static void assertRefused(AppendOutcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            AppendOutcome.Refused.class,
            refused -> {
              assertThat(refused.error()).isEqualTo(WireError.KAFKA_STORAGE_ERROR);
              assertThat(refused.reason()).contains("nearly full");
            });
  }

  @Test
  void aLeaderRefusesRecordsServesReadsAndGoesOnWhenThereIsRoom() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();

    leave(leader, RESERVE - 50_000);
    assertRefused(client.produce(leader, partition, "refused"));
    assertThat(client.values(leader, partition)).containsExactly("before");

    makeRoom(leader);
    assertThat(client.produce(leader, partition, "after"))
        .isInstanceOf(AppendOutcome.Committed.class);
    assertThat(client.values(leader, partition)).containsExactly("before", "after");
  }

  @Test
  void aFollowerWithoutRoomHoldsUpNothingAndCatchesUp() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();
    NodeId full = followers(leader).getFirst();
    NodeId other = followers(leader).getLast();

    leave(full, RESERVE / 4);
    for (int i = 0; i < 50; i++) {
      commit(partition, "v" + i);
    }
    assertThat(cluster.disk(full).usableBytes()).as("nothing was written there").isPositive();

    makeRoom(full);
    cluster.runForMs(3_000);
    cluster.kill(other);
    commit(partition, "with the one that was full");
    assertThat(client.values(client.leader(partition).orElseThrow(), partition))
        .containsExactlyElementsOf(committed);
  }

  @Test
  void aLeaderRefusesWhatNoMajorityHasRoomFor() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();

    followers(leader).forEach(node -> leave(node, RESERVE / 4));
    assertRefused(client.produce(leader, partition, "refused"));

    followers(leader).forEach(this::makeRoom);
    commit(partition, "after");
    assertThat(client.values(leader, partition)).containsExactly("before", "after");
  }

  @Test
  void whatCoordinatorsWriteGoesOnInTheReserve() {
    PartitionId partition = topic("__consumer_offsets");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();

    cluster.voters().forEach(node -> leave(node, RESERVE / 4));

    assertThat(client.produce(leader, partition, "in the reserve"))
        .isInstanceOf(AppendOutcome.Committed.class);
  }

  @Test
  void aTopicIsNoCoordinatorsForItsName() {
    PartitionId partition = topic("__mine");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();

    leave(leader, RESERVE - 50_000);

    assertRefused(client.produce(leader, partition, "refused"));
  }

  @Test
  void aDiskThatIsFullAllTheSameLosesNothingAcknowledged() {
    PartitionId partition = topic("t");
    commit(partition, "before");
    NodeId leader = client.leader(partition).orElseThrow();

    // Others fill it between two looks.
    SimDisk disk = cluster.disk(leader);
    cluster.sim(leader).observed(() -> {});
    disk.capacity(disk.usedBytes());
    client.send(leader, partition, "no room for this".repeat(5_000));
    cluster.runUntil("it stops", 2_000, () -> cluster.sim(leader).isDead());
    commit(partition, "by the others");

    makeRoom(leader);
    disk.crashProcess();
    cluster.start(leader);
    cluster.runForMs(5_000);
    commit(partition, "by all");
    assertThat(client.values(client.leader(partition).orElseThrow(), partition))
        .containsExactlyElementsOf(committed);
  }
}
