package io.dure.net;

import io.dure.base.Endpoint;
import io.dure.wire.RequestSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's one port, for clients and peers. Accepts on the first loop and deals connections out
 * over all. Requests that come before {@link #open} wait; peers are let in from the start.
 */
public final class Listener implements SocketLoop.Channel {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final int BACKLOG = 1024;
  private static final int ACCEPTS_PER_TURN = 64;
  private static final long RETRY_MS = 200;

  private final ServerSocketChannel server;
  private final List<SocketLoop> loops;
  private final Inbound inbound;
  private int next;

  private Listener(ServerSocketChannel server, List<SocketLoop> loops, Inbound inbound) {
    this.server = server;
    this.loops = List.copyOf(loops);
    this.inbound = inbound;
  }

  /** Takes the address; connections are made from now on and served from {@link #start} on. */
  public static Listener bind(Endpoint address, List<SocketLoop> loops, PeerLinks peers)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.configureBlocking(false);
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(new InetSocketAddress(address.host(), address.port()), BACKLOG);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    return new Listener(server, loops, peers.inbound());
  }

  /** The port bound, also where any free one was asked for. */
  public int port() {
    return server.socket().getLocalPort();
  }

  /** Begins to accept. The loops must be running. */
  public void start() {
    loops.getFirst().loop().execute(this::acceptAgain);
  }

  /** Lets requests in, also those that wait. */
  public void open(RequestSink sink) {
    inbound.open(sink);
  }

  @Override
  public void onReady(SelectionKey key) {
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
      try {
        SocketChannel socket = server.accept();
        if (socket == null) {
          return;
        }
        deal(socket);
      } catch (IOException e) {
        log.warn("cannot accept connections: {}; trying again", e.getMessage());
        key.cancel();
        loops.getFirst().loop().schedule(RETRY_MS, this::acceptAgain);
        return;
      }
    }
  }

  private void acceptAgain() {
    try {
      if (server.isOpen()) {
        loops.getFirst().register(server, SelectionKey.OP_ACCEPT, this);
      }
    } catch (IOException e) {
      log.error("cannot accept connections", e);
    }
  }

  private void deal(SocketChannel socket) throws IOException {
    if (!inbound.mayConnect()) {
      log.warn("refusing a connection: {} are open", inbound.settings().maxConnections());
      socket.close();
      return;
    }
    try {
      socket.configureBlocking(false);
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    } catch (IOException e) {
      // Already gone: no reason to stop accepting others.
      inbound.disconnected();
      closeQuietly(socket);
      return;
    }
    SocketLoop sockets = loops.get(next++ % loops.size());
    sockets.loop().run(() -> adopt(socket, sockets));
  }

  private void adopt(SocketChannel socket, SocketLoop sockets) {
    try {
      Connection.adopt(socket, sockets, inbound);
    } catch (IOException e) {
      inbound.disconnected();
      log.debug("a connection was gone before it began", e);
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(SocketChannel socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a socket", e);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void check() {}

  @Override
  public void close(String reason) {
    try {
      loops.getFirst().forget(this);
      server.close();
    } catch (IOException e) {
      log.debug("closing the listener", e);
    }
  }
}
