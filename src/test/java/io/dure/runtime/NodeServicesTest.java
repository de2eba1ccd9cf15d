package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.log.LogRecord;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.KeyValue;
import io.dure.runtime.Partitions.LeadershipListener;
import io.dure.runtime.Partitions.LedPartition;
import io.dure.sim.SimClient;
import io.dure.sim.SimClient.Pending;
import io.dure.sim.SimCluster;
import io.dure.sim.SimNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What a node does for the handlers above it, beyond plain appends and reads. */
class NodeServicesTest {
  private static final NodeId N1 = new NodeId(1);

  private final SimCluster cluster = new SimCluster(1, 3, 1);
  private final SimClient client = new SimClient(cluster);

  @Test
  void aRepeatedBatchIsAcknowledgedWithItsFirstOffsetAlsoByTheNextLeader() {
    start();
    PartitionId partition = new PartitionId(client.createTopic("t", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    client.produceUntilCommitted(partition, "before");
    Pending<AppendOutcome> first = client.send(leader, partition, idempotent("x", 77, 0), 5_000);
    cluster.runUntil("first", 2_000, first::isThere);

    cluster.kill(leader);
    client.awaitLeader(partition);
    NodeId next = client.leader(partition).orElseThrow();
    Pending<AppendOutcome> second = client.send(next, partition, idempotent("x", 77, 0), 5_000);
    cluster.runUntil("second", 2_000, second::isThere);

    assertThat(first.get()).isInstanceOf(AppendOutcome.Committed.class);
    assertThat(second.get())
        .isInstanceOfSatisfying(
            AppendOutcome.Committed.class, c -> assertThat(c.baseOffset()).isEqualTo(1));
    assertThat(client.values(next, partition)).containsExactly("before", "x");
  }

  /** The batch with a producer's id, epoch 0 and base sequence, and the checksum that fits. */
  private static ByteBuffer idempotent(String value, long producerId, int sequence) {
    ByteBuffer batch = SimClient.batch(value);
    batch.putLong(43, producerId);
    batch.putShort(51, (short) 0);
    batch.putInt(53, sequence);
    var crc = new CRC32C();
    crc.update(batch.slice(21, batch.limit() - 21));
    batch.putInt(17, (int) crc.getValue());
    return batch;
  }

  @Test
  void aListenerHearsOfEveryLeadershipAndReplaysWhatWasCommitted() {
    Map<NodeId, Recorder> recorders = new HashMap<>();
    start();
    for (SimNode node : cluster.alive()) {
      Recorder recorder = new Recorder();
      recorders.put(node.id(), recorder);
      node.node().partitions().listen("state", recorder);
    }
    PartitionId partition = new PartitionId(client.createTopic("state", 1, 3), 0);
    NodeId leader = client.leader(partition).orElseThrow();
    cluster.runUntil("opened", 1_000, () -> recorders.get(leader).led.isPresent());
    Pending<AppendOutcome> answer = new Pending<>();
    cluster
        .sim(leader)
        .loop()
        .execute(() ->
            recorders
                .get(leader)
                .led
                .orElseThrow()
                .append(
                    List.of(
                        new KeyValue(bytes("k"), Optional.of(bytes("v"))),
                        new KeyValue(bytes("k"), Optional.empty())),
                    answer));
    cluster.runUntil("appended", 2_000, answer::isThere);
    assertThat(answer.get()).isInstanceOf(AppendOutcome.Committed.class);

    cluster.kill(leader);
    client.awaitLeader(partition);
    NodeId next = client.leader(partition).orElseThrow();
    cluster.runUntil("opened", 1_000, () -> recorders.get(next).led.isPresent());

    assertThat(recorders.get(next).replayed).containsExactly("k=v", "k gone");
    assertThat(recorders.get(next).ticks).isNotNegative();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Keeps what it is told. */
  private static final class Recorder implements LeadershipListener {
    private final List<String> replayed = new ArrayList<>();
    private Optional<LedPartition> led = Optional.empty();
    private int ticks;

    @Override
    public void opened(PartitionId partition, int epoch, LedPartition log) {
      led = Optional.of(log);
      long offset = log.startOffset();
      for (Optional<ByteBuffer> bytes = log.readCommitted(offset, 1 << 20);
          bytes.isPresent();
          bytes = log.readCommitted(offset, 1 << 20)) {
        for (LogRecord record : LogRecord.in(bytes.get())) {
          String key = StandardCharsets.UTF_8.decode(record.key().orElseThrow()).toString();
          replayed.add(
              record.value().isPresent()
                  ? key + "=" + StandardCharsets.UTF_8.decode(record.value().get())
                  : key + " gone");
          offset = record.offset() + 1;
        }
      }
    }

    @Override
    public void resigned(PartitionId partition, int epoch) {
      led = Optional.empty();
    }

    @Override
    public void tick(PartitionId partition, long nowMs) {
      ticks++;
    }
  }

  @Test
  void aDeletedTopicLeavesNothingBehindNotEvenWhereItsNodeWasAway() {
    start();
    TopicId topic = client.createTopic("t", 2, 3);
    client.produceUntilCommitted(new PartitionId(topic, 0), "a");
    NodeId away =
        cluster.voters().stream()
            .filter(node -> cluster.node(node) != client.controller())
            .findFirst()
            .orElseThrow();
    cluster.kill(away);
    Pending<Optional<Answer>> answer = new Pending<>();
    client
        .controller()
        .command(
            new Command.DeleteTopics(List.of(new Command.TopicRef.ById(topic))),
            Runnable::run,
            answer);
    cluster.runUntil("deleted", 2_000, answer::isThere);
    cluster.start(away);
    client.awaitServing();
    cluster.runForMs(200);

    for (NodeId node : cluster.voters()) {
      assertThat(cluster.disk(node).list(""))
          .as("%s", node)
          .noneMatch(name -> name.startsWith("t-"));
    }
  }

  @Test
  void anyNodeGetsTheControllersAnswerAlsoAcrossItsFall() {
    start();
    for (SimNode node : cluster.alive()) {
      answersWithItsName(node);
    }
    Node controller = client.controller();
    NodeId asker =
        cluster.voters().stream()
            .filter(node -> cluster.node(node) != controller)
            .findFirst()
            .orElseThrow();

    assertThat(ask(asker)).contains("n" + idOf(controller).value());
    cluster.kill(idOf(controller));
    assertThat(ask(asker)).contains("n" + idOf(client.controller()).value());
  }

  private NodeId idOf(Node node) {
    return cluster.alive().stream()
        .filter(each -> each.node() == node)
        .map(SimNode::id)
        .findFirst()
        .orElseThrow();
  }

  private static void answersWithItsName(SimNode node) {
    node.node()
        .answerAsks((_, answer) ->
            answer.accept(Optional.of(ByteBuffer.wrap(bytes(node.id().toString())))));
  }

  private Optional<String> ask(NodeId asker) {
    Pending<Optional<ByteBuffer>> answer = new Pending<>();
    cluster
        .node(asker)
        .ask(
            ByteBuffer.wrap(bytes("?")),
            cluster.scheduler().nowMs() + 5_000,
            Runnable::run,
            answer);
    cluster.runUntil("answered", 6_000, answer::isThere);
    return answer.get().map(bytes -> StandardCharsets.UTF_8.decode(bytes.duplicate()).toString());
  }

  @Test
  void anyNodeIsAskedByAnyOtherAndByItself() {
    start();
    cluster.alive().forEach(NodeServicesTest::answersAsItself);
    for (NodeId asker : cluster.voters()) {
      for (NodeId asked : cluster.voters()) {
        assertThat(askNode(asker, asked, 2_000).get()).contains("" + asked);
      }
    }
  }

  @Test
  void whoAsksANodeThatIsGoneIsToldNothing() {
    start();
    cluster.alive().forEach(NodeServicesTest::answersAsItself);
    NodeId asked = new NodeId(2);
    cluster.kill(asked);

    assertThat(askNode(N1, asked, 2_000).get()).isEmpty();
  }

  @Test
  void whoGetsNoAnswerIsToldSoWhenTheTimeIsOver() {
    start();
    NodeId asked = new NodeId(2);
    cluster.node(asked).answerNodeAsks((_, _) -> {});
    long began = cluster.scheduler().nowMs();

    assertThat(askNode(N1, asked, 300).get()).isEmpty();
    assertThat(cluster.scheduler().nowMs() - began).isBetween(300L, 400L);
  }

  private static void answersAsItself(SimNode node) {
    node.node()
        .answerNodeAsks((_, answer) ->
            answer.accept(Optional.of(ByteBuffer.wrap(bytes(node.id().toString())))));
  }

  private Pending<Optional<String>> askNode(NodeId asker, NodeId asked, long withinMs) {
    Pending<Optional<String>> answer = new Pending<>();
    cluster
        .node(asker)
        .askNode(
            asked,
            ByteBuffer.wrap(bytes("?")),
            cluster.scheduler().nowMs() + withinMs,
            Runnable::run,
            bytes ->
                answer.accept(
                    bytes.map(b -> StandardCharsets.UTF_8.decode(b.duplicate()).toString())));
    cluster.runUntil("answered", withinMs + 1_000, answer::isThere);
    return answer;
  }

  @Test
  void aNodeThatWasAwayForLongGetsASnapshot() {
    cluster.tuned(settings -> settings.withSnapshotRecords(20));
    start();
    NodeId away =
        cluster.voters().stream()
            .filter(node -> cluster.node(node) != client.controller())
            .findFirst()
            .orElseThrow();
    cluster.kill(away);
    cluster.disk(away).list("").forEach(cluster.disk(away)::delete);
    for (int i = 0; i < 40; i++) {
      client.createTopic("t" + i, 1, 3);
    }
    cluster.runForMs(500);

    cluster.start(away);
    client.awaitServing();

    assertThat(cluster.node(away).image().topics()).hasSize(40);
    assertThat(cluster.disk(away).list("__cluster_metadata-0"))
        .anyMatch(name -> name.endsWith(".checkpoint"));
  }

  @Test
  void aNodeAloneServesAgainAfterItWasClosed() {
    SimCluster alone = new SimCluster(5, 1, 2).startAll();
    SimClient its = new SimClient(alone);
    its.awaitServing();
    PartitionId partition = new PartitionId(its.createTopic("t", 1, 1), 0);
    its.produceUntilCommitted(partition, "a");
    var closed = new Pending<String>();

    alone.node(N1).close(() -> closed.accept("closed"));
    alone.runUntil("closed", 2_000, closed::isThere);
    alone.sim(N1).die();
    alone.start(N1);
    its.awaitLeader(partition);

    assertThat(its.values(N1, partition)).containsExactly("a");
  }

  private void start() {
    cluster.startAll();
    client.awaitServing();
  }
}
