package io.dure.runtime;

import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Takes fields from a frame that may hold anything: every length and range is checked before it is
 * believed.
 */
final class PeerReader {
  private final ByteBuffer frame;

  PeerReader(ByteBuffer frame) {
    this.frame = frame.slice();
  }

  boolean hasMore() {
    return frame.hasRemaining();
  }

  int int8() throws MalformedFrame {
    return need(1).get();
  }

  int int32() throws MalformedFrame {
    return need(4).getInt();
  }

  long int64() throws MalformedFrame {
    return need(8).getLong();
  }

  boolean flag() throws MalformedFrame {
    int value = int8();
    demand(value == 0 || value == 1, "flag", value);
    return value == 1;
  }

  UUID uuid() throws MalformedFrame {
    need(16);
    return new UUID(frame.getLong(), frame.getLong());
  }

  NodeId node() throws MalformedFrame {
    int value = int32();
    demand(value >= 0, "node id", value);
    return new NodeId(value);
  }

  List<NodeId> nodes() throws MalformedFrame {
    int count = count(4);
    var nodes = new ArrayList<NodeId>(count);
    for (int i = 0; i < count; i++) {
      nodes.add(node());
    }
    return nodes;
  }

  PartitionId partition() throws MalformedFrame {
    TopicId topic = new TopicId(uuid());
    int index = int32();
    demand(index >= 0, "partition index", index);
    return new PartitionId(topic, index);
  }

  Endpoint endpoint() throws MalformedFrame {
    String host = text();
    int port = int32();
    demand(port >= 0 && port <= 65_535, "port", port);
    return new Endpoint(host, port);
  }

  String text() throws MalformedFrame {
    byte[] bytes = new byte[count(1)];
    frame.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A part of the frame itself, read-only; not a copy. */
  ByteBuffer bytes() throws MalformedFrame {
    int size = count(1);
    ByteBuffer part = frame.slice(frame.position(), size).asReadOnlyBuffer();
    frame.position(frame.position() + size);
    return part;
  }

  EpochHistory history() throws MalformedFrame {
    long start = int64();
    long end = int64();
    demand(start >= 0 && start <= end, "log start", start);
    List<EpochHistory.Entry> entries = epochs();
    if (!entries.isEmpty()) {
      demand(
          entries.getFirst().start() <= start, "first epoch's start", entries.getFirst().start());
      demand(entries.getLast().start() < end, "last epoch's start", entries.getLast().start());
    }
    return new EpochHistory(entries, start, end);
  }

  BatchSpan span() throws MalformedFrame {
    long from = int64();
    long end = int64();
    demand(from >= 0 && from < end, "first offset", from);
    List<EpochHistory.Entry> epochs = epochs();
    demand(
        !epochs.isEmpty() && epochs.getFirst().start() == from, "first epoch of records at", from);
    demand(epochs.getLast().start() < end, "last epoch's start", epochs.getLast().start());
    ByteBuffer bytes = bytes();
    demand(bytes.hasRemaining(), "bytes of records", 0);
    return new BatchSpan(bytes, from, end, epochs);
  }

  private List<EpochHistory.Entry> epochs() throws MalformedFrame {
    int count = count(12);
    var entries = new ArrayList<EpochHistory.Entry>(count);
    int epoch = -1;
    long start = -1;
    for (int i = 0; i < count; i++) {
      var entry = new EpochHistory.Entry(int32(), int64());
      demand(entry.epoch() > epoch && entry.start() > start, "epoch out of order:", entry.epoch());
      epoch = entry.epoch();
      start = entry.start();
      entries.add(entry);
    }
    return entries;
  }

  /**
   * A count of things that take at least {@code eachBytes}; never more than the frame can still
   * hold.
   */
  int count(int eachBytes) throws MalformedFrame {
    int count = int32();
    demand(count >= 0 && count <= frame.remaining() / eachBytes, "count", count);
    return count;
  }

  private ByteBuffer need(int bytes) throws MalformedFrame {
    demand(frame.remaining() >= bytes, "frame ends early at", frame.position());
    return frame;
  }

  void demand(boolean condition, String what, long value) throws MalformedFrame {
    if (!condition) {
      throw new MalformedFrame("peer frame: bad " + what + " " + value);
    }
  }
}
