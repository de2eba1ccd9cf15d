package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.PartitionImage;
import io.dure.runtime.MetadataRecovery.Found;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Most voters of the metadata are lost for good, at any moment: whoever is left and knows most goes
 * on, the others follow, and no partition that has a majority of its copies loses anything.
 */
class MetadataRecoveryTest {
  private static final UUID RECOVERED = new UUID(7, 7);
  private static final int NODES = 5;

  private final Map<PartitionId, List<String>> acknowledged = new HashMap<>();
  private final List<PartitionId> partitions = new ArrayList<>();

  static LongStream seeds() {
    return LongStream.range(0, Integer.getInteger("recovery.seeds", 40));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whoIsLeftGoesOn(long seed) {
    var random = new Random(seed);
    var cluster = new SimCluster(seed, NODES, 1).startAll();
    var client = new SimClient(cluster);
    client.awaitServing();
    live(cluster, client, random);

    var order = new ArrayList<>(cluster.voters());
    Collections.shuffle(order, random);
    List<NodeId> lost = order.subList(0, 3);
    List<NodeId> left = order.subList(3, NODES);
    order.forEach(random.nextBoolean() ? cluster::kill : cluster::powerOff);
    Map<NodeId, Found> found = new HashMap<>();
    left.forEach(
        node -> found.put(node, MetadataRecovery.look(cluster.disk(node), cluster.voters())));
    NodeId best = Collections.max(left, Comparator.comparing(found::get));
    NodeId other = left.get(left.getFirst().equals(best) ? 1 : 0);
    Map<PartitionId, PartitionImage> before = new HashMap<>();
    partitions.forEach(partition ->
        before.put(partition, found.get(best).image().partition(partition).orElseThrow()));
    MetadataRecovery.goOnAlone(cluster.disk(best), best, cluster.voters(), RECOVERED);
    MetadataRecovery.startAnew(cluster.disk(other));
    cluster.foundedBy(List.of(best));
    left.forEach(cluster::start);

    client.awaitServing();
    assertThat(client.controller().image().clusterId()).contains(RECOVERED);
    assertThat(client.controller().image().voters())
        .contains(best)
        .doesNotContainAnyElementsOf(lost);
    for (PartitionId partition : partitions) {
      PartitionImage was = before.get(partition);
      if (was.replicas().stream().filter(left::contains).count() >= was.commitQuorum()) {
        goesOn(cluster, client, partition);
        assertThat(client.controller().image().partition(partition).orElseThrow().epoch())
            .isGreaterThan(was.epoch() + 999);
      } else {
        assertThat(client.leader(partition)).isEmpty();
      }
    }
    cluster.runUntil(
        "who is lost is known to be away",
        15_000,
        () -> lost.stream().noneMatch(client.controller().image()::isLive));
    TopicId topic = client.createTopic("afterwards", 1, 2);
    client.produceUntilCommitted(new PartitionId(topic, 0), "new");
  }

  private void goesOn(SimCluster cluster, SimClient client, PartitionId partition) {
    cluster.runUntil("led " + partition, 8_000, () -> client.leader(partition).isPresent());
    client.produceUntilCommitted(partition, "afterwards");
    NodeId leader = client.leader(partition).orElseThrow();
    assertThat(client.values(leader, partition))
        .containsAll(acknowledged.getOrDefault(partition, List.of()))
        .endsWith("afterwards");
  }

  /** Topics are made and written while nodes die and come back. */
  private void live(SimCluster cluster, SimClient client, Random random) {
    for (int i = 0; i < 3; i++) {
      TopicId topic = client.createTopic("t" + i, 3, 3);
      for (int index = 0; index < 3; index++) {
        partitions.add(new PartitionId(topic, index));
      }
    }
    Optional<NodeId> away = Optional.empty();
    int actions = 5 + random.nextInt(30);
    for (int i = 0; i < actions; i++) {
      if (random.nextInt(4) == 0) {
        if (away.isPresent()) {
          cluster.start(away.get());
          away = Optional.empty();
        } else {
          away = Optional.of(cluster.voters().get(random.nextInt(NODES)));
          cluster.kill(away.get());
        }
      }
      write(cluster, client, partitions.get(random.nextInt(partitions.size())), "v" + i);
      cluster.runForMs(random.nextInt(400));
    }
    away.ifPresent(cluster::start);
    cluster.runForMs(random.nextInt(50));
  }

  private void write(SimCluster cluster, SimClient client, PartitionId partition, String value) {
    Optional<NodeId> leader = client.leader(partition);
    if (leader.isPresent()) {
      Pending<AppendOutcome> answer = client.send(leader.get(), partition, value);
      cluster.runForMs(50);
      if (answer.isThere() && answer.get() instanceof AppendOutcome.Committed) {
        acknowledged.computeIfAbsent(partition, _ -> new ArrayList<>()).add(value);
      }
    }
  }
}
