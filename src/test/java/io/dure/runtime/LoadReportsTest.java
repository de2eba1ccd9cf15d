package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.log.BatchBuilder;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the controller hears of how heavy partitions are, and how soon. */
class LoadReportsTest {
  private static final int PARTITIONS = 9;

  /** Two rounds of looks, and a look of the controller's. */
  private static final long SOON_MS = 60_000;

  private static final long MB = 1L << 20;

  private final SimCluster cluster = new SimCluster(7, 3, 2).startAll();
  private final SimClient client = new SimClient(cluster);

  private Map<NodeId, Answer.Carried> loads() {
    Pending<Optional<Answer>> answer = new Pending<>();
    client.controller().command(new Command.DescribeBalance(), Runnable::run, answer);
    client.until(answer);
    return ((Answer.Balance) answer.get().orElseThrow()).loads();
  }

  private static ByteBuffer megabytes(int count) {
    return new BatchBuilder()
        .add(Optional.empty(), Optional.of(new byte[(int) (count * MB)]), 1_700_000_000_000L)
        .build();
  }

  private PartitionId topic() {
    client.awaitServing();
    TopicId topic = client.createTopic("t", PARTITIONS, 3);
    // What comes before the first look is not counted.
    cluster.runForMs(15_000);
    return new PartitionId(topic, 0);
  }

  private NodeId write(PartitionId partition, int megabytes) {
    NodeId leader = client.leader(partition).orElseThrow();
    var answer = client.send(leader, partition, megabytes(megabytes), 10_000);
    client.until(answer);
    assertThat(answer.get()).isInstanceOf(AppendOutcome.Committed.class);
    return leader;
  }

  private void awaitKnown(NodeId leader, long atLeast) {
    cluster.runUntil(
        "it is known",
        SOON_MS,
        () -> {
          cluster.runForMs(1_000);
          var loads = loads();
          return loads.size() == 3
              && loads.values().stream().allMatch(each -> each.bytes() >= atLeast)
              && loads.get(leader).bytesPerSecond() > 0;
        });
  }

  @Test
  void theControllerSoonKnowsWhatIsHeavy() {
    PartitionId partition = topic();
    NodeId leader = write(partition, 10);

    awaitKnown(leader, 10 * MB);
    write(partition, 8);
    awaitKnown(leader, 18 * MB);

    // Nobody else took anything in.
    assertThat(loads())
        .allSatisfy((node, load) -> {
          if (!node.equals(leader)) {
            assertThat(load.bytesPerSecond()).isZero();
          }
          assertThat(load.bytes()).isLessThan(19 * MB);
        });
  }

  @Test
  void aNewControllerHearsAllOfItAgain() {
    PartitionId partition = topic();
    NodeId leader = write(partition, 10);
    awaitKnown(leader, 10 * MB);
    NodeId old =
        cluster.alive().stream()
            .filter(node -> node.node().metadata().controllerHere())
            .findFirst()
            .orElseThrow()
            .id();

    cluster.kill(old);
    cluster.runUntil(
        "another",
        5_000,
        () -> cluster.alive().stream().anyMatch(n -> n.node().metadata().controllerHere()));
    assertThat(loads()).isEmpty();
    cluster.start(old);

    client.awaitServing();
    cluster.runUntil(
        "it is known",
        SOON_MS,
        () -> {
          cluster.runForMs(1_000);
          return loads().size() == 3
              && loads().values().stream().allMatch(each -> each.bytes() >= 10 * MB);
        });
  }

  /** It has followed, and so seen the same records come. */
  @Test
  void whoLeadsNextKnowsTheTrafficAtOnce() {
    TopicId topic = topic().topic();
    PartitionId partition =
        IntStream.range(0, PARTITIONS)
            .mapToObj(i -> new PartitionId(topic, i))
            .filter(each ->
                !cluster.node(client.leader(each).orElseThrow()).metadata().controllerHere())
            .findFirst()
            .orElseThrow();
    NodeId leader = client.leader(partition).orElseThrow();
    for (int i = 0; i < 90; i++) {
      write(partition, 1);
      cluster.runForMs(1_000);
    }
    assertThat(loads().get(leader).bytesPerSecond()).isGreaterThan(MB / 2);

    cluster.kill(leader);
    cluster.runForMs(20_000);

    NodeId next = client.leader(partition).orElseThrow();
    assertThat(next).isNotEqualTo(leader);
    assertThat(loads().get(next).bytesPerSecond()).isGreaterThan(MB / 3);
  }

  /** Nobody says that a report was lost; it is said again. */
  @Test
  void whatWasLostIsToldAgain() {
    PartitionId partition = topic();
    NodeId leader = write(partition, 10);
    NodeId controller =
        client.controller().image().brokers().stream()
            .map(broker -> broker.node())
            .filter(node -> cluster.node(node).metadata().controllerHere())
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < 5; i++) {
      // For a moment only: nobody misses the other.
      for (NodeId node : cluster.voters()) {
        if (!node.equals(controller)) {
          cluster.cut(controller, node);
        }
      }
      cluster.runForMs(300);
      cluster.mendAll();
      cluster.runForMs(1_500);
    }

    awaitKnown(leader, 10 * MB);
  }
}
