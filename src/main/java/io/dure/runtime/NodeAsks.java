package io.dure.runtime;

import io.dure.base.NodeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Requests of this node to one other node (or to itself), each sent once. Belongs to the metadata
 * loop. Answered with nothing when the deadline passes, when the other node's process or the stream
 * to it goes, or when it has no answer: the request may have been carried out all the same.
 */
final class NodeAsks {
  /** Bound of asks under way to one node; more are answered with nothing at once. */
  private static final int MAX_PER_NODE = 5_000;

  private record Ask(
      NodeId to, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {}

  private final LoopPorts ports;
  private final Map<Long, Ask> asks = new LinkedHashMap<>();
  private final Map<NodeId, Integer> underWay = new LinkedHashMap<>();
  private final long life;
  private long nextId;

  private record Heard(long life, long id) {}

  private final Map<NodeId, Heard> heard = new HashMap<>();

  /** {@code life} by chance; ids begin with it, so that no earlier life's answer fits. */
  NodeAsks(LoopPorts ports, long life) {
    this.ports = ports;
    this.life = life;
    this.nextId = life >>> 1;
  }

  /**
   * Whether an ask of another node is to be carried out. One that was overtaken by a later one was
   * on its way when its stream broke: its asker has given it up, and may have done since what it
   * did not want to be undone by it.
   */
  boolean isInTime(NodeId from, PeerMessage.NodeAsk ask) {
    Heard last = heard.get(from);
    if (last != null && last.life == ask.life() && ask.id() <= last.id) {
      return false;
    }
    heard.put(from, new Heard(ask.life(), ask.id()));
    return true;
  }

  void add(
      NodeId to,
      ByteBuffer request,
      long deadlineMs,
      Executor caller,
      Consumer<Optional<ByteBuffer>> done) {
    if (underWay.getOrDefault(to, 0) >= MAX_PER_NODE || !ports.peers().reachable(to)) {
      WaitingAppends.answer(caller, done, Optional.empty());
      return;
    }
    long id = nextId++;
    asks.put(id, new Ask(to, deadlineMs, caller, done));
    underWay.merge(to, 1, Integer::sum);
    ports.sender().send(to, new PeerMessage.NodeAsk(life, id, request));
  }

  void onAnswer(NodeId from, PeerMessage.NodeAnswer answer) {
    Ask ask = asks.get(answer.id());
    if (ask != null && ask.to.equals(from)) {
      end(answer.id(), ask, answer.response());
    }
  }

  /**
   * The stream to {@code peer} stands anew, or its process is gone: what it was asked may be lost.
   */
  void onPeerReset(NodeId peer) {
    giveUp(ask -> ask.to.equals(peer));
  }

  void onTick(long nowMs) {
    giveUp(ask -> ask.deadlineMs <= nowMs);
  }

  private void giveUp(Predicate<Ask> which) {
    List<Map.Entry<Long, Ask>> lost = new ArrayList<>();
    for (Map.Entry<Long, Ask> each : asks.entrySet()) {
      if (which.test(each.getValue())) {
        lost.add(Map.entry(each.getKey(), each.getValue()));
      }
    }
    lost.forEach(each -> end(each.getKey(), each.getValue(), Optional.empty()));
  }

  /** Who is told may ask again at once. */
  private void end(long id, Ask ask, Optional<ByteBuffer> response) {
    if (asks.remove(id) != null) {
      underWay.merge(ask.to, -1, (old, less) -> old + less == 0 ? null : old + less);
      WaitingAppends.answer(ask.caller, ask.done, response);
    }
  }
}
