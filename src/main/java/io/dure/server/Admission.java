package io.dure.server;

import io.dure.base.NodeId;
import io.dure.metadata.ClusterImage;
import io.dure.wire.PeerHello;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Whom a member of a cluster lets in, beside what two hellos alone tell. Pure. */
final class Admission {
  /**
   * Nothing that is safe depends on clocks; but records are stamped, kept and looked up by time,
   * and a clock that is wrong by more is not set at all.
   */
  private static final long CLOCKS_APART_MS = 60_000;

  private Admission() {}

  /**
   * Why {@code peer} should not talk to {@code self}, naming both sides and what to do.
   *
   * @param meta of self
   * @param image as self knows its cluster
   * @param wallMs self's clock
   */
  static Optional<String> objection(
      MetaFile meta, ClusterImage image, long wallMs, PeerHello peer) {
    NodeId self = meta.node();
    boolean newcomer = peer.cluster().isEmpty();
    boolean known = image.broker(peer.node()).isPresent();
    boolean blank = newcomer && peer.voters().isEmpty();
    if (blank && known) {
      return Optional.of(lostItsData(self, peer));
    }
    if (blank && hasLostItsVote(meta, image, peer.node())) {
      return Optional.of(comesBackBlank(peer));
    }
    if (newcomer && !known && image.clusterId().isPresent()) {
      return otherTime(self, wallMs, peer);
    }
    return Optional.empty();
  }

  private static boolean hasLostItsVote(MetaFile meta, ClusterImage image, NodeId node) {
    return meta.voters().contains(node)
        && !image.voters().isEmpty()
        && !image.voters().contains(node);
  }

  /** With an empty folder it would take itself for one of the founders, who vote. */
  private static String comesBackBlank(PeerHello peer) {
    return "number %d was that of a founding member, which has no vote any more; let the node at %s join under another one, or under none (--node)"
        .formatted(peer.node().value(), peer.endpoint());
  }

  /**
   * A node that knows of no cluster, while the cluster knows it, has lost its data: its votes would
   * be worth nothing.
   */
  private static String lostItsData(NodeId self, PeerHello peer) {
    return "node %d at %s has an empty data folder, but node %d knows it as a member with data; bring its folder back, or let it join with --join and an id of its own"
        .formatted(peer.node().value(), peer.endpoint(), self.value());
  }

  /** Only who is new is refused: a member whose clock goes wrong is still needed. */
  private static Optional<String> otherTime(NodeId self, long wallMs, PeerHello peer) {
    long apartMs = Math.abs(peer.wallMs() - wallMs);
    return apartMs <= CLOCKS_APART_MS
        ? Optional.empty()
        : Optional.of(
            "the clocks differ by %d s, more than %d s: that of node %d at %s says %s, that of node %d %s; set the clock that is wrong and start again"
                .formatted(
                    Duration.ofMillis(apartMs).toSeconds(),
                    CLOCKS_APART_MS / 1000,
                    peer.node().value(),
                    peer.endpoint(),
                    time(peer.wallMs()),
                    self.value(),
                    time(wallMs)));
  }

  private static Instant time(long wallMs) {
    return Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.SECONDS);
  }
}
