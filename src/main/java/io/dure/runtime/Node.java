package io.dure.runtime;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One node without sockets and without threads of its own: its share in the metadata quorum, the controller while it leads
 * that, and its partitions. The same object runs in production over event loops and in the simulator on one thread.
 *
 * <p>All methods may be called from any thread, {@link #start} and {@link #close} once each.
 */
public final class Node {
  public Node(NodeSettings settings, NodePorts ports) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** Recovers what is on the disk, on the calling thread, and takes part from then on. */
  public void start() {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** Takes a message of {@code from}. Messages of one stream are given in their order. */
  public void onPeerMessage(NodeId from, PeerMessage message) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** A new stream to {@code peer} stands, or this node's messages to itself would be lost no more. */
  public void peerConnected(NodeId peer) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** The peer's process is gone: its stream broke, and dialling it again was refused. */
  public void peerGone(NodeId peer) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** Whether something was heard of {@code peer} within about the last second; true for this node itself. */
  public boolean reachable(NodeId peer) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  public Partitions partitions() {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** This life's registration, once it stands in the committed metadata. */
  public Optional<Incarnation> incarnation() {
    throw new UnsupportedOperationException("not assembled yet");
  }

  public MetadataStatus metadata() {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /**
   * Whom a client should be sent to for a partition: the leader of the committed image; but without a metadata leader, and
   * with that leader out of reach, this node itself where it holds a replica (it then serves reads of what it knows to be
   * committed). Empty: nobody leads.
   */
  public Optional<Partitions.Leadership> leaderForClients(PartitionId partition) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /**
   * Has a Kafka request (header included) decided by the active controller, wherever it runs. Answers with the response
   * body; with nothing when no controller could be reached before {@code deadlineMs} (monotonic).
   */
  public void ask(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** Who decides requests that other nodes ask this one as the active controller. Set before {@link #start}. */
  public void answerAsks(AskHandler handler) {
    throw new UnsupportedOperationException("not assembled yet");
  }

  /** Stops taking part and closes all files. Runs what it must on the loops and returns when that is done. */
  public void close() {
    throw new UnsupportedOperationException("not assembled yet");
  }
}
