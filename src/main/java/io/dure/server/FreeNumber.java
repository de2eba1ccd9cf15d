package io.dure.server;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.wire.PeerHello;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a number for a node that joins a cluster and was given none: one more than the largest that
 * a member knows of, or the next one that this member has not given to somebody else who joins just
 * now. It introduces itself to the member under that number and keeps the connection, so the number
 * is taken from then on; the node's own stream takes its place. Belongs to the main thread, blocks.
 */
final class FreeNumber {
  private static final Logger log = LoggerFactory.getLogger(FreeNumber.class);
  private static final int CONNECT_MS = 1_500;
  private static final int ANSWER_MS = 3_000;
  private static final int ASK_AGAIN_MS = 500;

  /** The longest answer that makes sense, in bytes. */
  private static final int LONGEST_ANSWER = 8 << 20;

  /** One whose answer has the plain header. */
  private static final short METADATA = 2;

  /** So many may be refused in a row before something else must be wrong. */
  private static final int TRIES = 100;

  private final List<Endpoint> members;
  private final UUID process;
  private final Endpoint own;
  private Optional<Socket> claim = Optional.empty();

  /**
   * @param members where members of the cluster may be found
   * @param process as in the node's own hellos later: so they are known to be of the same node
   */
  FreeNumber(List<Endpoint> members, UUID process, Endpoint own) {
    this.members = members;
    this.process = process;
    this.own = own;
  }

  /** Asks until a member answers: a node that has a number waits for its members as long. */
  NodeId claim() throws BadConfig, InterruptedException {
    for (int round = 0; ; round++) {
      for (Endpoint member : members) {
        try {
          return claimFrom(member);
        } catch (PeerHello.OtherVersion e) {
          throw new BadConfig(String.valueOf(e.getMessage()));
        } catch (IOException e) {
          if (round % 20 == 0) {
            log.info("{} gives no number yet: {}", member, e.toString());
          }
        }
      }
      Thread.sleep(ASK_AGAIN_MS);
    }
  }

  /** The node has streams of its own now. */
  void release() {
    claim.ifPresent(FreeNumber::close);
    claim = Optional.empty();
  }

  private NodeId claimFrom(Endpoint member) throws IOException, BadConfig {
    int number = 1 + largestKnownTo(member);
    String refusal = "";
    for (int i = 0; i < TRIES; i++) {
      NodeId wanted = new NodeId(number + i);
      Socket socket = connect(member);
      switch (greet(socket, wanted)) {
        case PeerHello.Answer.Welcome(PeerHello by) -> {
          if (by.cluster().isEmpty()) {
            close(socket);
            throw new IOException("it belongs to no cluster yet");
          }
          if (!by.voters().contains(wanted)) {
            claim = Optional.of(socket);
            return wanted;
          }
          close(socket);
        }
        case PeerHello.Answer.Refusal(String reason, PeerHello _) -> {
          close(socket);
          refusal = reason;
        }
      }
    }
    throw new BadConfig(
        "%s has no number for this node: %s; give it one with --node".formatted(member, refusal));
  }

  private static Socket connect(Endpoint member) throws IOException {
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(member.host(), member.port()), CONNECT_MS);
      socket.setSoTimeout(ANSWER_MS);
      return socket;
    } catch (IOException e) {
      close(socket);
      throw e;
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a claim", e);
    }
  }

  private PeerHello.Answer greet(Socket socket, NodeId as) throws IOException {
    var hello =
        new PeerHello(as, process, Optional.empty(), own, List.of(), List.of())
            .at(System.currentTimeMillis());
    try {
      send(socket, hello.requestFrame());
      return PeerHello.readAnswer(receive(socket));
    } catch (PeerHello.OtherVersion e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      close(socket);
      throw new IOException("it does not greet as a member does: " + e, e);
    }
  }

  /** As it tells clients; no topic is asked for. */
  private static int largestKnownTo(Endpoint member) throws IOException {
    var ask = new MetadataRequest(new MetadataRequestData().setTopics(List.of()), METADATA);
    ByteBuffer body = ask.serializeWithHeader(new RequestHeader(ApiKeys.METADATA, METADATA, "", 0));
    try (Socket socket = connect(member)) {
      send(
          socket,
          ByteBuffer.allocate(4 + body.remaining()).putInt(body.remaining()).put(body).flip());
      ByteBuffer answer = receive(socket);
      answer.getInt(); // what it is the answer to
      return new MetadataResponseData(new ByteBufferAccessor(answer), METADATA)
          .brokers().stream().mapToInt(MetadataResponseBroker::nodeId).max().orElseThrow();
    } catch (RuntimeException e) {
      throw new IOException("it does not answer as a broker does: " + e, e);
    }
  }

  private static void send(Socket socket, ByteBuffer frame) throws IOException {
    socket.getOutputStream().write(frame.array(), frame.position(), frame.remaining());
    socket.getOutputStream().flush();
  }

  private static ByteBuffer receive(Socket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    int bytes = in.readInt();
    if (bytes < 0 || bytes > LONGEST_ANSWER) {
      throw new IOException("an answer of " + bytes + " bytes");
    }
    var body = new byte[bytes];
    in.readFully(body);
    return ByteBuffer.wrap(body);
  }
}
