package io.dure.runtime;

import io.dure.base.NodeId;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Requests of this node to the active controller, wherever it runs, until answered or given up.
 * Belongs to the metadata loop. An ask is sent again when another node turns out to be the
 * controller, so it may be decided twice.
 */
final class Asks {
  /** Bound of asks under way; more are answered with nothing at once. */
  private static final int MAX = 5_000;

  /** How long to wait after a node said that it is not the controller (yet). */
  private static final long PATIENCE_MS = 50;

  private static final class Ask {
    private final ByteBuffer request;
    private final long deadlineMs;
    private final Executor caller;
    private final Consumer<Optional<ByteBuffer>> done;
    private Optional<NodeId> sentTo = Optional.empty();
    private long notBeforeMs;

    Ask(ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
      this.request = request;
      this.deadlineMs = deadlineMs;
      this.caller = caller;
      this.done = done;
    }
  }

  private final LoopPorts ports;
  private final MetadataView metadata;
  private final Map<Long, Ask> asks = new LinkedHashMap<>();
  private long nextId;

  /**
   * {@code firstId} by chance, so that no answer to an earlier life of this node is taken for one
   * to this.
   */
  Asks(LoopPorts ports, MetadataView metadata, long firstId) {
    this.ports = ports;
    this.metadata = metadata;
    this.nextId = firstId;
  }

  void add(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
    if (asks.size() >= MAX) {
      WaitingAppends.answer(caller, done, Optional.empty());
      return;
    }
    long id = nextId++;
    Ask ask = new Ask(request, deadlineMs, caller, done);
    asks.put(id, ask);
    send(id, ask, ports.clock().nowMs());
  }

  void onAnswer(NodeId from, PeerMessage.Answer answer) {
    Ask ask = asks.get(answer.id());
    if (ask == null || !ask.sentTo.equals(Optional.of(from))) {
      return;
    }
    if (answer.response().isPresent()) {
      asks.remove(answer.id());
      WaitingAppends.answer(ask.caller, ask.done, answer.response());
    } else {
      ask.sentTo = Optional.empty();
      ask.notBeforeMs = ports.clock().nowMs() + PATIENCE_MS;
    }
  }

  /**
   * The stream to {@code peer} stands anew, or its process is gone: what it was asked may be lost.
   */
  void onPeerReset(NodeId peer) {
    for (Ask ask : asks.values()) {
      if (ask.sentTo.equals(Optional.of(peer))) {
        ask.sentTo = Optional.empty();
      }
    }
  }

  void onTick(long nowMs) {
    if (asks.isEmpty()) {
      return;
    }
    Iterator<Map.Entry<Long, Ask>> all = asks.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Long, Ask> each = all.next();
      if (each.getValue().deadlineMs <= nowMs) {
        all.remove();
        Ask ask = each.getValue();
        ports.loop().execute(() -> WaitingAppends.answer(ask.caller, ask.done, Optional.empty()));
      } else {
        send(each.getKey(), each.getValue(), nowMs);
      }
    }
  }

  private void send(long id, Ask ask, long nowMs) {
    Optional<NodeId> leader = metadata.leader();
    if (leader.isEmpty() || leader.equals(ask.sentTo) || nowMs < ask.notBeforeMs) {
      return;
    }
    ask.sentTo = leader;
    ports.sender().send(leader.get(), new PeerMessage.Ask(id, ask.request.duplicate()));
  }
}
