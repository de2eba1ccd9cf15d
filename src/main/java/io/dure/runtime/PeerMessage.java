package io.dure.runtime;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.quorum.QuorumMessage;
import io.dure.replication.ReplicaMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What nodes say to each other. Each node dials every other one, so there is one stream per
 * direction; messages on a stream keep their order, and a stream that breaks may lose any number of
 * the last ones. Nothing here is answered on the same stream.
 */
public sealed interface PeerMessage {
  /**
   * A message of one partition's replication; {@link PartitionId#METADATA} for the metadata log's.
   */
  record Replication(PartitionId partition, ReplicaMessage message) implements PeerMessage {}

  record Quorum(QuorumMessage message) implements PeerMessage {}

  /**
   * A piece of the metadata snapshot that ends (exclusive) at {@code end}, written in {@code
   * lastEpoch}.
   */
  record Snapshot(
      int epoch, long end, int lastEpoch, int totalBytes, int position, ByteBuffer bytes)
      implements PeerMessage {}

  /** Controller to broker: refuse older epochs of these partitions, and say how far you are. */
  record Fence(int controllerEpoch, List<FenceOf> partitions) implements PeerMessage {
    public Fence {
      partitions = List.copyOf(partitions);
    }
  }

  record FenceOf(PartitionId partition, int epoch) {}

  /**
   * Broker to controller: the fences of this list are durable here, in this life of my process.
   *
   * @param imageEnd end (exclusive) of the metadata that I had seen when I answered the first
   */
  record Fenced(
      int controllerEpoch, Incarnation incarnation, long imageEnd, List<FencedAt> partitions)
      implements PeerMessage {
    public Fenced {
      partitions = List.copyOf(partitions);
    }
  }

  record FencedAt(PartitionId partition, int epoch, int joinedEpoch, long start, long end) {}

  /** Broker to controller, repeated until the own registration is seen in the metadata log. */
  record Register(NodeId node, UUID process, Endpoint endpoint, Optional<String> rack)
      implements PeerMessage {}

  /** Leader to controller: who is in step with me. */
  record InStep(PartitionId partition, int epoch, Set<NodeId> replicas) implements PeerMessage {
    public InStep {
      replicas = Set.copyOf(replicas);
    }
  }

  /** To the controller: this life of the sender's process ends soon, let others lead. */
  record Stopping(Incarnation incarnation) implements PeerMessage {}

  /**
   * Leader to controller: how heavy these partitions are. Said again when one becomes plainly
   * heavier or lighter, and now and then.
   */
  record Loads(List<LoadOf> partitions) implements PeerMessage {
    public Loads {
      partitions = List.copyOf(partitions);
    }
  }

  /**
   * One partition's load.
   *
   * @param bytes of the leader's copy
   * @param bytesPerSecond what the partition took in of late, on average
   */
  record LoadOf(PartitionId partition, long bytes, long bytesPerSecond) {}

  /** Leader to controller: my epoch is open. */
  record Opened(PartitionId partition, int epoch) implements PeerMessage {}

  /**
   * To the controller: the disk failed under the replica here that was appointed for this epoch.
   * Repeated until another leads.
   */
  record CannotLead(PartitionId partition, int epoch) implements PeerMessage {}

  /**
   * Leader to follower: the log starts at {@code start}, follow. Follower to leader: mine starts at
   * {@code start}, and at {@code durableStart} even after a power cut.
   *
   * @param epoch of the sender's replica; what was said in an earlier one may be of another copy
   */
  record LogStart(PartitionId partition, int epoch, long start, long durableStart)
      implements PeerMessage {}

  /**
   * Any node to the active controller: a Kafka request (header included) that only the controller
   * can decide.
   */
  record Ask(long id, ByteBuffer request) implements PeerMessage {}

  /** The answer: a Kafka response body; empty: I am not the active controller, ask again later. */
  record Answer(long id, Optional<ByteBuffer> response) implements PeerMessage {}

  /**
   * Any node to any other: a Kafka request (header included) that only this node can answer.
   *
   * @param life drawn by the asking process at its start
   * @param id rises from ask to ask of a life, so that one that comes late is known
   */
  record NodeAsk(long life, long id, ByteBuffer request) implements PeerMessage {}

  /** The answer: a Kafka response body; empty: there is none. */
  record NodeAnswer(long id, Optional<ByteBuffer> response) implements PeerMessage {}

  /**
   * Says which process speaks, and that it lives. The first message on every new stream, and sent
   * where nothing else was for about 200 ms, and when the rest changes.
   *
   * @param diskLow whether the sender's disk is nearly full
   */
  record Alive(UUID process, boolean diskLow) implements PeerMessage {}
}
