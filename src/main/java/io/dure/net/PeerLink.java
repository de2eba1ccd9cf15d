package io.dure.net;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.wire.PeerHello;
import io.dure.wire.ResponseFrame;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.network.PlaintextTransportLayer;
import org.apache.kafka.common.network.TransportLayer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our stream to one address where a peer listens: dials, says hello, sends; and dials again
 * whenever it breaks, for ever. Belongs to a loop, but for {@link #offer}.
 *
 * <pre>
 *   Waiting ── delay over ─▶ Connecting ── connected ─▶ Greeting ── welcome ─▶ Streaming
 *      ▲──────── refused, lost, silent for too long, not taking what it is sent ◀──┘
 * </pre>
 */
final class PeerLink implements SocketLoop.Channel {
  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
  private static final long FIRST_DELAY_MS = 5;
  private static final long MAX_DELAY_MS = 100;
  private static final long UNWANTED_DELAY_MS = 1_000;
  private static final long PATIENCE_MS = 2_000;
  private static final int ANSWER_BYTES = 1 << 20;

  /**
   * Room beyond the bound for frames that carry no records: they are what sets things right again.
   */
  private static final long SMALL_EXTRA_BYTES = 4L << 20;

  private static final int SMALL_BYTES = 16 << 10;

  /** What becomes of a welcome, decided by all links together. */
  interface Owner {
    PeerHello self();

    /** False: another link to that node stands already. */
    boolean welcomed(PeerLink link, PeerHello peer);

    void lost(PeerLink link, NodeId peer);

    /** Messages had to be dropped; from now on they arrive again. */
    void takesAgain(NodeId peer);

    void gone(NodeId peer);

    void refused(String reason);
  }

  private enum State {
    WAITING,
    CONNECTING,
    GREETING,
    STREAMING,
    RETIRED
  }

  private final Endpoint address;
  private final SocketLoop sockets;
  private final Inbound inbound;
  private final Owner owner;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final SendQueue unsent = new SendQueue();

  private State state = State.WAITING;
  private Optional<TransportLayer> transport = Optional.empty();
  private Optional<SocketChannel> socket = Optional.empty();
  private FrameReader reader;
  private Optional<PeerHello> known = Optional.empty();

  /** The process known last stood here and its end has not been told. */
  private boolean mayBeGone;

  private long delayMs = FIRST_DELAY_MS;
  private long progressMs;
  private boolean dirty;
  private boolean toldOtherVersion;
  private long droppedFrames;

  PeerLink(Endpoint address, SocketLoop sockets, Inbound inbound, Owner owner) {
    this.address = address;
    this.sockets = sockets;
    this.inbound = inbound;
    this.owner = owner;
    this.reader = newReader();
  }

  private static FrameReader newReader() {
    return new FrameReader(ANSWER_BYTES, new RequestMemory(ANSWER_BYTES));
  }

  Endpoint address() {
    return address;
  }

  long queuedBytes() {
    return queuedBytes.get();
  }

  // ---- dialling

  void dial() {
    if (state != State.WAITING) {
      return;
    }
    state = State.CONNECTING;
    progressMs = inbound.nowMs();
    try {
      connect(InetAddress.ofLiteral(address.host()));
    } catch (IllegalArgumentException e) {
      Thread.ofVirtual().name("resolve " + address).start(this::resolve);
    }
  }

  /** A name may take its time to be looked up. */
  private void resolve() {
    try {
      InetAddress found = InetAddress.getByName(address.host());
      sockets.loop().execute(() -> connect(found));
    } catch (IOException e) {
      sockets.loop().execute(() -> close("no address known for " + address.host()));
    }
  }

  private void connect(InetAddress to) {
    if (state != State.CONNECTING || socket.isPresent()) {
      return;
    }
    try {
      SocketChannel channel = SocketChannel.open();
      socket = Optional.of(channel);
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = sockets.register(channel, SelectionKey.OP_CONNECT, this);
      transport = Optional.of(new PlaintextTransportLayer(key));
      if (channel.connect(new InetSocketAddress(to, address.port()))) {
        greet();
      }
    } catch (ConnectException e) {
      refusedByPort();
    } catch (IOException e) {
      close(e.toString());
    }
  }

  @Override
  public void onReady(SelectionKey key) throws IOException {
    if (key.isConnectable()) {
      try {
        if (socket.isPresent() && socket.get().finishConnect()) {
          greet();
        }
      } catch (ConnectException e) {
        refusedByPort();
      }
      return;
    }
    if (key.isWritable()) {
      flush();
    }
    if (key.isValid() && key.isReadable()) {
      read();
    }
  }

  private void refusedByPort() {
    if (mayBeGone && known.isPresent()) {
      mayBeGone = false;
      owner.gone(known.get().node());
    }
    close("refused");
  }

  // ---- greeting

  private void greet() {
    TransportLayer wire = transport.orElseThrow();
    wire.removeInterestOps(SelectionKey.OP_CONNECT);
    wire.addInterestOps(SelectionKey.OP_READ);
    state = State.GREETING;
    progressMs = inbound.nowMs();
    ByteBuffer hello = owner.self().requestFrame();
    unsent.add(new ResponseFrame.Bytes(hello));
    queuedBytes.addAndGet(hello.remaining());
    markDirty();
  }

  private void read() throws IOException {
    ByteBuffer in = sockets.readBuffer();
    int n = transport.orElseThrow().read(in);
    if (n < 0) {
      close("closed by the other side");
      return;
    }
    in.flip();
    if (in.hasRemaining() && state != State.GREETING) {
      close("the other side talks on a stream that is ours");
      return;
    }
    switch (reader.next(in)) {
      case NEED_MORE -> {}
      case NO_ROOM, BAD_LENGTH -> close("no peer listens there");
      case FRAME -> onAnswer(reader.takeFrame());
    }
  }

  private void onAnswer(ByteBuffer frame) {
    PeerHello.Answer answer;
    try {
      answer = PeerHello.readAnswer(frame);
    } catch (PeerHello.OtherVersion e) {
      if (!toldOtherVersion) {
        toldOtherVersion = true;
        owner.refused("the node at %s: %s".formatted(address, e.getMessage()));
      }
      delayMs = UNWANTED_DELAY_MS;
      close(String.valueOf(e.getMessage()));
      return;
    } catch (RuntimeException e) {
      close("no peer listens there: " + e);
      return;
    }
    switch (answer) {
      case PeerHello.Answer.Welcome(PeerHello peer) -> onWelcome(peer);
      case PeerHello.Answer.Refusal(String reason, PeerHello peer) -> onRefusal(peer, reason);
    }
  }

  private void onWelcome(PeerHello peer) {
    Optional<String> objection = Kinship.objection(owner.self(), peer);
    if (objection.isPresent()) {
      onRefusal(peer, objection.get());
      return;
    }
    boolean otherProcess = known.isPresent() && !known.get().process().equals(peer.process());
    if (otherProcess && mayBeGone) {
      owner.gone(known.get().node());
    }
    known = Optional.of(peer);
    state = State.STREAMING;
    if (!owner.welcomed(this, peer)) {
      mayBeGone = false;
      delayMs = UNWANTED_DELAY_MS;
      close("there is another stream to node " + peer.node().value());
      return;
    }
    mayBeGone = true;
    delayMs = FIRST_DELAY_MS;
    toldOtherVersion = false;
    log.info("stream to node {} at {} stands", peer.node().value(), address);
  }

  private void onRefusal(PeerHello peer, String reason) {
    if (peer.process().equals(owner.self().process())) {
      close("that is this node itself");
      state = State.RETIRED;
      return;
    }
    delayMs = UNWANTED_DELAY_MS;
    close(reason);
    owner.refused(reason);
  }

  // ---- streaming

  /** Queues a frame, from any thread; drops it when the bound is reached or no stream stands. */
  void offer(List<ByteBuffer> buffers, long bytes) {
    long bound = inbound.settings().peerQueueBytes();
    long limit = bytes <= SMALL_BYTES ? bound + SMALL_EXTRA_BYTES : bound;
    if (queuedBytes.getAndAdd(bytes) >= limit) {
      queuedBytes.addAndGet(-bytes);
      sockets.loop().run(() -> droppedFrames++);
      return;
    }
    sockets.loop().run(() -> enqueue(buffers, bytes));
  }

  private void enqueue(List<ByteBuffer> buffers, long bytes) {
    if (state != State.STREAMING) {
      queuedBytes.addAndGet(-bytes);
      return;
    }
    if (unsent.isEmpty()) {
      progressMs = inbound.nowMs();
    }
    unsent.add(buffers);
    markDirty();
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
    if (state != State.STREAMING && state != State.GREETING) {
      return;
    }
    TransportLayer wire = transport.orElseThrow();
    long written = unsent.writeTo(wire, sockets.writeBuffer());
    if (written > 0) {
      queuedBytes.addAndGet(-written);
      progressMs = inbound.nowMs();
    }
    if (unsent.isEmpty()) {
      wire.removeInterestOps(SelectionKey.OP_WRITE);
      tellIfDropped();
    } else {
      wire.addInterestOps(SelectionKey.OP_WRITE);
    }
  }

  private void tellIfDropped() {
    if (droppedFrames > 0 && state == State.STREAMING && known.isPresent()) {
      log.warn("{} frames to {} were dropped: too much waited to be sent", droppedFrames, address);
      droppedFrames = 0;
      owner.takesAgain(known.get().node());
    }
  }

  @Override
  public void check() {
    boolean waitsForPeer =
        switch (state) {
          case CONNECTING, GREETING -> true;
          case STREAMING -> !unsent.isEmpty();
          case WAITING, RETIRED -> false;
        };
    if (waitsForPeer && inbound.nowMs() - progressMs > PATIENCE_MS) {
      close("silent");
    }
  }

  // ---- ends

  /** Ends this attempt and plans the next one. */
  @Override
  public void close(String reason) {
    if (state == State.WAITING || state == State.RETIRED) {
      return;
    }
    boolean stood = state == State.STREAMING;
    state = State.WAITING;
    release();
    if (stood && known.isPresent()) {
      log.info("stream to node {} at {} ends: {}", known.get().node().value(), address, reason);
      owner.lost(this, known.get().node());
    } else {
      log.debug("no stream to {}: {}", address, reason);
    }
    if (stood && delayMs == FIRST_DELAY_MS) {
      sockets.loop().execute(this::dial);
    } else {
      sockets.loop().schedule(delayMs, this::dial);
      delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
    }
  }

  /** Ends for good. */
  void retire() {
    close("not needed any more");
    state = State.RETIRED;
  }

  private void release() {
    sockets.forget(this);
    try {
      if (socket.isPresent()) {
        socket.get().close();
      }
    } catch (IOException e) {
      log.debug("closing the socket to {}", address, e);
    }
    socket = Optional.empty();
    transport = Optional.empty();
    reader = newReader();
    droppedFrames = 0;
    queuedBytes.addAndGet(-unsent.heapBytes());
    unsent.clear();
  }
}
