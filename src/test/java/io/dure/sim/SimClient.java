package io.dure.sim;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.broker.TopicNames;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.log.BatchBuilder;
import io.dure.log.LogRecord;
import io.dure.runtime.Node;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What a client does to a simulated cluster; waits in virtual time for each answer. */
public final class SimClient {
  private static final Executor HERE = Runnable::run;

  private final SimCluster cluster;

  public SimClient(SimCluster cluster) {
    this.cluster = cluster;
  }

  /** An answer that is still to come. */
  public static final class Pending<T> implements Consumer<T> {
    private final List<T> answers = new ArrayList<>(1);

    @Override
    public void accept(T answer) {
      if (!answers.isEmpty()) {
        throw new AssertionError("answered twice: " + answers.getFirst() + " and " + answer);
      }
      answers.add(answer);
    }

    public boolean isThere() {
      return !answers.isEmpty();
    }

    public T get() {
      return answers.getFirst();
    }
  }

  /** The node whose controller is active, once there is one. */
  public Node controller() {
    cluster.runUntil("a controller", 5_000, () -> findController().isPresent());
    return findController().orElseThrow();
  }

  private Optional<Node> findController() {
    return cluster.alive().stream()
        .map(SimNode::node)
        .filter(node -> node.metadata().controllerHere())
        .findFirst();
  }

  public void until(Pending<?> answer) {
    cluster.runUntil("an answer", 2_000, answer::isThere);
  }

  public void awaitServing() {
    cluster.runUntil(
        "all that live are serving",
        5_000,
        () -> cluster.alive().stream().allMatch(node -> node.node().isServing()));
  }

  /** Makes a topic, internal if Kafka's of that name is, and waits until all of it is led. */
  public TopicId createTopic(String name, int partitions, int replicas) {
    TopicId id = new TopicId(new UUID(cluster.rng().nextLong(), cluster.rng().nextLong()));
    Pending<Optional<Answer>> answer = new Pending<>();
    boolean internal = TopicNames.internal(name);
    var topic = new Command.NewTopic(id, name, partitions, replicas, List.of(), Map.of(), internal);
    controller().command(new Command.CreateTopics(List.of(topic), false), HERE, answer);
    cluster.runUntil("topic made", 2_000, answer::isThere);
    for (int i = 0; i < partitions; i++) {
      PartitionId partition = new PartitionId(id, i);
      cluster.runUntil("leader of " + partition, 2_000, () -> leader(partition).isPresent());
    }
    return id;
  }

  public void awaitLeader(PartitionId partition) {
    for (int i = 0; i < 200 && leader(partition).isEmpty(); i++) {
      cluster.runForMs(10);
    }
    if (leader(partition).isEmpty()) {
      throw new AssertionError("no leader" + state(partition));
    }
  }

  /** The node that serves a partition as its leader. */
  public Optional<NodeId> leader(PartitionId partition) {
    for (SimNode node : cluster.alive()) {
      var leader = node.node().image().partition(partition).flatMap(p -> p.leader());
      if (leader.equals(Optional.of(node.id())) && isOpen(node.node(), partition)) {
        return leader;
      }
    }
    return Optional.empty();
  }

  private boolean isOpen(Node node, PartitionId partition) {
    Pending<LocateOutcome> answer = new Pending<>();
    node.partitions()
        .locate(partition, new Locate.Latest(Isolation.READ_UNCOMMITTED), -1, HERE, answer);
    cluster.runUntil("located", 1_000, answer::isThere);
    return answer.get() instanceof LocateOutcome.Found;
  }

  public Pending<AppendOutcome> send(NodeId to, PartitionId partition, String value) {
    return send(to, partition, batch(value), 5_000);
  }

  public Pending<AppendOutcome> send(
      NodeId to, PartitionId partition, ByteBuffer batch, long timeoutMs) {
    Pending<AppendOutcome> answer = new Pending<>();
    cluster
        .node(to)
        .partitions()
        .append(partition, batch, -1, cluster.scheduler().nowMs() + timeoutMs, HERE, answer);
    return answer;
  }

  public AppendOutcome produce(NodeId to, PartitionId partition, String value) {
    Pending<AppendOutcome> answer = send(to, partition, value);
    cluster.runUntil("append answered", 10_000, answer::isThere);
    return answer.get();
  }

  /** Sends to whoever leads, again and again until it is committed; returns the offset. */
  public long produceUntilCommitted(PartitionId partition, String value) {
    long untilMs = cluster.scheduler().nowMs() + 10_000;
    while (cluster.scheduler().nowMs() < untilMs) {
      Optional<NodeId> leader = leader(partition);
      if (leader.isPresent()
          && produce(leader.get(), partition, value) instanceof AppendOutcome.Committed c) {
        return c.baseOffset();
      }
      cluster.runForMs(10);
    }
    throw new AssertionError("never committed: " + value + state(partition));
  }

  /** How a partition stands on all nodes. */
  public String state(PartitionId partition) {
    var text = new StringBuilder();
    for (SimNode node : cluster.alive()) {
      text.append('\n').append(node.id()).append(' ').append(node.node().describe(partition));
      text.append('\n').append("   ").append(node.node().image().partition(partition));
      text.append('\n').append("   ").append(node.node().image().brokers());
      text.append('\n').append("   ").append(node.node().metadata());
    }
    return text.toString();
  }

  public static ByteBuffer batch(String value) {
    return new BatchBuilder()
        .add(
            Optional.empty(),
            Optional.of(value.getBytes(StandardCharsets.UTF_8)),
            1_700_000_000_000L)
        .build();
  }

  public ReadOutcome read(NodeId from, PartitionId partition, long offset) {
    Pending<ReadOutcome> answer = new Pending<>();
    cluster
        .node(from)
        .partitions()
        .read(
            partition,
            new ReadRequest(offset, 1 << 20, -1, -1, Isolation.READ_UNCOMMITTED),
            HERE,
            answer);
    cluster.runUntil("read answered", 1_000, answer::isThere);
    return answer.get();
  }

  /** All committed values that a node hands out, from the start. */
  public List<String> values(NodeId from, PartitionId partition) {
    var values = new ArrayList<String>();
    long offset = 0;
    while (true) {
      if (!(read(from, partition, offset) instanceof ReadOutcome.Found found)) {
        throw new AssertionError("refused: " + read(from, partition, offset));
      }
      if (found.slice().sizeBytes() == 0) {
        return values;
      }
      ByteBuffer bytes = ByteBuffer.allocate(found.slice().sizeBytes());
      found.slice().file().read(found.slice().position(), bytes);
      for (LogRecord record : LogRecord.in(bytes.flip())) {
        values.add(StandardCharsets.UTF_8.decode(record.value().orElseThrow()).toString());
      }
      offset = found.slice().end();
    }
  }
}
