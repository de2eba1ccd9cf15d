package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.replication.ReplicaMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Gathers what one loop says to its peers within a turn, so that it leaves in one frame per peer.
 * What the node says to itself comes back within the turn, in order with the rest. Belongs to its
 * loop.
 */
final class PeerSender {
  private final NodeId self;
  private final Loop loop;
  private final Outbox outbox;
  private final BiConsumer<NodeId, PeerMessage> toSelf;
  private final Map<NodeId, List<PeerMessage>> gathered = new HashMap<>();
  // Of the records among what is gathered.
  private final Map<NodeId, Long> gatheredBytes = new HashMap<>();
  private final Set<NodeId> spokenTo = new HashSet<>();
  private boolean ending;

  PeerSender(NodeId self, Loop loop, Outbox outbox, BiConsumer<NodeId, PeerMessage> toSelf) {
    this.self = self;
    this.loop = loop;
    this.outbox = outbox;
    this.toSelf = toSelf;
  }

  void send(NodeId to, PeerMessage message) {
    if (to.equals(self)) {
      loop.execute(() -> toSelf.accept(self, message));
      return;
    }
    gathered.computeIfAbsent(to, _ -> new ArrayList<>(4)).add(message);
    if (message instanceof PeerMessage.Replication(var _, ReplicaMessage.Append append)) {
      gatheredBytes.merge(to, (long) append.records().sizeBytes(), Long::sum);
    }
    if (!ending) {
      ending = true;
      loop.atTurnEnd(this::flush);
    }
  }

  /** Whether less than {@code bound} bytes of records wait to leave for that node. */
  boolean hasRoom(NodeId to, long bound) {
    return gatheredBytes.getOrDefault(to, 0L) + outbox.waitingBytes(to) < bound;
  }

  /** Whether anything was sent to {@code peer} since this was asked last. */
  boolean takeSpokenTo(NodeId peer) {
    return spokenTo.remove(peer);
  }

  private void flush() {
    ending = false;
    gatheredBytes.clear();
    for (Map.Entry<NodeId, List<PeerMessage>> each : gathered.entrySet()) {
      List<PeerMessage> messages = each.getValue();
      if (!messages.isEmpty()) {
        each.setValue(new ArrayList<>(4));
        spokenTo.add(each.getKey());
        outbox.send(each.getKey(), messages);
      }
    }
  }
}
