package io.dure.net;

import io.dure.base.Clock;
import io.dure.base.NodeId;
import io.dure.wire.PeerHello;
import io.dure.wire.RequestSink;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What all incoming connections of a node have in common. Safe for all threads. */
final class Inbound {
  /** Takes the streams of other nodes. */
  interface PeerStreams {
    /** Called on the loop of the connection; a Welcome turns it into a stream of that node. */
    PeerHello.Answer onHello(PeerHello hello, Connection connection);

    /** The answer to a node whose protocol has another version. */
    PeerHello.Answer.Refusal onOtherVersion(short version);

    /** A frame of a stream that was welcomed, in its order. False: it made no sense. */
    boolean onFrame(NodeId from, ByteBuffer frame);

    void onClosed(NodeId from, Connection connection);
  }

  private final NetSettings settings;
  private final Clock clock;
  private final RequestMemory memory;
  private final PeerStreams peers;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Optional<RequestSink> sink = Optional.empty();
  private final Set<Runnable> waitingForSink = new LinkedHashSet<>();

  Inbound(NetSettings settings, Clock clock, PeerStreams peers) {
    this.settings = settings;
    this.clock = clock;
    this.peers = peers;
    this.memory = new RequestMemory(settings.requestBytes());
  }

  NetSettings settings() {
    return settings;
  }

  long nowMs() {
    return clock.nowMs();
  }

  long nowNs() {
    return clock.nowNs();
  }

  RequestMemory memory() {
    return memory;
  }

  PeerStreams peers() {
    return peers;
  }

  /** Empty until the node can take requests. */
  Optional<RequestSink> sink() {
    return sink;
  }

  void open(RequestSink requests) {
    List<Runnable> waiting;
    synchronized (waitingForSink) {
      sink = Optional.of(requests);
      waiting = List.copyOf(waitingForSink);
      waitingForSink.clear();
    }
    waiting.forEach(Runnable::run);
  }

  /** Runs {@code again} once, from any thread, when {@link #sink} is there. */
  void whenOpen(Runnable again) {
    synchronized (waitingForSink) {
      if (sink.isEmpty()) {
        waitingForSink.add(again);
        return;
      }
    }
    again.run();
  }

  /** {@code again} is not to be run any more. */
  void doesNotWait(Runnable again) {
    synchronized (waitingForSink) {
      waitingForSink.remove(again);
    }
  }

  /** How many wait for {@link #open}. */
  int waitingForSink() {
    synchronized (waitingForSink) {
      return waitingForSink.size();
    }
  }

  /**
   * Counts one more connection; false, and not counted, when there are too many. A few more than
   * clients may have are let in, as they may turn out to be other nodes: see {@link #isCrowded}.
   */
  boolean mayConnect() {
    if (connections.incrementAndGet() > settings.maxConnections() + NetSettings.PEER_RESERVE) {
      connections.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Whether there is room for other nodes only. */
  boolean isCrowded() {
    return connections.get() > settings.maxConnections();
  }

  void disconnected() {
    connections.decrementAndGet();
  }
}
