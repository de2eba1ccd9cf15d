package io.dure.broker;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.runtime.Partitions.Leadership;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The cluster as the handlers see it. Callable from any thread. */
public interface Cluster {
  NodeId self();

  /**
   * What is committed as far as this node knows. A request takes it once and reads that one image
   * throughout.
   */
  ClusterImage image();

  /**
   * Whom clients should be sent to for a partition (see {@link
   * io.dure.runtime.Node#leaderForClients}).
   */
  Optional<Leadership> leaderForClients(PartitionId partition);

  /**
   * Where a client that reached this node at {@code arrivedAt} finds {@code broker}: where the
   * broker says, but this very node, when it was given no address to tell, where the client came.
   */
  Endpoint addressOf(BrokerImage broker, Endpoint arrivedAt);

  /** The node whose controller is active, as far as known. */
  Optional<NodeId> controller();

  /** Monotonic milliseconds, for deadlines. */
  long nowMs();

  /** Milliseconds since 1970, for the timestamps of records. */
  long wallMs();

  /** Has a request decided by the active controller (see {@link io.dure.runtime.Node#ask}). */
  void ask(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done);

  /** Has a request answered by one node (see {@link io.dure.runtime.Node#askNode}). */
  void askNode(
      NodeId to,
      ByteBuffer request,
      long deadlineMs,
      Executor caller,
      Consumer<Optional<ByteBuffer>> done);
}
