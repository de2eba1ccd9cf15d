package io.dure.wire;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How a node introduces itself to another: the first request on a peer stream, under an API key
 * that Kafka does not use, and the answer to it.
 *
 * @param process made anew at each start of the process
 * @param cluster empty until the node belongs to one
 * @param endpoint where others reach this node
 * @param founders the addresses given at its start, as written; empty unless it was told them
 * @param voters of the metadata quorum; empty until the node knows them
 * @param wallMs what the node's clock said when it was sent; see {@link #at}
 */
public record PeerHello(
    NodeId node,
    UUID process,
    Optional<UUID> cluster,
    Endpoint endpoint,
    List<String> founders,
    List<NodeId> voters,
    long wallMs) {
  public static final short API_KEY = 10_000;

  /**
   * Of the hello and of all that follows on the stream. Raised by one whenever the layout of any of
   * it changes ({@code PeerProtocolTest} notices), since both sides must read it alike: a node of
   * another version is refused. Only the request's head, the answer's first byte and the reason of
   * a refusal are the same in all versions, so that it can be told why.
   */
  public static final short PROTOCOL_VERSION = 9;

  /** The most founders or voters anyone may name. */
  private static final int MAX_MEMBERS = 1_000;

  /** As a node makes it for all times it will introduce itself. */
  public PeerHello(
      NodeId node,
      UUID process,
      Optional<UUID> cluster,
      Endpoint endpoint,
      List<String> founders,
      List<NodeId> voters) {
    this(node, process, cluster, endpoint, founders, voters, 0);
  }

  public PeerHello {
    founders = List.copyOf(founders);
    voters = List.copyOf(voters);
  }

  /** The other side is of another version; the message names both and says what to do. */
  public static final class OtherVersion extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherVersion(String reason) {
      super(reason);
    }
  }

  /** Why a node that speaks {@code theirs} cannot be talked to. */
  public static String otherVersion(short theirs) {
    return "nodes of different releases do not form one cluster: one speaks version %d of the peer protocol, the other version %d; run the same release on both"
        .formatted(PROTOCOL_VERSION, theirs);
  }

  /** What the other side says to a hello. */
  public sealed interface Answer {
    /** Who I am; from now on your frames on this connection are messages to me. */
    record Welcome(PeerHello self) implements Answer {}

    /** We do not belong together; also who I am, since both sides should be named. */
    record Refusal(String reason, PeerHello self) implements Answer {}
  }

  /** The same node once it knows more of its cluster. */
  public PeerHello with(Optional<UUID> knownCluster, List<NodeId> knownVoters) {
    return new PeerHello(node, process, knownCluster, endpoint, founders, knownVoters, wallMs);
  }

  /** The same, as it is sent at this time. */
  public PeerHello at(long nowWallMs) {
    return new PeerHello(node, process, cluster, endpoint, founders, voters, nowWallMs);
  }

  /** The request as a whole frame, length included. */
  public ByteBuffer requestFrame() {
    return frame(out -> {
      out.writeShort(API_KEY);
      out.writeShort(PROTOCOL_VERSION);
      out.writeInt(0);
      write(out);
    });
  }

  /** The answer as a whole frame, length included. */
  public static ByteBuffer answerFrame(int correlationId, Answer answer) {
    return frame(out -> {
      out.writeInt(correlationId);
      switch (answer) {
        case Answer.Welcome(PeerHello self) -> {
          out.writeByte(0);
          self.write(out);
        }
        case Answer.Refusal(String reason, PeerHello self) -> {
          out.writeByte(1);
          out.writeUTF(reason);
          self.write(out);
        }
      }
    });
  }

  /**
   * Reads an answer's frame (without its length); throws an unchecked exception on anything else.
   */
  public static Answer readAnswer(ByteBuffer frame) {
    frame.getInt();
    boolean refused = frame.get() != 0;
    if (refused) {
      String reason = string(frame);
      if (frame.getShort(frame.position()) != PROTOCOL_VERSION) {
        throw new OtherVersion(reason);
      }
      return new Answer.Refusal(reason, read(frame));
    }
    return new Answer.Welcome(read(frame));
  }

  /** Reads the fields; throws an unchecked exception where they are not a hello of our version. */
  static PeerHello read(ByteBuffer in) {
    short protocol = in.getShort();
    if (protocol != PROTOCOL_VERSION) {
      throw new OtherVersion(otherVersion(protocol));
    }
    var node = new NodeId(in.getInt());
    UUID process = uuid(in);
    Optional<UUID> cluster = in.get() == 0 ? Optional.empty() : Optional.of(uuid(in));
    var endpoint = new Endpoint(string(in), in.getInt());
    var founders = new ArrayList<String>();
    for (int i = count(in); i > 0; i--) {
      founders.add(string(in));
    }
    var voters = new ArrayList<NodeId>();
    for (int i = count(in); i > 0; i--) {
      voters.add(new NodeId(in.getInt()));
    }
    return new PeerHello(node, process, cluster, endpoint, founders, voters, in.getLong());
  }

  private static int count(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > MAX_MEMBERS) {
      throw new IllegalArgumentException("a list of " + count);
    }
    return count;
  }

  private void write(DataOutputStream out) throws IOException {
    out.writeShort(PROTOCOL_VERSION);
    out.writeInt(node.value());
    write(process, out);
    out.writeBoolean(cluster.isPresent());
    if (cluster.isPresent()) {
      write(cluster.get(), out);
    }
    out.writeUTF(endpoint.host());
    out.writeInt(endpoint.port());
    out.writeInt(founders.size());
    for (String founder : founders) {
      out.writeUTF(founder);
    }
    out.writeInt(voters.size());
    for (NodeId voter : voters) {
      out.writeInt(voter.value());
    }
    out.writeLong(wallMs);
  }

  private static void write(UUID id, DataOutputStream out) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private static UUID uuid(ByteBuffer in) {
    long high = in.getLong();
    return new UUID(high, in.getLong());
  }

  private static String string(ByteBuffer in) {
    byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private interface Body {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static ByteBuffer frame(Body body) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeInt(0);
      body.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer frame = ByteBuffer.wrap(bytes.toByteArray());
    return frame.putInt(0, frame.remaining() - 4);
  }
}
