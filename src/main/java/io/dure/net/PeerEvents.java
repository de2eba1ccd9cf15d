package io.dure.net;

import io.dure.base.NodeId;
import io.dure.runtime.PeerMessage;
import io.dure.wire.PeerHello;
import java.util.Optional;

/** What is seen of the other nodes. All calls come from the loops and return soon. */
public interface PeerEvents {
  /** A node has introduced itself, on a stream of ours or its own. */
  void met(PeerHello peer);

  /** Our stream to it stands: what is sent from now on arrives, while it stands. */
  void connected(NodeId peer);

  /**
   * Its process has ended: a stream that stood broke, and its port refuses or another process
   * answers there.
   */
  void gone(NodeId peer);

  /** Messages of one stream come in their order. */
  void message(NodeId from, PeerMessage message);

  /**
   * Why a node that wants to talk to us should not, beside what its hello alone tells; naming both
   * sides.
   */
  Optional<String> objection(PeerHello peer);

  /**
   * One that we dialled does not belong to us; {@code reason} names both sides and what to do.
   * Repeated with every attempt, but for one of another release.
   */
  void refused(String reason);
}
