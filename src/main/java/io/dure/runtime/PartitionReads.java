package io.dure.runtime;

import io.dure.base.DiskException;
import io.dure.log.AbortedTxn;
import io.dure.log.EpochHistory;
import io.dure.log.LogPosition;
import io.dure.log.LogSlice;
import io.dure.log.PartitionLog;
import io.dure.log.TimedOffset;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.Leadership;
import io.dure.runtime.Partitions.Locate;
import io.dure.runtime.Partitions.LocateOutcome;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What readers ask of one partition. On the partition's loop only; stateless. */
final class PartitionReads {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionReads.class);

  private PartitionReads() {}

  /** What cannot be read costs its readers an error, and not everybody else this node. */
  static ReadOutcome read(PartitionHost host, boolean minority, ReadRequest request) {
    try {
      return readNow(host, minority, request);
    } catch (DiskException e) {
      LOG.error(
          "partition {} cannot be read at {}: {}", host.id(), request.offset(), e.getMessage());
      return refused(host, WireError.KAFKA_STORAGE_ERROR);
    }
  }

  private static ReadOutcome readNow(PartitionHost host, boolean minority, ReadRequest request) {
    // What is committed stays so, whoever will lead.
    boolean mayReadOn =
        minority && !host.leaderReachable() || host.clients().interregnum().isOnForDeposed();
    Optional<WireError> refusal = refusal(host, mayReadOn, request.leaderEpoch());
    if (refusal.isPresent()) {
      return refused(host, refusal.get());
    }
    PartitionLog log = host.log();
    if (request.offset() < log.startOffset()) {
      return refused(host, WireError.OFFSET_OUT_OF_RANGE);
    }
    if (request.offset() > host.highWatermark()) {
      // A leader that has just begun may not know yet how much is committed.
      boolean mayBeCommitted = !host.isOpened() || request.offset() <= log.endOffset();
      if (!mayBeCommitted) {
        return refused(host, WireError.OFFSET_OUT_OF_RANGE);
      }
      if (request.offset() > log.endOffset()) {
        return refused(host, WireError.OFFSET_NOT_AVAILABLE);
      }
    }
    Optional<LogPosition> parting = parting(log, request);
    if (parting.isPresent()) {
      return new ReadOutcome.Diverged(parting.get(), host.highWatermark(), log.startOffset());
    }
    long lastStable = host.lastStable();
    LogSlice slice =
        log.read(request.offset(), request.maxBytes(), seenBy(host, request.isolation()));
    List<AbortedTxn> aborted =
        request.isolation() == Isolation.READ_COMMITTED && slice.sizeBytes() > 0
            ? log.abortedIn(request.offset(), slice.end())
            : List.of();
    return new ReadOutcome.Found(
        slice, host.highWatermark(), log.startOffset(), lastStable, aborted);
  }

  /** The end (exclusive) of what a reader may see. */
  private static long seenBy(PartitionHost host, Isolation isolation) {
    return switch (isolation) {
      case READ_UNCOMMITTED -> host.highWatermark();
      case READ_COMMITTED -> host.lastStable();
    };
  }

  private static Optional<LogPosition> parting(PartitionLog log, ReadRequest request) {
    if (request.lastFetchedEpoch() < 0) {
      return Optional.empty();
    }
    LogPosition here = log.history().endOf(request.lastFetchedEpoch());
    boolean same = here.lastEpoch() == request.lastFetchedEpoch() && here.end() >= request.offset();
    // An offset at the log's start says nothing of an epoch that is not kept any more.
    return same || request.offset() == log.startOffset() ? Optional.empty() : Optional.of(here);
  }

  private static ReadOutcome refused(PartitionHost host, WireError error) {
    Optional<Leadership> leader =
        host.leads() ? Optional.of(host.leadership()) : host.leadershipElsewhere();
    return new ReadOutcome.Refused(error, leader, host.log().startOffset(), host.highWatermark());
  }

  /** Why this replica may not serve a reader who believes in {@code leaderEpoch} (-1: in none). */
  private static Optional<WireError> refusal(
      PartitionHost host, boolean mayReadOn, int leaderEpoch) {
    if (!host.leads()) {
      if (!mayReadOn) {
        return Optional.of(
            leaderEpoch > host.imageEpoch()
                ? WireError.UNKNOWN_LEADER_EPOCH
                : WireError.NOT_LEADER_OR_FOLLOWER);
      }
      return Optional.empty();
    }
    if (leaderEpoch < 0 || leaderEpoch == host.ledEpoch()) {
      return Optional.empty();
    }
    return Optional.of(
        leaderEpoch < host.ledEpoch()
            ? WireError.FENCED_LEADER_EPOCH
            : WireError.UNKNOWN_LEADER_EPOCH);
  }

  static LocateOutcome locate(PartitionHost host, boolean minority, Locate what, int leaderEpoch) {
    try {
      return locateNow(host, minority, what, leaderEpoch);
    } catch (DiskException e) {
      LOG.error("partition {} cannot be searched: {}", host.id(), e.getMessage());
      return new LocateOutcome.Refused(WireError.KAFKA_STORAGE_ERROR, Optional.empty());
    }
  }

  private static LocateOutcome locateNow(
      PartitionHost host, boolean minority, Locate what, int leaderEpoch) {
    Optional<WireError> refusal = refusal(host, minority && !host.leaderReachable(), leaderEpoch);
    if (refusal.isPresent()) {
      return new LocateOutcome.Refused(refusal.get(), host.leadershipElsewhere());
    }
    PartitionLog log = host.log();
    return switch (what) {
      case Locate.Earliest _ -> found(host, log, log.startOffset(), -1);
      case Locate.Latest(Isolation isolation) ->
          endUnknown(host) ? notAvailable() : found(host, log, seenBy(host, isolation), -1);
      case Locate.MaxTimestamp(Isolation isolation) ->
          endUnknown(host)
              ? notAvailable()
              : found(host, log, log.maxTimestamp(seenBy(host, isolation)));
      case Locate.AtTime(long timestampMs, Isolation isolation) -> {
        Optional<TimedOffset> at = log.firstAtOrAfter(timestampMs, seenBy(host, isolation));
        // What is not found below the mark may stand above it and be committed all the same.
        yield at.isEmpty() && endUnknown(host) ? notAvailable() : found(host, log, at);
      }
      case Locate.EndOfEpoch(int epoch) -> {
        if (epoch < 0 || epoch > host.imageEpoch()) {
          yield new LocateOutcome.Found(-1, -1, -1);
        }
        LogPosition end = log.history().endOf(epoch);
        // Where nothing of that epoch or an older one is left, a reader who was there has read
        // everything before the start: it is told that it may go on, not that its log was cut.
        int told = end.lastEpoch() < 0 ? epoch : end.lastEpoch();
        yield new LocateOutcome.Found(end.end(), -1, told);
      }
    };
  }

  /** A leader whose epoch is not open yet: more may be committed than it knows of. */
  private static boolean endUnknown(PartitionHost host) {
    return host.leads() && !host.isOpened();
  }

  private static LocateOutcome notAvailable() {
    return new LocateOutcome.Refused(WireError.OFFSET_NOT_AVAILABLE, Optional.empty());
  }

  private static LocateOutcome found(
      PartitionHost host, PartitionLog log, Optional<TimedOffset> at) {
    return at.map(there -> found(host, log, there.offset(), there.timestampMs()))
        .orElseGet(() -> new LocateOutcome.Found(-1, -1, -1));
  }

  /** In an empty log the epoch is the leader's, which will write what comes at that offset. */
  private static LocateOutcome found(
      PartitionHost host, PartitionLog log, long offset, long timestampMs) {
    EpochHistory history = log.history();
    int last = history.lastEpoch() < 0 ? host.imageEpoch() : history.lastEpoch();
    int epoch = offset < history.end() ? history.epochAt(offset) : last;
    return new LocateOutcome.Found(offset, timestampMs, epoch);
  }

  /** Whole committed batches as bytes on the heap; empty at the end. */
  static Optional<ByteBuffer> committedBytes(PartitionHost host, long offset, int maxBytes) {
    if (offset >= host.highWatermark()) {
      return Optional.empty();
    }
    LogSlice slice = host.log().read(offset, maxBytes, host.highWatermark());
    if (slice.sizeBytes() == 0) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    return Optional.of(bytes.flip());
  }
}
