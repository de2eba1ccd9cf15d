package io.dure.net;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.wire.ApiVersionsAnswer;
import io.dure.wire.ClientSoftware;
import io.dure.wire.PeerHello;
import io.dure.wire.Request;
import io.dure.wire.RequestFrame;
import io.dure.wire.RequestSink;
import io.dure.wire.ResponseFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.network.PlaintextTransportLayer;
import org.apache.kafka.common.network.TransportLayer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One incoming connection. Belongs to a loop. Requests are taken up as they arrive and answered in
 * their order; where too many or too large ones are under way, or the client does not take its
 * answers, nothing more is read until that changes.
 *
 * <p>A peer's hello turns the connection for good into a stream of that peer's messages.
 */
final class Connection implements SocketLoop.Channel {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketLoop sockets;
  private final Inbound inbound;
  private final TransportLayer transport;
  private final InetSocketAddress remote;
  private final Endpoint arrivedAt;

  private final RequestMemory peerMemory = new RequestMemory(2L * NetSettings.PEER_FRAME_BYTES);
  private FrameReader reader;
  private final SendQueue unsent = new SendQueue();
  private final ArrayDeque<Slot> inFlight = new ArrayDeque<>();
  private final Farewells farewells = new Farewells();
  private long inFlightBytes;

  /** Read from the socket, not yet cut into frames because the connection is paused. */
  private ByteBuffer leftover = NOTHING;

  private final Runnable whenOpen = this::onOpen;

  /** A whole frame that waits for the node to open. */
  private Optional<ByteBuffer> held = Optional.empty();

  /** Requests are being taken up right now; some may be answered at once. */
  private boolean cutting;

  private boolean waitsForRoom;

  /** Let in beyond what clients may have, as it may be another node. */
  private final boolean reserved;

  /** As its last ApiVersions request named it. */
  private ClientSoftware software = ClientSoftware.UNKNOWN;

  private Optional<NodeId> peer = Optional.empty();
  private boolean dirty;
  private boolean awaitsWritable;
  private boolean closed;
  private boolean closeWhenSent;
  private String closeReason = "";
  private long lastTrafficMs;

  /** Takes over an accepted socket, on the loop. */
  static void adopt(SocketChannel socket, SocketLoop sockets, Inbound inbound) throws IOException {
    new Connection(socket, sockets, inbound);
  }

  private Connection(SocketChannel socket, SocketLoop sockets, Inbound inbound) throws IOException {
    this.sockets = sockets;
    this.inbound = inbound;
    this.remote = (InetSocketAddress) socket.getRemoteAddress();
    var local = (InetSocketAddress) socket.getLocalAddress();
    this.arrivedAt = new Endpoint(local.getAddress().getHostAddress(), local.getPort());
    this.reader = new FrameReader(inbound.settings().maxFrameBytes(), inbound.memory());
    this.lastTrafficMs = inbound.nowMs();
    this.reserved = inbound.isCrowded();
    this.transport =
        new PlaintextTransportLayer(sockets.register(socket, SelectionKey.OP_READ, this));
    sockets.traffic().connected(1);
  }

  SocketLoop sockets() {
    return sockets;
  }

  InetSocketAddress remote() {
    return remote;
  }

  // ---- reading

  @Override
  public void onReady(SelectionKey key) throws IOException {
    if (key.isWritable()) {
      flush();
    }
    if (!closed && key.isValid() && key.isReadable()) {
      read();
    }
  }

  private void read() throws IOException {
    ByteBuffer in = sockets.readBuffer();
    int n = transport.read(in);
    if (n < 0) {
      close(reader.midFrame() ? "truncated request: " + progress() : "");
      return;
    }
    lastTrafficMs = inbound.nowMs();
    if (peer.isEmpty()) {
      sockets.traffic().read(n);
    }
    cut(in.flip());
  }

  private String progress() {
    return "the client left in the middle of " + reader.announcedBytes() + " bytes";
  }

  /**
   * Takes up the requests in {@code in}; what cannot be taken up now is kept and nothing more is
   * read.
   */
  private void cut(ByteBuffer in) {
    cutting = true;
    cutAll(in);
    cutting = false;
  }

  private void cutAll(ByteBuffer in) {
    while (!closed) {
      if (paused()) {
        pauseWith(in);
        return;
      }
      switch (reader.next(in)) {
        case NEED_MORE -> {
          leftover = NOTHING;
          if (transport.isMute()) {
            transport.addInterestOps(SelectionKey.OP_READ);
          }
          return;
        }
        case NO_ROOM -> {
          waitForRoom();
          pauseWith(in);
          return;
        }
        case BAD_LENGTH ->
            close(
                "a frame of " + reader.announcedBytes() + " bytes is not a request, or too large");
        case FRAME -> onFrame(reader.takeFrame());
      }
    }
  }

  private boolean paused() {
    return waitsForRoom
        || held.isPresent()
        || closeWhenSent
        || inFlight.size() + unsent.frames() >= NetSettings.IN_FLIGHT
        || inFlightBytes >= NetSettings.IN_FLIGHT_BYTES
        || unsent.heapBytes() >= NetSettings.UNSENT_BYTES;
  }

  private void pauseWith(ByteBuffer in) {
    if (in != leftover) {
      leftover = ByteBuffer.allocate(in.remaining()).put(in).flip();
    }
    transport.removeInterestOps(SelectionKey.OP_READ);
  }

  private void resume() {
    if (!closed && !cutting && transport.isMute() && !paused()) {
      cut(leftover);
    }
  }

  private void waitForRoom() {
    waitsForRoom = true;
    inbound
        .memory()
        .whenRoom(
            reader.wantedBytes(),
            () ->
                sockets
                    .loop()
                    .execute(() -> {
                      waitsForRoom = false;
                      resume();
                    }));
  }

  // ---- requests

  private void onFrame(ByteBuffer frame) {
    if (peer.isPresent()) {
      onPeerFrame(peer.get(), frame);
      return;
    }
    Optional<RequestSink> sink = inbound.sink();
    RequestFrame request =
        RequestFrame.decode(frame.duplicate(), sink.map(RequestSink::served).orElse(Set.of()));
    if (request instanceof RequestFrame.Hello(int correlationId, PeerHello hello)) {
      inbound.memory().give(frame.capacity());
      onHello(correlationId, hello);
    } else if (request instanceof RequestFrame.HelloOfOther(int correlationId, short version)) {
      inbound.memory().give(frame.capacity());
      PeerHello.Answer.Refusal refusal = inbound.peers().onOtherVersion(version);
      send(new ResponseFrame.Bytes(PeerHello.answerFrame(correlationId, refusal)));
      closeWhenSent("refused: " + refusal.reason());
    } else if (reserved) {
      inbound.memory().give(frame.capacity());
      close("%d connections are open".formatted(inbound.settings().maxConnections()));
    } else if (sink.isEmpty()) {
      hold(frame);
    } else {
      take(sink.get(), request, frame);
    }
  }

  /** Keeps a request until the node can take it: it is still starting. */
  private void hold(ByteBuffer frame) {
    held = Optional.of(frame);
    inbound.whenOpen(whenOpen);
  }

  private void onOpen() {
    sockets.loop().execute(this::release);
  }

  private void release() {
    Optional<ByteBuffer> frame = held;
    held = Optional.empty();
    if (closed) {
      return;
    }
    frame.ifPresent(this::onFrame);
    resume();
  }

  private void take(RequestSink sink, RequestFrame request, ByteBuffer frame) {
    switch (request) {
      case RequestFrame.Decoded r -> {
        var slot =
            new Slot(
                this, r.api(), r.version(), r.correlationId(), frame.capacity(), inbound.nowNs());
        begin(slot);
        if (r.body() instanceof ApiVersionsRequestData who) {
          software = ClientSoftware.of(who).orElse(software);
        }
        sink.take(
            new Request(
                r.api(),
                r.version(),
                r.body(),
                r.clientId(),
                remote,
                arrivedAt,
                "User:ANONYMOUS",
                software,
                farewells,
                sockets.loop(),
                frame.limit()),
            slot);
      }
      case RequestFrame.FutureApiVersions(int correlationId) -> {
        var slot =
            new Slot(
                this,
                ApiKeys.API_VERSIONS,
                (short) 0,
                correlationId,
                frame.capacity(),
                inbound.nowNs());
        begin(slot);
        slot.answer(ApiVersionsAnswer.unsupportedVersion());
      }
      case RequestFrame.Refused(String reason) -> {
        inbound.memory().give(frame.capacity());
        close(reason);
      }
      case RequestFrame.Hello _, RequestFrame.HelloOfOther _ -> {}
    }
  }

  private void begin(Slot slot) {
    inFlight.add(slot);
    inFlightBytes += slot.frameBytes();
  }

  // ---- answers

  /** A request has its outcome: sends what is in turn. Called on the loop. */
  void onDone(Slot slot) {
    inbound.memory().give(slot.frameBytes());
    if (closed) {
      return;
    }
    long nowNs = inbound.nowNs();
    while (!inFlight.isEmpty() && inFlight.peek().isDone()) {
      Slot done = inFlight.remove();
      inFlightBytes -= done.frameBytes();
      sockets.traffic().answered(done.api(), nowNs - done.takenNs());
      switch (done.outcome()) {
        case Slot.Outcome.Frame(ResponseFrame frame) -> send(frame);
        case Slot.Outcome.Pending _, Slot.Outcome.Silence _ -> {}
        case Slot.Outcome.HangUp(String reason) -> closeWhenSent(reason);
      }
    }
    resume();
  }

  private void send(ResponseFrame frame) {
    if (!closeWhenSent) {
      unsent.add(frame);
      markDirty();
    }
  }

  private void closeWhenSent(String reason) {
    if (!closeWhenSent) {
      closeWhenSent = true;
      closeReason = reason;
      markDirty();
    }
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      sockets.wantsWrite(this);
    }
  }

  @Override
  public void flush() throws IOException {
    dirty = false;
    if (closed) {
      return;
    }
    long written = unsent.writeTo(transport, sockets.writeBuffer());
    if (written > 0) {
      lastTrafficMs = inbound.nowMs();
      sockets.traffic().written(written);
    }
    if (!unsent.isEmpty()) {
      awaitWritable(true);
      return;
    }
    awaitWritable(false);
    if (closeWhenSent) {
      close(closeReason);
    } else {
      resume();
    }
  }

  private void awaitWritable(boolean wanted) {
    if (wanted && !awaitsWritable) {
      transport.addInterestOps(SelectionKey.OP_WRITE);
    } else if (!wanted && awaitsWritable) {
      transport.removeInterestOps(SelectionKey.OP_WRITE);
    }
    awaitsWritable = wanted;
  }

  // ---- peers

  private void onHello(int correlationId, PeerHello hello) {
    PeerHello.Answer answer = inbound.peers().onHello(hello, this);
    send(new ResponseFrame.Bytes(PeerHello.answerFrame(correlationId, answer)));
    switch (answer) {
      case PeerHello.Answer.Welcome _ -> {
        peer = Optional.of(hello.node());
        sockets.traffic().connected(-1);
        reader = new FrameReader(NetSettings.PEER_FRAME_BYTES, peerMemory);
      }
      case PeerHello.Answer.Refusal(String reason, var _) -> closeWhenSent("refused: " + reason);
    }
  }

  private void onPeerFrame(NodeId from, ByteBuffer frame) {
    peerMemory.give(frame.capacity());
    if (!inbound.peers().onFrame(from, frame)) {
      close("node " + from.value() + " sent a frame that makes no sense");
    }
  }

  // ---- ends

  @Override
  public void check() {
    long silentMs = inbound.nowMs() - lastTrafficMs;
    if (peer.isPresent()) {
      return;
    }
    if (reserved && silentMs > NetSettings.RESERVED_SILENCE_MS) {
      close("%d connections are open".formatted(inbound.settings().maxConnections()));
    } else if (waitsForRoom && silentMs > NetSettings.NO_ROOM_MS) {
      close("no room for a request of " + reader.announcedBytes() + " bytes");
    } else if (reader.midFrame() && silentMs > NetSettings.STALLED_MS) {
      close("a request of " + reader.announcedBytes() + " bytes does not go on");
    } else if (silentMs > inbound.settings().idleMs() && inFlight.isEmpty()) {
      close("");
    }
  }

  /** Ends the connection; an empty reason is not worth a line in the log. */
  @Override
  public void close(String reason) {
    if (closed) {
      return;
    }
    closed = true;
    if (!reason.isEmpty()) {
      log.info("closing the connection of {}: {}", remote, reason);
    }
    sockets.forget(this);
    if (peer.isEmpty()) {
      sockets.traffic().connected(-1);
    }
    inbound.disconnected();
    reader.close();
    inbound.doesNotWait(whenOpen);
    held.ifPresent(bytes -> inbound.memory().give(bytes.capacity()));
    held = Optional.empty();
    try {
      transport.close();
    } catch (IOException e) {
      log.debug("closing the socket of {}", remote, e);
    }
    farewells.end();
    peer.ifPresent(from -> inbound.peers().onClosed(from, this));
  }
}
