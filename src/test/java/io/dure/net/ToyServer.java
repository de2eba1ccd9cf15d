package io.dure.net;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.runtime.EventLoop;
import io.dure.runtime.PeerMessage;
import io.dure.runtime.SystemClock;
import io.dure.wire.PeerHello;
import io.dure.wire.RequestSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A real listener and real peer streams on real loops, with handlers of the test. */
final class ToyServer implements AutoCloseable {
  private final List<EventLoop> loops = new ArrayList<>();
  final Listener listener;
  final PeerLinks peers;
  final PeerHello hello;
  final Queue<String> events = new ConcurrentLinkedQueue<>();
  final Queue<PeerMessage> messages = new ConcurrentLinkedQueue<>();

  ToyServer(int node, int port, int loopCount, NetSettings settings) throws IOException {
    this(node, port, loopCount, settings, Optional.empty());
  }

  ToyServer(int node, int port, int loopCount, NetSettings settings, Optional<UUID> cluster)
      throws IOException {
    var clock = new SystemClock();
    var sockets = new ArrayList<SocketLoop>();
    for (int i = 0; i < loopCount; i++) {
      var source = new SocketLoop();
      var loop =
          new EventLoop(
              "test-" + node + "-" + i,
              source,
              clock,
              (reason, cause) -> events.add("fatal " + reason));
      source.attach(loop);
      sockets.add(source);
      loops.add(loop);
    }
    UUID process = UUID.randomUUID();
    var introduction =
        new PeerHello(
            new NodeId(node),
            process,
            cluster,
            new Endpoint("127.0.0.1", port),
            List.of(),
            List.of());
    peers = new PeerLinks(sockets, clock, settings, introduction, new Recorder());
    listener = Listener.bind(new Endpoint("127.0.0.1", port), sockets, peers);
    hello =
        new PeerHello(
            new NodeId(node),
            process,
            cluster,
            new Endpoint("127.0.0.1", port()),
            List.of(),
            List.of());
    peers.introduce(hello);
    loops.forEach(EventLoop::start);
    listener.start();
  }

  int port() {
    return listener.port();
  }

  Endpoint endpoint() {
    return hello.endpoint();
  }

  void open(RequestSink sink) {
    listener.open(sink);
  }

  @Override
  public void close() {
    loops.forEach(EventLoop::close);
    listener.close("test over");
  }

  private final class Recorder implements PeerEvents {
    @Override
    public void met(PeerHello peer) {
      events.add("met " + peer.node().value());
    }

    @Override
    public void connected(NodeId peer) {
      events.add("connected " + peer.value());
    }

    @Override
    public void gone(NodeId peer) {
      events.add("gone " + peer.value());
    }

    @Override
    public void message(NodeId from, PeerMessage message) {
      messages.add(message);
    }

    @Override
    public Optional<String> objection(PeerHello peer) {
      return Optional.empty();
    }

    @Override
    public void refused(String reason) {
      events.add("refused " + reason);
    }
  }
}
