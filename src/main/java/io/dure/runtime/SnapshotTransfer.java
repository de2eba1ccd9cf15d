package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ImageSnapshot;
import io.dure.metadata.MetadataFormatException;
import io.dure.replication.ReplicaMessage;
import io.dure.runtime.MetadataSnapshots.Stored;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Metadata snapshots on their way between nodes. A leader that tells a node to start anew after the
 * beginning of the log sends the newest snapshot ahead; the node holds that message until the
 * snapshot is durable. Belongs to the metadata loop.
 */
final class SnapshotTransfer {
  private static final int PIECE_BYTES = 256 << 10;

  /** A snapshot larger than this is refused by the node that should install it. */
  private static final int MAX_BYTES = 512 << 20;

  /**
   * The same node is not sent a snapshot again sooner; until then it is told nothing, and asks
   * again.
   */
  private static final long RESEND_MS = 2_000;

  /** What a follower has of a snapshot so far. */
  private record Arriving(NodeId from, int epoch, long end, int lastEpoch, ByteBuffer bytes) {}

  /** A snapshot that has arrived whole. */
  record Arrived(Stored name, byte[] bytes, ClusterImage image) {}

  private final LoopPorts ports;
  private final MetadataSnapshots snapshots;
  private final Map<NodeId, Long> sentMs = new HashMap<>();
  private Optional<Arriving> arriving = Optional.empty();

  SnapshotTransfer(LoopPorts ports, MetadataSnapshots snapshots) {
    this.ports = ports;
    this.snapshots = snapshots;
  }

  /** Sends the newest snapshot, unless the node was sent one a moment ago. */
  void send(NodeId to, int epoch) {
    List<Stored> all = snapshots.list();
    long nowMs = ports.clock().nowMs();
    Long before = sentMs.get(to);
    if (all.isEmpty() || before != null && nowMs - before < RESEND_MS) {
      return;
    }
    sentMs.put(to, nowMs);
    Stored newest = all.getLast();
    ByteBuffer bytes = ByteBuffer.wrap(snapshots.read(newest));
    for (int at = 0; at < bytes.capacity(); at += PIECE_BYTES) {
      int size = Math.min(PIECE_BYTES, bytes.capacity() - at);
      ports
          .sender()
          .send(
              to,
              new PeerMessage.Snapshot(
                  epoch,
                  newest.end(),
                  newest.lastEpoch(),
                  bytes.capacity(),
                  at,
                  bytes.slice(at, size)));
    }
  }

  void onPeerConnected(NodeId peer) {
    sentMs.remove(peer);
  }

  /** Takes a piece; pieces come in order, and a lost one makes the whole snapshot void. */
  Optional<Arrived> onPiece(NodeId from, PeerMessage.Snapshot piece) {
    if (piece.position() == 0 && piece.totalBytes() <= MAX_BYTES) {
      arriving =
          Optional.of(
              new Arriving(
                  from,
                  piece.epoch(),
                  piece.end(),
                  piece.lastEpoch(),
                  ByteBuffer.allocate(piece.totalBytes())));
    }
    if (arriving.isEmpty()) {
      return Optional.empty();
    }
    Arriving now = arriving.get();
    if (!now.from().equals(from)
        || now.end() != piece.end()
        || now.epoch() != piece.epoch()
        || now.bytes().position() != piece.position()
        || now.bytes().remaining() < piece.bytes().remaining()) {
      arriving = Optional.empty();
      return Optional.empty();
    }
    now.bytes().put(piece.bytes().duplicate());
    if (now.bytes().hasRemaining()) {
      return Optional.empty();
    }
    arriving = Optional.empty();
    try {
      byte[] bytes = now.bytes().array();
      ClusterImage image = ImageSnapshot.read(bytes);
      return Optional.of(new Arrived(new Stored(now.end(), now.lastEpoch()), bytes, image));
    } catch (MetadataFormatException e) {
      return Optional.empty();
    }
  }

  /** A leader's order to start anew that waits for a snapshot. */
  record HeldRestart(NodeId from, ReplicaMessage.Restart message) {}
}
