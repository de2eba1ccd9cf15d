package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.balance.Slack;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.BalanceSettings;
import io.dure.controller.ControllerSettings;
import io.dure.log.BatchBuilder;
import io.dure.metadata.PartitionImage;
import io.dure.quorum.QuorumSettings;
import io.dure.replication.ReplicaSettings;
import io.dure.sim.SimClient;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whole nodes for many minutes, at the times of production; only that a thousandth of the bytes is
 * worth a move, as a simulated disk is in memory.
 */
class EveningByWeightTest {
  private static final int PARTITIONS = 12;
  private static final int MINUTES = 20;
  private static final Slack THOUSANDTH = new Slack(true, 256 << 10, 0.2, 4 << 10, 0.5);

  private final Random random = new Random(3);
  private final SimCluster cluster =
      new SimCluster(11, 3, 2)
          .paced(
              new SimNode.Pace(
                  QuorumSettings.DEFAULT,
                  ReplicaSettings.DEFAULT,
                  ControllerSettings.DEFAULTS.withBalance(
                      BalanceSettings.DEFAULTS.withWeighing(THOUSANDTH, 30_000, 600_000))))
          .startAll();
  private final SimClient client = new SimClient(cluster);
  private TopicId topic = new TopicId(new UUID(0, 0));

  private void create(int copies) {
    client.awaitServing();
    topic = client.createTopic("t", PARTITIONS, copies);
  }

  private List<PartitionImage> partitions() {
    return client.controller().image().topic(topic).orElseThrow().partitions();
  }

  private List<List<NodeId>> replicas() {
    return partitions().stream().map(PartitionImage::replicas).toList();
  }

  private static ByteBuffer bytes(int count) {
    return new BatchBuilder()
        .add(Optional.empty(), Optional.of(new byte[count]), 1_700_000_000_000L)
        .build();
  }

  /** Every five seconds each partition is given some. */
  private void write(int minutes, IntUnaryOperator bytes) {
    for (int i = 0; i < minutes * 12; i++) {
      for (int p = 0; p < PARTITIONS; p++) {
        int now = bytes.applyAsInt(p);
        PartitionId partition = new PartitionId(topic, p);
        client
            .leader(partition)
            .ifPresent(leader -> client.send(leader, partition, bytes(now), 1_000));
      }
      cluster.runForMs(5_000);
    }
  }

  @Test
  void anEvenLoadMovesNothing() {
    create(1);
    List<List<NodeId>> before = replicas();

    // Some 48 kB a second, no two partitions the same, bursts now and then.
    write(MINUTES, _ -> random.nextInt(30_000) + (random.nextInt(60) == 0 ? 200_000 : 5_000));

    assertThat(replicas()).isEqualTo(before);
  }

  @Test
  void aHeavyBrokerGivesSomeOfItAway() {
    create(1);
    List<NodeId> before = partitions().stream().map(p -> p.replicas().getFirst()).toList();
    NodeId heavy = new NodeId(1);

    write(3, p -> before.get(p).equals(heavy) ? 30_000 : 1_000);
    cluster.runForMs(60_000);

    List<NodeId> then = partitions().stream().map(p -> p.replicas().getFirst()).toList();
    assertThat(
            IntStream.range(0, PARTITIONS)
                .filter(p -> before.get(p).equals(heavy) && then.get(p).equals(heavy)))
        .hasSizeLessThan(3);
    for (int broker = 1; broker <= 3; broker++) {
      NodeId node = new NodeId(broker);
      assertThat(then).filteredOn(node::equals).hasSize(4);
    }
    // What was evened stays.
    write(5, _ -> 3_000);
    assertThat(partitions().stream().map(p -> p.replicas().getFirst())).isEqualTo(then);
  }

  @Test
  void busyLeadersAreSpread() {
    create(3);
    List<NodeId> before = partitions().stream().map(p -> p.replicas().getFirst()).toList();
    NodeId busy = new NodeId(1);
    List<Integer> heavy =
        IntStream.range(0, PARTITIONS).filter(p -> before.get(p).equals(busy)).boxed().toList();

    write(6, p -> heavy.contains(p) ? 40_000 : 1_000);

    assertThat(heavy)
        .filteredOn(p -> client.leader(new PartitionId(topic, p)).equals(Optional.of(busy)))
        .hasSizeLessThan(3);
    for (int broker = 1; broker <= 3; broker++) {
      NodeId node = new NodeId(broker);
      assertThat(partitions()).filteredOn(p -> p.replicas().getFirst().equals(node)).hasSize(4);
    }
  }
}
