package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.runtime.AskHandler;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.ClientSoftware;
import io.dure.wire.ConnectionEnd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A cluster of brokers 1, 2 and 3, of which the test is 1, with whatever metadata the test writes.
 */
final class FakeCluster implements Cluster {
  static final long WALL_MS = 1_700_000_000_000L;
  static final UUID CLUSTER_ID = new UUID(7, 7);

  final FakeLoop loop = new FakeLoop();
  final List<ByteBuffer> asked = new ArrayList<>();
  Optional<NodeId> controller = Optional.of(new NodeId(2));

  /** What answers for each node; who is not here is out of reach. */
  final Map<NodeId, AskHandler> nodes = new HashMap<>();

  final Map<NodeId, List<ByteBuffer>> askedOfNodes = new HashMap<>();

  /** Stands for the active controller; by default there is none. */
  ControllerDesk desk =
      new ControllerDesk((_, answer) -> answer.accept(Optional.empty()), new FakeRng());

  private ClusterImage image = ClusterImage.EMPTY;
  private int topics;

  FakeCluster() {
    write(new MetadataRecord.ClusterFormed(CLUSTER_ID));
    for (int id = 1; id <= 3; id++) {
      write(
          new MetadataRecord.BrokerRegistered(
              new NodeId(id),
              new UUID(1, id),
              new Incarnation(id),
              new Endpoint("host" + id, 9090 + id),
              id == 3 ? Optional.of("r3") : Optional.empty()));
    }
  }

  void write(MetadataRecord... records) {
    image = image.apply(List.of(records), image.endOffset() + records.length);
  }

  /** A topic of partitions with leaders 1, 2, 3, 1, … in epoch 5, all replicas in step. */
  TopicId topic(String name, int partitions) {
    var id = new TopicId(new UUID(100, ++topics));
    write(new MetadataRecord.TopicCreated(id, name, TopicNames.internal(name)));
    for (int index = 0; index < partitions; index++) {
      var partition = new PartitionId(id, index);
      var leader = new NodeId(1 + index % 3);
      List<NodeId> replicas =
          List.of(leader, new NodeId(1 + (index + 1) % 3), new NodeId(1 + (index + 2) % 3));
      write(
          new MetadataRecord.PartitionCreated(partition, replicas),
          new MetadataRecord.LeaderAppointed(partition, 5, leader, new Incarnation(leader.value())),
          new MetadataRecord.InStepChanged(partition, 5, Set.copyOf(replicas)));
    }
    return id;
  }

  void die(int node) {
    write(new MetadataRecord.BrokerFenced(new NodeId(node), new Incarnation(node)));
  }

  RequestContext request(int version) {
    return new RequestContext(
        (short) version,
        "test",
        "127.0.0.1",
        50_000,
        ClientSoftware.UNKNOWN,
        new Endpoint("host1", 9091),
        ConnectionEnd.NEVER,
        loop);
  }

  @Override
  public NodeId self() {
    return new NodeId(1);
  }

  @Override
  public ClusterImage image() {
    return image;
  }

  @Override
  public Optional<Leadership> leaderForClients(PartitionId partition) {
    return image
        .partition(partition)
        .flatMap(p -> p.leader().map(leader -> new Leadership(leader, p.epoch())));
  }

  Optional<PartitionImage> partition(PartitionId id) {
    return image.partition(id);
  }

  @Override
  public Endpoint addressOf(BrokerImage broker, Endpoint arrivedAt) {
    return broker.endpoint();
  }

  @Override
  public Optional<NodeId> controller() {
    return controller;
  }

  @Override
  public long nowMs() {
    return loop.nowMs();
  }

  @Override
  public long wallMs() {
    return WALL_MS;
  }

  @Override
  public void ask(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
    asked.add(request.duplicate());
    desk.handle(request, answer -> caller.execute(() -> done.accept(answer)));
  }

  @Override
  public void askNode(
      NodeId to,
      ByteBuffer request,
      long deadlineMs,
      Executor caller,
      Consumer<Optional<ByteBuffer>> done) {
    askedOfNodes.computeIfAbsent(to, _ -> new ArrayList<>()).add(request.duplicate());
    nodes
        .getOrDefault(to, (_, answer) -> answer.accept(Optional.empty()))
        .handle(request, answer -> caller.execute(() -> done.accept(answer)));
  }
}
