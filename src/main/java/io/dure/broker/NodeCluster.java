package io.dure.broker;

import io.dure.base.Clock;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.Rng;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Node;
import io.dure.runtime.Partitions.Leadership;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The cluster as this process's {@link Node} knows it. Safe from any thread, as the node is.
 *
 * @param anyAddress whether clients may come by every address of this machine, and none was said to
 *     be the right one
 */
public record NodeCluster(NodeId self, Node node, Clock clock, boolean anyAddress)
    implements Cluster {
  /** Also lets the node's controller be asked by other nodes, in the words of Kafka's requests. */
  public static NodeCluster of(NodeId self, Node node, Clock clock, Rng rng, boolean anyAddress) {
    node.answerAsks(
        new ControllerDesk((command, done) -> node.command(command, Runnable::run, done), rng));
    return new NodeCluster(self, node, clock, anyAddress);
  }

  @Override
  public ClusterImage image() {
    return node.image();
  }

  @Override
  public Optional<Leadership> leaderForClients(PartitionId partition) {
    return node.leaderForClients(partition);
  }

  @Override
  public Endpoint addressOf(BrokerImage broker, Endpoint arrivedAt) {
    return anyAddress && broker.node().equals(self) && !arrivedAt.host().isEmpty()
        ? arrivedAt
        : broker.endpoint();
  }

  @Override
  public Optional<NodeId> controller() {
    return node.metadata().leader();
  }

  @Override
  public long nowMs() {
    return clock.nowMs();
  }

  @Override
  public long wallMs() {
    return clock.wallMs();
  }

  @Override
  public void ask(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
    node.ask(request, deadlineMs, caller, done);
  }

  @Override
  public void askNode(
      NodeId to,
      ByteBuffer request,
      long deadlineMs,
      Executor caller,
      Consumer<Optional<ByteBuffer>> done) {
    node.askNode(to, request, deadlineMs, caller, done);
  }
}
