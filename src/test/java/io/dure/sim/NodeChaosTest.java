package io.dure.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.LogRecord;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.sim.SimClient.Pending;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole nodes are killed, lose power, freeze and are cut off, in any order: what was acknowledged
 * stays where it is, what was read never changes, and when all is well again writes go on.
 */
class NodeChaosTest {
  private static final int PARTITIONS = 3;

  private record At(PartitionId partition, long offset) {}

  private record Sent(PartitionId partition, String value, Pending<AppendOutcome> answer) {}

  private final List<Sent> sent = new ArrayList<>();
  private final Map<At, String> acknowledged = new HashMap<>();
  private final Map<At, String> read = new HashMap<>();

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsAcknowledgedStaysAndWritesGoOnAfterwards(long seed) {
    SimCluster cluster =
        new SimCluster(seed, 3, 1 + (int) (seed % 2))
            .tuned(settings ->
                settings.withSnapshotRecords(40).withStarted("log.segment.bytes", "4000"))
            .startAll();
    SimClient client = new SimClient(cluster);
    client.awaitServing();
    TopicId topic = client.createTopic("t", PARTITIONS, 3);

    for (int step = 0; step < 400; step++) {
      cluster.runForMs(cluster.rng().between(1, 60));
      mischief(cluster);
      send(cluster, client, topic, step);
      look(cluster, client, topic);
      take();
    }
    heal(cluster);
    client.awaitServing();
    for (int p = 0; p < PARTITIONS; p++) {
      client.produceUntilCommitted(new PartitionId(topic, p), "healed " + p);
    }
    cluster.runForMs(6_000);
    for (int p = 0; p < PARTITIONS; p++) {
      client.awaitLeader(new PartitionId(topic, p));
    }
    take();

    assertThat(sent).allMatch(each -> each.answer().isThere() || wasLost(each));
    assertThat(acknowledged).isNotEmpty();
    for (int p = 0; p < PARTITIONS; p++) {
      check(client, new PartitionId(topic, p));
    }
  }

  private final Set<Sent> lost = new HashSet<>();

  /** Sent to a node that died before it could answer. */
  private boolean wasLost(Sent each) {
    return lost.contains(each);
  }

  private void mischief(SimCluster cluster) {
    SimRng rng = cluster.rng();
    NodeId node = rng.pick(cluster.voters());
    NodeId other = rng.pick(cluster.voters());
    SimNode sim = cluster.sim(node);
    switch (rng.below(60)) {
      case 0, 1 -> {
        if (!sim.isDead()) {
          cluster.kill(node);
          loseUnanswered();
        }
      }
      case 2 -> {
        if (!sim.isDead()) {
          cluster.powerOff(node);
          loseUnanswered();
        }
      }
      case 3 -> {
        if (rng.below(10) == 0) {
          cluster.alive().forEach(each -> cluster.powerOff(each.id()));
          loseUnanswered();
        }
      }
      case 4, 5, 6, 7, 8, 9 -> {
        if (sim.isDead()) {
          cluster.start(node);
        }
      }
      case 10 -> sim.freeze();
      case 11, 12, 13 -> sim.thaw();
      case 14 -> {
        if (!node.equals(other)) {
          cluster.cut(node, other);
        }
      }
      case 15, 16, 17 -> cluster.mendAll();
      default -> {}
    }
  }

  private void loseUnanswered() {
    sent.stream().filter(each -> !each.answer().isThere()).forEach(lost::add);
  }

  private void send(SimCluster cluster, SimClient client, TopicId topic, int step) {
    PartitionId partition = new PartitionId(topic, cluster.rng().below(PARTITIONS));
    for (SimNode node : cluster.alive()) {
      Optional<NodeId> believed =
          node.node().leaderForClients(partition).map(leadership -> leadership.leader());
      if (believed.equals(Optional.of(node.id()))) {
        String value = "v" + step + "@" + node.id();
        sent.add(
            new Sent(
                partition,
                value,
                client.send(node.id(), partition, SimClient.batch(value), 1_000)));
      }
    }
  }

  private void look(SimCluster cluster, SimClient client, TopicId topic) {
    PartitionId partition = new PartitionId(topic, cluster.rng().below(PARTITIONS));
    for (SimNode node : cluster.alive()) {
      if (node.isFrozen()) {
        continue;
      }
      long offset = cluster.rng().below(1 + acknowledged.size());
      if (client.read(node.id(), partition, offset) instanceof ReadOutcome.Found found) {
        for (LogRecord record : records(found)) {
          assertThat(read.merge(new At(partition, record.offset()), text(record), (old, _) -> old))
              .as("what %s reads at %d of %s", node.id(), record.offset(), partition)
              .isEqualTo(text(record));
        }
      }
    }
  }

  private static List<LogRecord> records(ReadOutcome.Found found) {
    ByteBuffer bytes = ByteBuffer.allocate(found.slice().sizeBytes());
    found.slice().file().read(found.slice().position(), bytes);
    return LogRecord.in(bytes.flip());
  }

  private static String text(LogRecord record) {
    return StandardCharsets.UTF_8.decode(record.value().orElseThrow().duplicate()).toString();
  }

  private void take() {
    for (Sent each : sent) {
      if (each.answer().isThere()
          && each.answer().get() instanceof AppendOutcome.Committed committed) {
        String before =
            acknowledged.put(new At(each.partition(), committed.baseOffset()), each.value());
        assertThat(before).isIn(null, each.value());
      }
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

  private void check(SimClient client, PartitionId partition) {
    List<String> log = client.values(client.leader(partition).orElseThrow(), partition);
    acknowledged.forEach((at, value) -> {
      if (at.partition().equals(partition)) {
        assertThat(log.size()).as("acknowledged %s", at).isGreaterThan((int) at.offset());
        assertThat(log.get((int) at.offset())).as("acknowledged %s", at).isEqualTo(value);
      }
    });
    read.forEach((at, value) -> {
      if (at.partition().equals(partition)) {
        assertThat(log.size()).as("read %s", at).isGreaterThan((int) at.offset());
        assertThat(log.get((int) at.offset())).as("read %s", at).isEqualTo(value);
      }
    });
  }

  static LongStream seeds() {
    long first = Long.getLong("chaos.first", 1);
    return LongStream.range(first, first + Integer.getInteger("chaos.seeds", 20));
  }
}
