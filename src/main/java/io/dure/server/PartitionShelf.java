package io.dure.server;

import io.dure.base.PartitionId;
import io.dure.console.Shelf;
import io.dure.log.LogRecord;
import io.dure.log.LogSlice;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads the partitions led here for the console. Waits; safe for all threads. */
final class PartitionShelf implements Shelf {
  private static final int READ_BYTES = 1 << 20;
  private static final int READS = 8;
  private static final int SHOWN_BYTES = 16 << 10;

  // Where a batch (magic 2) keeps its attributes and times.
  private static final int ATTRIBUTES_AT = 21;
  private static final int FIRST_TIME_AT = 27;
  private static final int LAST_TIME_AT = 35;
  private static final int TIMES_END = 43;
  private static final int LOG_APPEND_TIME = 0x08;

  private final Supplier<Optional<Partitions>> partitions;

  PartitionShelf(Supplier<Optional<Partitions>> partitions) {
    this.partitions = partitions;
  }

  @Override
  public Optional<Ends> ends(PartitionId partition) {
    Optional<Long> start = locate(partition, new Locate.Earliest());
    Optional<Long> end = locate(partition, new Locate.Latest(Isolation.READ_UNCOMMITTED));
    return start.flatMap(from -> end.map(to -> new Ends(from, to)));
  }

  private Optional<Long> locate(PartitionId partition, Locate what) {
    return this.<LocateOutcome>waitFor(
            (all, done) -> all.locate(partition, what, -1, Runnable::run, done))
        .flatMap(outcome ->
            outcome instanceof LocateOutcome.Found found
                ? Optional.of(found.offset())
                : Optional.empty());
  }

  @Override
  public Optional<Reading> read(PartitionId partition, From from, int most) {
    Optional<Ends> ends = ends(partition);
    if (ends.isEmpty()) {
      return Optional.empty();
    }
    long next = first(partition, from, ends.get());
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < READS && messages.size() < most && next < ends.get().end(); i++) {
      Optional<LogSlice> slice = slice(partition, next, READ_BYTES);
      if (slice.isEmpty() || slice.get().sizeBytes() == 0) {
        break;
      }
      List<LogRecord> some = LogRecord.some(bytes(slice.get()), next, most - messages.size());
      some.forEach(record -> messages.add(message(record)));
      next =
          messages.size() == most && !some.isEmpty()
              ? some.getLast().offset() + 1
              : slice.get().end();
    }
    return Optional.of(new Reading(ends.get(), next, messages));
  }

  private long first(PartitionId partition, From from, Ends ends) {
    long wanted =
        switch (from) {
          case From.Earliest _ -> ends.start();
          case From.Last last -> ends.end() - last.records();
          case From.Offset offset -> offset.offset();
          case From.Time time ->
              locate(partition, new Locate.AtTime(time.timestampMs(), Isolation.READ_UNCOMMITTED))
                  .filter(found -> found >= 0)
                  .orElse(ends.end());
        };
    return Math.clamp(wanted, ends.start(), ends.end());
  }

  private static ByteBuffer bytes(LogSlice slice) {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    return bytes.flip();
  }

  private static Message message(LogRecord record) {
    return new Message(
        record.offset(),
        record.timestampMs(),
        shown(record.key()),
        size(record.key()),
        shown(record.value()),
        size(record.value()));
  }

  private static int size(Optional<ByteBuffer> bytes) {
    return bytes.map(ByteBuffer::remaining).orElse(-1);
  }

  private static byte[] shown(Optional<ByteBuffer> bytes) {
    var shown = new byte[Math.min(SHOWN_BYTES, Math.max(0, size(bytes)))];
    bytes.ifPresent(all -> all.duplicate().get(shown));
    return shown;
  }

  @Override
  public Optional<Unread> unread(PartitionId partition, long offset) {
    Optional<Ends> ends = ends(partition);
    if (ends.isEmpty()) {
      return Optional.empty();
    }
    long from = Math.max(offset, ends.get().start());
    long oldestMs =
        from >= ends.get().end()
            ? -1
            : slice(partition, from, 1).map(PartitionShelf::timeOf).orElse(-1L);
    return Optional.of(new Unread(ends.get().end(), oldestMs));
  }

  /** Of the batch's first record: close enough, and nothing has to be unpacked for it. */
  private static long timeOf(LogSlice slice) {
    if (slice.sizeBytes() < TIMES_END) {
      return -1;
    }
    ByteBuffer header = ByteBuffer.allocate(TIMES_END);
    slice.file().read(slice.position(), header);
    header.flip();
    boolean byLeader = (header.getShort(ATTRIBUTES_AT) & LOG_APPEND_TIME) != 0;
    return header.getLong(byLeader ? LAST_TIME_AT : FIRST_TIME_AT);
  }

  private Optional<LogSlice> slice(PartitionId partition, long from, int maxBytes) {
    var request = new ReadRequest(from, maxBytes, -1, -1, Isolation.READ_UNCOMMITTED);
    return this.<ReadOutcome>waitFor(
            (all, done) -> all.read(partition, request, Runnable::run, done))
        .flatMap(outcome ->
            outcome instanceof ReadOutcome.Found found
                ? Optional.of(found.slice())
                : Optional.empty());
  }

  private interface Question<T> {
    void ask(Partitions all, Consumer<T> done);
  }

  private <T> Optional<T> waitFor(Question<T> question) {
    return partitions.get().flatMap(all -> LoopQuestion.<T>ask(done -> question.ask(all, done)));
  }
}
