package io.dure.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Leadership;
import io.dure.sim.SimClient.Pending;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A producer that sends each batch until it is acknowledged, to whoever claims to lead, while nodes
 * die, freeze and are cut off: every batch is in the log once and in order, and none is ever called
 * out of order.
 */
class IdempotentChaosTest {
  private static final long PRODUCER = 77;
  private static final int STEPS = 400;

  /** As clients do: who was told of a leader does not believe in one of an older epoch. */
  private int newestEpoch;

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyBatchOfAnIdempotentProducerIsThereOnceAndInOrder(long seed) {
    SimCluster cluster =
        new SimCluster(seed, 3, 1)
            .tuned(settings ->
                settings.withSnapshotRecords(40).withStarted("log.segment.bytes", "4000"))
            .startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);

    int sequence = 0;
    for (int step = 0; step < STEPS; step++) {
      Optional<Pending<AppendOutcome>> answer = send(cluster, client, partition, sequence);
      cluster.runForMs(cluster.rng().between(1, 60));
      mischief(cluster);
      cluster.runForMs(cluster.rng().between(1, 60));
      sequence += isCommitted(answer) ? 1 : 0;
    }
    heal(cluster);
    client.awaitServing();
    int last = sequence;
    for (int tries = 0; tries < 200 && last == sequence; tries++) {
      client.awaitLeader(partition);
      Optional<Pending<AppendOutcome>> answer = send(cluster, client, partition, sequence);
      cluster.runForMs(100);
      sequence += isCommitted(answer) ? 1 : 0;
    }
    assertThat(sequence).isEqualTo(last + 1);

    assertThat(client.values(client.leader(partition).orElseThrow(), partition))
        .isEqualTo(IntStream.range(0, sequence).mapToObj(i -> "v" + i).toList());
  }

  private Optional<Pending<AppendOutcome>> send(
      SimCluster cluster, SimClient client, PartitionId partition, int sequence) {
    List<NodeId> claimants = new ArrayList<>();
    for (SimNode node : cluster.alive()) {
      Optional<Leadership> claim =
          node.node()
              .leaderForClients(partition)
              .filter(leadership -> leadership.leader().equals(node.id()))
              .filter(leadership -> leadership.epoch() >= newestEpoch);
      if (claim.filter(leadership -> leadership.epoch() > newestEpoch).isPresent()) {
        claimants.clear();
      }
      if (claim.isPresent()) {
        newestEpoch = claim.get().epoch();
        claimants.add(node.id());
      }
    }
    return claimants.isEmpty()
        ? Optional.empty()
        : Optional.of(
            client.send(cluster.rng().pick(claimants), partition, batch(sequence), 1_000));
  }

  private static boolean isCommitted(Optional<Pending<AppendOutcome>> pending) {
    if (pending.isEmpty() || !pending.get().isThere()) {
      return false;
    }
    return switch (pending.get().get()) {
      case AppendOutcome.Committed _ -> true;
      case AppendOutcome.Refused refused -> {
        assertThat(refused.error())
            .as(refused.reason())
            .isNotIn(WireError.OUT_OF_ORDER_SEQUENCE_NUMBER, WireError.INVALID_PRODUCER_EPOCH);
        yield false;
      }
    };
  }

  private static ByteBuffer batch(int sequence) {
    ByteBuffer batch = SimClient.batch("v" + sequence);
    batch.putLong(43, PRODUCER).putShort(51, (short) 0).putInt(53, sequence);
    var crc = new CRC32C();
    crc.update(batch.slice(21, batch.limit() - 21));
    return batch.putInt(17, (int) crc.getValue());
  }

  private static void mischief(SimCluster cluster) {
    SimRng rng = cluster.rng();
    NodeId node = rng.pick(cluster.voters());
    NodeId other = rng.pick(cluster.voters());
    SimNode sim = cluster.sim(node);
    switch (rng.below(40)) {
      case 0 -> kill(cluster, sim);
      case 1 -> powerOff(cluster, sim);
      case 2 -> {
        if (rng.below(6) == 0) {
          cluster.alive().forEach(each -> cluster.powerOff(each.id()));
        }
      }
      case 3, 4, 5, 6, 7 -> {
        if (sim.isDead()) {
          cluster.start(node);
        }
      }
      case 8 -> sim.freeze();
      case 9, 10, 11 -> sim.thaw();
      case 12 -> {
        if (!node.equals(other)) {
          cluster.cut(node, other);
        }
      }
      case 13, 14, 15 -> cluster.mendAll();
      default -> {}
    }
  }

  private static void kill(SimCluster cluster, SimNode sim) {
    if (!sim.isDead()) {
      cluster.kill(sim.id());
    }
  }

  private static void powerOff(SimCluster cluster, SimNode sim) {
    if (!sim.isDead()) {
      cluster.powerOff(sim.id());
    }
  }

  private static void heal(SimCluster cluster) {
    cluster.alive().forEach(SimNode::thaw);
    for (NodeId node : cluster.voters()) {
      if (cluster.sim(node).isDead()) {
        cluster.start(node);
      }
    }
    cluster.mendAll();
  }

  static LongStream seeds() {
    long first = Long.getLong("chaos.first", 1);
    return LongStream.range(first, first + Integer.getInteger("chaos.seeds", 10));
  }
}
