package io.dure.wire;

import io.dure.base.DiskFile;
import io.dure.base.FileSink;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.record.internal.DefaultRecordsSend;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.record.internal.TransferableRecords;

/**
 * Record batches inside messages, as bytes and as pieces of files: other rooms never see Kafka's
 * record classes.
 */
public final class WireRecords {
  private WireRecords() {}

  /** The batches a producer sent, from position to limit; empty when the field was null. */
  public static Optional<ByteBuffer> of(ProduceRequestData.PartitionProduceData data) {
    return data.records() instanceof MemoryRecords records
        ? Optional.of(records.buffer().duplicate())
        : Optional.empty();
  }

  /** Puts batches into a produce request. */
  public static void put(ProduceRequestData.PartitionProduceData into, ByteBuffer batches) {
    into.setRecords(MemoryRecords.readableRecords(batches));
  }

  /**
   * Puts bytes of a file into a fetch response; they go to the socket without a copy through the
   * heap.
   */
  public static void put(
      FetchResponseData.PartitionData into, DiskFile file, long position, int sizeBytes) {
    into.setRecords(new FileRegion(file, position, sizeBytes));
  }

  /**
   * Puts no records into a fetch response: an empty field, which every client understands, not a
   * null one.
   */
  public static void putNone(FetchResponseData.PartitionData into) {
    into.setRecords(MemoryRecords.EMPTY);
  }

  /**
   * The batches in a fetch response that were put as bytes or read from a file; for tests and
   * tools.
   */
  public static ByteBuffer bytes(FetchResponseData.PartitionData from) {
    return switch (from.records()) {
      case MemoryRecords records -> records.buffer().duplicate();
      case FileRegion region -> region.bytes();
      case null, default -> ByteBuffer.allocate(0);
    };
  }

  private record FileRegion(DiskFile file, long position, int sizeInBytes)
      implements TransferableRecords {
    @Override
    public RecordsSend<FileRegion> toSend() {
      return new DefaultRecordsSend<>(this);
    }

    @Override
    public int writeTo(TransferableChannel target, int written, int remaining) throws IOException {
      long sent = file.transferTo(position + written, remaining, new ChannelSink(target));
      if (sent == 0 && file.size() < position + sizeInBytes) {
        throw new EOFException("%s ends before %d".formatted(file.name(), position + sizeInBytes));
      }
      return (int) sent;
    }

    private ByteBuffer bytes() {
      ByteBuffer bytes = ByteBuffer.allocate(sizeInBytes);
      file.read(position, bytes);
      return bytes.flip();
    }
  }

  /** A client's connection as a target for a file's bytes; with TLS the copy is made inside it. */
  private record ChannelSink(TransferableChannel channel) implements FileSink {
    @Override
    public long transferFrom(FileChannel source, long position, long count) throws IOException {
      return channel.transferFrom(source, position, count);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      return channel.write(source);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
