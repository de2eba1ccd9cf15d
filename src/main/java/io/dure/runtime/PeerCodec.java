package io.dure.runtime;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.quorum.QuorumMessage;
import io.dure.replication.ReplicaMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link PeerMessage}s as bytes: one after the other, each a type byte and its fields, all numbers
 * big-endian. Stateless. A change of this layout needs a new protocol version in the peers' hello.
 */
public final class PeerCodec {
  private static final int FOLLOW = 1;
  private static final int BEGIN = 2;
  private static final int BEGAN = 3;
  private static final int APPEND = 4;
  private static final int ADVANCE = 5;
  private static final int ACKED = 6;
  private static final int RESTART = 7;
  private static final int ASK_VOTE = 10;
  private static final int VOTE = 11;
  private static final int SNAPSHOT = 12;
  private static final int FENCE = 13;
  private static final int FENCED = 14;
  private static final int REGISTER = 15;
  private static final int IN_STEP = 16;
  private static final int ASK = 17;
  private static final int ANSWER = 18;
  private static final int ALIVE = 19;
  private static final int NODE_ASK = 20;
  private static final int NODE_ANSWER = 21;
  private static final int OPENED = 22;

  private static final int LOG_START = 23;
  private static final int STOPPING = 24;
  private static final int CANNOT_LEAD = 25;
  private static final int LOADS = 26;

  private PeerCodec() {}

  /**
   * The messages as buffers to be sent one after the other; large runs of records are not copied.
   */
  public static List<ByteBuffer> encode(List<PeerMessage> messages) {
    var out = new PeerWriter();
    for (PeerMessage message : messages) {
      write(message, out);
    }
    return out.finish();
  }

  /** About how many bytes a message takes; never less than its records. For splitting frames. */
  public static int sizeBytes(PeerMessage message) {
    return switch (message) {
      case PeerMessage.Replication(var _, ReplicaMessage.Append append) ->
          96 + append.records().sizeBytes();
      case PeerMessage.Replication(var _, ReplicaMessage.Begin begin) ->
          64 + 12 * begin.startLog().entries().size();
      case PeerMessage.Replication(var _, ReplicaMessage.Restart restart) ->
          64 + restart.producers().remaining();
      case PeerMessage.Replication _ -> 64;
      case PeerMessage.Quorum _ -> 32;
      case PeerMessage.LogStart _ -> 48;
      case PeerMessage.Snapshot snapshot -> 64 + snapshot.bytes().remaining();
      case PeerMessage.Fence fence -> 16 + 24 * fence.partitions().size();
      case PeerMessage.Fenced fenced -> 32 + 36 * fenced.partitions().size();
      case PeerMessage.Register _ -> 1024;
      case PeerMessage.InStep inStep -> 64 + 4 * inStep.replicas().size();
      case PeerMessage.Loads loads -> 16 + 36 * loads.partitions().size();
      case PeerMessage.Opened _ -> 32;
      case PeerMessage.CannotLead _ -> 32;
      case PeerMessage.Stopping _ -> 9;
      case PeerMessage.Ask ask -> 16 + ask.request().remaining();
      case PeerMessage.Answer answer -> 16 + answer.response().map(ByteBuffer::remaining).orElse(0);
      case PeerMessage.NodeAsk ask -> 24 + ask.request().remaining();
      case PeerMessage.NodeAnswer answer ->
          16 + answer.response().map(ByteBuffer::remaining).orElse(0);
      case PeerMessage.Alive _ -> 18;
    };
  }

  /**
   * All messages of a frame. Runs of records are parts of the frame itself, which must not change
   * from now on.
   */
  public static List<PeerMessage> decode(ByteBuffer frame) throws MalformedFrame {
    var in = new PeerReader(frame);
    var messages = new ArrayList<PeerMessage>(4);
    while (in.hasMore()) {
      messages.add(read(in));
    }
    return messages;
  }

  private static void write(PeerMessage message, PeerWriter out) {
    switch (message) {
      case PeerMessage.Replication m -> writeReplication(m.partition(), m.message(), out);
      case PeerMessage.Quorum m -> writeQuorum(m.message(), out);
      case PeerMessage.Snapshot m -> {
        out.int8(SNAPSHOT);
        out.int32(m.epoch());
        out.int64(m.end());
        out.int32(m.lastEpoch());
        out.int32(m.totalBytes());
        out.int32(m.position());
        out.bytes(m.bytes());
      }
      case PeerMessage.Fence m -> {
        out.int8(FENCE);
        out.int32(m.controllerEpoch());
        out.int32(m.partitions().size());
        for (PeerMessage.FenceOf each : m.partitions()) {
          out.partition(each.partition());
          out.int32(each.epoch());
        }
      }
      case PeerMessage.Fenced m -> {
        out.int8(FENCED);
        out.int32(m.controllerEpoch());
        out.int64(m.incarnation().value());
        out.int64(m.imageEnd());
        out.int32(m.partitions().size());
        for (PeerMessage.FencedAt each : m.partitions()) {
          out.partition(each.partition());
          out.int32(each.epoch());
          out.int32(each.joinedEpoch());
          out.int64(each.start());
          out.int64(each.end());
        }
      }
      case PeerMessage.Register m -> {
        out.int8(REGISTER);
        out.node(m.node());
        out.uuid(m.process());
        out.text(m.endpoint().host());
        out.int32(m.endpoint().port());
        out.flag(m.rack().isPresent());
        m.rack().ifPresent(out::text);
      }
      case PeerMessage.InStep m -> {
        out.int8(IN_STEP);
        out.partition(m.partition());
        out.int32(m.epoch());
        out.nodes(m.replicas());
      }
      case PeerMessage.Loads m -> {
        out.int8(LOADS);
        out.int32(m.partitions().size());
        for (PeerMessage.LoadOf each : m.partitions()) {
          out.partition(each.partition());
          out.int64(each.bytes());
          out.int64(each.bytesPerSecond());
        }
      }
      case PeerMessage.Opened m -> {
        out.int8(OPENED);
        out.partition(m.partition());
        out.int32(m.epoch());
      }
      case PeerMessage.CannotLead m -> {
        out.int8(CANNOT_LEAD);
        out.partition(m.partition());
        out.int32(m.epoch());
      }
      case PeerMessage.Stopping m -> {
        out.int8(STOPPING);
        out.int64(m.incarnation().value());
      }
      case PeerMessage.Ask m -> {
        out.int8(ASK);
        out.int64(m.id());
        out.bytes(m.request());
      }
      case PeerMessage.Answer m -> {
        out.int8(ANSWER);
        out.int64(m.id());
        out.flag(m.response().isPresent());
        m.response().ifPresent(out::bytes);
      }
      case PeerMessage.NodeAsk m -> {
        out.int8(NODE_ASK);
        out.int64(m.life());
        out.int64(m.id());
        out.bytes(m.request());
      }
      case PeerMessage.NodeAnswer m -> {
        out.int8(NODE_ANSWER);
        out.int64(m.id());
        out.flag(m.response().isPresent());
        m.response().ifPresent(out::bytes);
      }
      case PeerMessage.LogStart m -> {
        out.int8(LOG_START);
        out.partition(m.partition());
        out.int32(m.epoch());
        out.int64(m.start());
        out.int64(m.durableStart());
      }
      case PeerMessage.Alive m -> {
        out.int8(ALIVE);
        out.uuid(m.process());
        out.flag(m.diskLow());
      }
    }
  }

  private static void writeReplication(
      PartitionId partition, ReplicaMessage message, PeerWriter out) {
    out.int8(
        switch (message) {
          case ReplicaMessage.Follow _ -> FOLLOW;
          case ReplicaMessage.Begin _ -> BEGIN;
          case ReplicaMessage.Began _ -> BEGAN;
          case ReplicaMessage.Append _ -> APPEND;
          case ReplicaMessage.Advance _ -> ADVANCE;
          case ReplicaMessage.Acked _ -> ACKED;
          case ReplicaMessage.Restart _ -> RESTART;
        });
    out.partition(partition);
    out.int32(message.epoch());
    switch (message) {
      case ReplicaMessage.Follow _ -> {}
      case ReplicaMessage.Begin m -> {
        out.int64(m.startLog().start());
        out.int64(m.startLog().end());
        out.epochs(m.startLog().entries());
      }
      case ReplicaMessage.Began m -> out.int64(m.end());
      case ReplicaMessage.Append m -> {
        out.int64(m.highWatermark());
        out.span(m.records());
      }
      case ReplicaMessage.Advance m -> out.int64(m.highWatermark());
      case ReplicaMessage.Acked m -> {
        out.flag(m.joined());
        out.int64(m.flushedEnd());
      }
      case ReplicaMessage.Restart m -> {
        out.int64(m.start());
        out.bytes(m.producers());
      }
    }
  }

  private static void writeQuorum(QuorumMessage message, PeerWriter out) {
    switch (message) {
      case QuorumMessage.AskVote m -> {
        out.int8(ASK_VOTE);
        out.int32(m.epoch());
        out.flag(m.preVote());
        out.int32(m.joinedEpoch());
        out.int64(m.end());
      }
      case QuorumMessage.Vote m -> {
        out.int8(VOTE);
        out.int32(m.epoch());
        out.flag(m.preVote());
        out.flag(m.granted());
      }
    }
  }

  private static PeerMessage read(PeerReader in) throws MalformedFrame {
    int type = in.int8();
    return switch (type) {
      case FOLLOW, BEGIN, BEGAN, APPEND, ADVANCE, ACKED, RESTART ->
          new PeerMessage.Replication(in.partition(), readReplication(type, in.int32(), in));
      case ASK_VOTE ->
          new PeerMessage.Quorum(
              new QuorumMessage.AskVote(in.int32(), in.flag(), in.int32(), in.int64()));
      case VOTE -> new PeerMessage.Quorum(new QuorumMessage.Vote(in.int32(), in.flag(), in.flag()));
      case SNAPSHOT -> readSnapshot(in);
      case FENCE -> readFence(in);
      case FENCED -> readFenced(in);
      case REGISTER ->
          new PeerMessage.Register(
              in.node(),
              in.uuid(),
              in.endpoint(),
              in.flag() ? Optional.of(in.text()) : Optional.empty());
      case IN_STEP -> new PeerMessage.InStep(in.partition(), in.int32(), distinct(in));
      case LOADS -> readLoads(in);
      case OPENED -> new PeerMessage.Opened(in.partition(), in.int32());
      case CANNOT_LEAD -> new PeerMessage.CannotLead(in.partition(), in.int32());
      case STOPPING -> new PeerMessage.Stopping(new Incarnation(in.int64()));
      case ASK -> new PeerMessage.Ask(in.int64(), in.bytes());
      case ANSWER ->
          new PeerMessage.Answer(
              in.int64(), in.flag() ? Optional.of(in.bytes()) : Optional.empty());
      case NODE_ASK -> new PeerMessage.NodeAsk(in.int64(), in.int64(), in.bytes());
      case NODE_ANSWER ->
          new PeerMessage.NodeAnswer(
              in.int64(), in.flag() ? Optional.of(in.bytes()) : Optional.empty());
      case LOG_START ->
          new PeerMessage.LogStart(in.partition(), in.int32(), in.int64(), in.int64());
      case ALIVE -> new PeerMessage.Alive(in.uuid(), in.flag());
      default -> throw new MalformedFrame("peer frame: unknown message type " + type);
    };
  }

  private static ReplicaMessage readReplication(int type, int epoch, PeerReader in)
      throws MalformedFrame {
    return switch (type) {
      case FOLLOW -> new ReplicaMessage.Follow(epoch);
      case BEGIN -> new ReplicaMessage.Begin(epoch, in.history());
      case BEGAN -> new ReplicaMessage.Began(epoch, in.int64());
      case APPEND -> {
        long highWatermark = in.int64();
        yield new ReplicaMessage.Append(epoch, in.span(), highWatermark);
      }
      case ADVANCE -> new ReplicaMessage.Advance(epoch, in.int64());
      case ACKED -> new ReplicaMessage.Acked(epoch, in.flag(), in.int64());
      case RESTART -> new ReplicaMessage.Restart(epoch, in.int64(), in.bytes());
      default -> throw new MalformedFrame("peer frame: unknown replication type " + type);
    };
  }

  private static PeerMessage.Snapshot readSnapshot(PeerReader in) throws MalformedFrame {
    int epoch = in.int32();
    long end = in.int64();
    int lastEpoch = in.int32();
    int total = in.int32();
    int position = in.int32();
    ByteBuffer bytes = in.bytes();
    in.demand(
        position >= 0 && total - bytes.remaining() >= position, "snapshot position", position);
    return new PeerMessage.Snapshot(epoch, end, lastEpoch, total, position, bytes);
  }

  private static PeerMessage.Fence readFence(PeerReader in) throws MalformedFrame {
    int epoch = in.int32();
    int count = in.count(24);
    var partitions = new ArrayList<PeerMessage.FenceOf>(count);
    for (int i = 0; i < count; i++) {
      partitions.add(new PeerMessage.FenceOf(in.partition(), in.int32()));
    }
    return new PeerMessage.Fence(epoch, partitions);
  }

  private static PeerMessage.Fenced readFenced(PeerReader in) throws MalformedFrame {
    int epoch = in.int32();
    Incarnation incarnation = new Incarnation(in.int64());
    long imageEnd = in.int64();
    int count = in.count(44);
    var partitions = new ArrayList<PeerMessage.FencedAt>(count);
    for (int i = 0; i < count; i++) {
      partitions.add(
          new PeerMessage.FencedAt(in.partition(), in.int32(), in.int32(), in.int64(), in.int64()));
    }
    return new PeerMessage.Fenced(epoch, incarnation, imageEnd, partitions);
  }

  private static PeerMessage.Loads readLoads(PeerReader in) throws MalformedFrame {
    int count = in.count(36);
    var partitions = new ArrayList<PeerMessage.LoadOf>(count);
    for (int i = 0; i < count; i++) {
      partitions.add(new PeerMessage.LoadOf(in.partition(), positive(in), positive(in)));
    }
    return new PeerMessage.Loads(partitions);
  }

  private static long positive(PeerReader in) throws MalformedFrame {
    long value = in.int64();
    in.demand(value >= 0, "load", value);
    return value;
  }

  private static Set<NodeId> distinct(PeerReader in) throws MalformedFrame {
    return Set.copyOf(in.nodes());
  }
}
