package io.dure.runtime;

import io.dure.base.NodeId;
import java.util.List;

/**
 * The way out to the other nodes. Never blocks, and may lose what it is given: no stream, or too
 * much under way.
 */
public interface Outbox {
  /**
   * Sends the messages in order, in one frame where its size allows. Called from any loop, at most
   * once per peer and turn of that loop; messages of different loops have no order between them.
   */
  void send(NodeId to, List<PeerMessage> messages);

  /** About how many bytes given earlier still wait to leave for that node. From any loop. */
  default long waitingBytes(NodeId to) {
    return 0;
  }
}
