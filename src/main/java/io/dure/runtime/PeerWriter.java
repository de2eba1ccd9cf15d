package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * Gathers fields into buffers; large record runs are taken over as they are instead of being
 * copied.
 */
final class PeerWriter {
  /** Runs of at least this many bytes go out from where they lie. */
  private static final int UNCOPIED_BYTES = 2048;

  private static final int CHUNK_BYTES = 512;

  private final List<ByteBuffer> full = new ArrayList<>(2);
  private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);

  void int8(int value) {
    room(1).put((byte) value);
  }

  void int32(int value) {
    room(4).putInt(value);
  }

  void int64(long value) {
    room(8).putLong(value);
  }

  void flag(boolean value) {
    int8(value ? 1 : 0);
  }

  void uuid(UUID value) {
    room(16).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
  }

  void node(NodeId node) {
    int32(node.value());
  }

  void nodes(Collection<NodeId> nodes) {
    int32(nodes.size());
    nodes.forEach(this::node);
  }

  void partition(PartitionId partition) {
    uuid(partition.topic().value());
    int32(partition.index());
  }

  void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int32(bytes.length);
    room(bytes.length).put(bytes);
  }

  void bytes(ByteBuffer value) {
    int size = value.remaining();
    int32(size);
    if (size < UNCOPIED_BYTES) {
      room(size).put(value.duplicate());
      return;
    }
    cut();
    full.add(value.duplicate());
  }

  void epochs(List<EpochHistory.Entry> entries) {
    int32(entries.size());
    for (EpochHistory.Entry entry : entries) {
      int32(entry.epoch());
      int64(entry.start());
    }
  }

  void span(BatchSpan span) {
    int64(span.from());
    int64(span.end());
    epochs(span.epochs());
    bytes(span.bytes());
  }

  /** All that was written, in order, each buffer ready to be read. */
  List<ByteBuffer> finish() {
    cut();
    return full;
  }

  private void cut() {
    if (chunk.position() > 0) {
      int end = chunk.position();
      full.add(chunk.slice(0, end));
      chunk = chunk.slice(end, chunk.capacity() - end);
    }
  }

  private ByteBuffer room(int bytes) {
    if (chunk.remaining() < bytes) {
      cut();
      chunk = ByteBuffer.allocate(Math.max(bytes, CHUNK_BYTES));
    }
    return chunk;
  }
}
