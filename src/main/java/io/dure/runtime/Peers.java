package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.NodeId;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When something was last heard of each peer. Liveness is per node, never per partition. Written by
 * the loops that read the peers' streams, read by all.
 */
final class Peers {
  /** A peer that was silent for longer than this is out of reach. */
  static final long SILENCE_MS = 1_000;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private static final class Life {
    private volatile long heardMs = NEVER;
    private volatile boolean diskLow;
  }

  private final NodeId self;
  private final Clock clock;
  private final ConcurrentHashMap<NodeId, Life> lives = new ConcurrentHashMap<>();

  Peers(NodeId self, Clock clock) {
    this.self = self;
    this.clock = clock;
  }

  void heard(NodeId peer) {
    life(peer).heardMs = clock.nowMs();
  }

  void gone(NodeId peer) {
    life(peer).heardMs = NEVER;
  }

  void saysItsDiskIsLow(NodeId peer, boolean low) {
    life(peer).diskLow = low;
  }

  /** Whether the peer lately said that its disk is nearly full. */
  boolean diskIsLow(NodeId peer) {
    Life life = lives.get(peer);
    return life != null && life.diskLow;
  }

  boolean reachable(NodeId peer) {
    if (peer.equals(self)) {
      return true;
    }
    Life life = lives.get(peer);
    return life != null && clock.nowMs() - life.heardMs <= SILENCE_MS;
  }

  /**
   * How long nothing has been heard of another node; very long if it is known to be gone, or was
   * never heard.
   */
  long silenceMs(NodeId peer) {
    Life life = lives.get(peer);
    return clock.nowMs() - (life == null ? NEVER : life.heardMs);
  }

  private Life life(NodeId peer) {
    Life life = lives.get(peer);
    return life != null ? life : lives.computeIfAbsent(peer, _ -> new Life());
  }
}
