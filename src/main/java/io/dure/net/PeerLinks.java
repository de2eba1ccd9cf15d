package io.dure.net;

import io.dure.base.Clock;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.runtime.MalformedFrame;
import io.dure.runtime.Outbox;
import io.dure.runtime.PeerCodec;
import io.dure.runtime.PeerMessage;
import io.dure.wire.PeerHello;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams between this node and the others: one to each, which we dial, and one from each,
 * which they dial. Safe for all threads; the streams to others live on the first loop.
 */
public final class PeerLinks implements Outbox {
  private static final Logger log = LoggerFactory.getLogger(PeerLinks.class);

  /** Messages for one peer are put into one frame up to here. */
  private static final int FRAME_BYTES = 4 << 20;

  private final SocketLoop sockets;
  private final Clock clock;
  private final PeerEvents events;
  private final Inbound inbound;
  private volatile PeerHello self;
  private final Map<NodeId, PeerLink> standing = new ConcurrentHashMap<>();

  // The first loop's own.
  private final Map<Endpoint, PeerLink> dialled = new HashMap<>();
  private boolean closed;

  /** Streams from others, by any loop. */
  private final Map<NodeId, Incoming> incoming = new ConcurrentHashMap<>();

  private record Incoming(PeerHello hello, Connection connection) {}

  /**
   * @param loops those that will serve the connections
   * @param self how this node introduces itself, until {@link #introduce}
   */
  public PeerLinks(
      List<SocketLoop> loops,
      Clock clock,
      NetSettings settings,
      PeerHello self,
      PeerEvents events) {
    this.sockets = loops.getFirst();
    this.clock = clock;
    this.events = events;
    this.self = self;
    this.inbound = new Inbound(settings, clock, new Streams());
  }

  Inbound inbound() {
    return inbound;
  }

  private PeerHello introduction() {
    return self.at(clock.wallMs());
  }

  /** From now on this node introduces itself so. */
  public void introduce(PeerHello as) {
    self = as;
  }

  /**
   * Keeps a stream to the node that listens there, from now on; nothing happens if one is kept
   * already.
   */
  public void dial(Endpoint address) {
    sockets
        .loop()
        .run(() -> {
          if (!closed && !address.equals(self.endpoint())) {
            dialled.computeIfAbsent(address, this::newLink).dial();
          }
        });
  }

  private PeerLink newLink(Endpoint address) {
    return new PeerLink(address, sockets, inbound, new Links());
  }

  @Override
  public long waitingBytes(NodeId peer) {
    PeerLink link = standing.get(peer);
    return link == null ? 0 : link.queuedBytes();
  }

  /** Ends all streams to others. */
  public void close() {
    sockets
        .loop()
        .run(() -> {
          closed = true;
          dialled.values().forEach(PeerLink::retire);
        });
  }

  @Override
  public void send(NodeId to, List<PeerMessage> messages) {
    PeerLink link = standing.get(to);
    if (link == null) {
      return;
    }
    int from = 0;
    while (from < messages.size()) {
      int end = from + 1;
      long bytes = PeerCodec.sizeBytes(messages.get(from));
      while (end < messages.size()
          && bytes + PeerCodec.sizeBytes(messages.get(end)) <= FRAME_BYTES) {
        bytes += PeerCodec.sizeBytes(messages.get(end));
        end++;
      }
      sendFrame(link, messages.subList(from, end));
      from = end;
    }
  }

  private static void sendFrame(PeerLink link, List<PeerMessage> messages) {
    List<ByteBuffer> body = PeerCodec.encode(messages);
    int bytes = 0;
    for (ByteBuffer part : body) {
      bytes += part.remaining();
    }
    var frame = new ArrayList<ByteBuffer>(body.size() + 1);
    frame.add(ByteBuffer.allocate(4).putInt(0, bytes));
    frame.addAll(body);
    link.offer(frame, bytes + 4L);
  }

  /** The other nodes' streams to us. */
  private final class Streams implements Inbound.PeerStreams {
    @Override
    public PeerHello.Answer onHello(PeerHello hello, Connection connection) {
      if (hello.process().equals(self.process())) {
        return new PeerHello.Answer.Refusal("a node does not talk to itself", introduction());
      }
      Optional<String> objection =
          Kinship.objection(self, hello).or(() -> takenBy(hello)).or(() -> events.objection(hello));
      if (objection.isPresent()) {
        log.warn(
            "refusing node {} at {}: {}", hello.node().value(), hello.endpoint(), objection.get());
        return new PeerHello.Answer.Refusal(objection.get(), introduction());
      }
      Incoming before = incoming.put(hello.node(), new Incoming(hello, connection));
      if (before != null) {
        Connection old = before.connection();
        old.sockets()
            .loop()
            .execute(() -> old.close("node " + hello.node().value() + " has a new stream"));
      }
      events.met(hello);
      return new PeerHello.Answer.Welcome(introduction());
    }

    @Override
    public PeerHello.Answer.Refusal onOtherVersion(short version) {
      return new PeerHello.Answer.Refusal(PeerHello.otherVersion(version), introduction());
    }

    /**
     * The same node id from elsewhere, while its owner is there. At the same address it is a
     * restart.
     */
    private Optional<String> takenBy(PeerHello hello) {
      Incoming owner = incoming.get(hello.node());
      if (owner == null
          || owner.hello().process().equals(hello.process())
          || owner.hello().endpoint().equals(hello.endpoint())) {
        return Optional.empty();
      }
      return Kinship.objection(owner.hello(), hello);
    }

    @Override
    public boolean onFrame(NodeId from, ByteBuffer frame) {
      List<PeerMessage> messages;
      try {
        messages = PeerCodec.decode(frame);
      } catch (MalformedFrame e) {
        log.error("node {} sent a malformed frame", from.value(), e);
        return false;
      }
      for (PeerMessage message : messages) {
        events.message(from, message);
      }
      return true;
    }

    @Override
    public void onClosed(NodeId from, Connection connection) {
      incoming.computeIfPresent(from, (_, now) -> now.connection() == connection ? null : now);
    }
  }

  /** Our streams to the other nodes; on the first loop. */
  private final class Links implements PeerLink.Owner {
    @Override
    public PeerHello self() {
      return introduction();
    }

    @Override
    public boolean welcomed(PeerLink link, PeerHello peer) {
      PeerLink other = standing.putIfAbsent(peer.node(), link);
      if (other != null && other != link) {
        return false;
      }
      events.met(peer);
      events.connected(peer.node());
      return true;
    }

    @Override
    public void lost(PeerLink link, NodeId peer) {
      standing.remove(peer, link);
    }

    @Override
    public void gone(NodeId peer) {
      log.info("node {} is gone", peer.value());
      events.gone(peer);
    }

    @Override
    public void takesAgain(NodeId peer) {
      events.connected(peer);
    }

    @Override
    public void refused(String reason) {
      events.refused(reason);
    }
  }
}
