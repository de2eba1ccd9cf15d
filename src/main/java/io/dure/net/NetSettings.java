package io.dure.net;

import io.dure.base.Check;

/**
 * The bounds of the network.
 *
 * @param maxFrameBytes the largest request ({@code socket.request.max.bytes})
 * @param requestBytes requests of all clients that are being read or answered, together ({@code
 *     queued.max.bytes})
 * @param idleMs a client's connection without traffic is closed after this ({@code
 *     connections.max.idle.ms})
 * @param maxConnections further ones of clients are closed at once ({@code max.connections})
 * @param peerQueueBytes waiting to be sent to one peer; what comes beyond is dropped
 */
public record NetSettings(
    int maxFrameBytes, long requestBytes, long idleMs, int maxConnections, long peerQueueBytes) {
  /** Requests of one connection taken up whose answers the socket has not taken yet. */
  static final int IN_FLIGHT = 100;

  /** Bytes of them; one request may be larger when it is alone. */
  static final long IN_FLIGHT_BYTES = 32L << 20;

  /**
   * Answers of one connection on the heap and not yet taken by the socket, above which no more is
   * read from it.
   */
  static final long UNSENT_BYTES = 4L << 20;

  /** Connections let in beyond {@link #maxConnections}; who is no other node is closed at once. */
  static final int PEER_RESERVE = 64;

  /** A connection in that reserve that says nothing for so long is closed. */
  static final long RESERVED_SILENCE_MS = 2_000;

  /** A request that has begun to arrive and does not go on for so long is given up. */
  static final long STALLED_MS = 30_000;

  /** A request that waits so long for room in {@link #requestBytes} is given up. */
  static final long NO_ROOM_MS = 10_000;

  /** The largest frame between nodes; above the largest batch a log may hold. */
  static final int PEER_FRAME_BYTES = 110 << 20;

  public NetSettings {
    Check.that(requestBytes >= maxFrameBytes, "a request of the largest size must have room");
  }

  public static NetSettings defaults() {
    return new NetSettings(100 << 20, 256L << 20, 600_000, 10_000, 32L << 20);
  }
}
