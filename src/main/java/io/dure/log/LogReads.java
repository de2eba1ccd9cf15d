package io.dure.log;

import io.dure.base.Check;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds batches of a log by offset and by time. Confined to the log's loop. */
final class LogReads {
  /** Of one span, where batches without records stand for many offsets each. */
  private static final long MOST_OFFSETS = 1L << 30;

  private final LogBody body;

  LogReads(LogBody body) {
    this.body = body;
  }

  /**
   * Whole batches from the one that holds {@code offset}: the first however large it is, then as
   * many as fit {@code maxBytes}, all ending at or before {@code endExclusive}; empty where there
   * is none.
   */
  LogSlice read(long offset, int maxBytes, long endExclusive) {
    checkReadable(offset);
    return body.reading(() -> find(offset, maxBytes, endExclusive));
  }

  private LogSlice find(long offset, int maxBytes, long endExclusive) {
    long end = Math.min(endExclusive, body.history().end());
    int i = body.indexOf(offset);
    Segment segment = body.segments.get(i);
    if (offset >= end) {
      return new LogSlice(segment.file(), 0, 0, offset, offset);
    }
    long segmentEnd = body.endOf(i);
    Optional<RecentAppends.Entry> start = body.recent.startingAt(offset);
    int first = start.isPresent() ? start.get().position() : locate(segment, offset, segmentEnd);
    int last = end >= segmentEnd ? segment.sizeBytes() : positionOfEnd(segment, end, segmentEnd);
    if (last <= first) {
      return new LogSlice(segment.file(), first, 0, offset, offset);
    }
    if (last - first > maxBytes) {
      last = lastBoundary(segment, first, (long) first + Math.max(0, maxBytes), last);
    }
    long from = start.isPresent() ? offset : firstOffsetAt(segment, first);
    return new LogSlice(
        segment.file(), first, last - first, from, offsetAt(segment, last, segmentEnd, end));
  }

  /**
   * As {@link #read}, but the bytes come to the heap and their checksums are verified; {@code
   * offset} must start a batch, or lie within one without records, which then starts there.
   *
   * @throws io.dure.base.DiskException when a batch is corrupt
   */
  BatchSpan readSpan(long offset, int maxBytes, long endExclusive) {
    LogSlice slice = read(offset, maxBytes, endExclusive);
    Check.that(slice.sizeBytes() > 0, "nothing to read from %d to %d", offset, endExclusive);
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.file().read(slice.position(), bytes);
    return spanOf(slice, offset, bytes.flip());
  }

  private static BatchSpan spanOf(LogSlice slice, long wanted, ByteBuffer bytes) {
    List<EpochHistory.Entry> epochs = new ArrayList<>(1);
    long from = slice.from();
    long next = slice.from();
    int at = 0;
    while (at < bytes.limit()) {
      long room = bytes.limit() - at;
      String flaw =
          room < BatchFormat.HEADER_BYTES
              ? "a batch is cut off"
              : BatchFormat.flaw(bytes, at, room);
      if (flaw.isEmpty() && BatchFormat.baseOffset(bytes, at) != next) {
        flaw = "offset " + BatchFormat.baseOffset(bytes, at) + " where " + next + " belongs";
      }
      if (flaw.isEmpty()
          && !BatchFormat.crcMatches(bytes, at, (int) BatchFormat.sizeBytes(bytes, at))) {
        flaw = "the checksum of the batch at offset " + next + " does not match";
      }
      if (!flaw.isEmpty()) {
        throw BatchCursor.corrupt(slice.file(), slice.position() + at, flaw);
      }
      if (next < wanted && EmptyBatch.is(bytes, at)) {
        // Elsewhere the run of offsets without records may have ended here.
        EmptyBatch.startAt(bytes, at, wanted);
        from = wanted;
      }
      if (BatchFormat.endOffset(bytes, at) - from > MOST_OFFSETS && at > 0) {
        bytes.limit(at);
        break;
      }
      int epoch = BatchFormat.leaderEpoch(bytes, at);
      if (epochs.isEmpty() || epochs.getLast().epoch() != epoch) {
        epochs.add(new EpochHistory.Entry(epoch, Math.max(next, from)));
      }
      next = BatchFormat.endOffset(bytes, at);
      at += (int) BatchFormat.sizeBytes(bytes, at);
    }
    return new BatchSpan(bytes.asReadOnlyBuffer(), from, next, epochs);
  }

  private void checkReadable(long offset) {
    Check.that(
        offset >= body.history().start() && offset <= body.history().end(),
        "read at %d outside of the log (start or end %d)",
        offset,
        offset < body.history().start() ? body.history().start() : body.history().end());
  }

  /**
   * Where the batch starts that begins at {@code offset} in segment {@code index}: the segment's
   * end, if that is where the log ends.
   */
  int boundaryAt(int index, long offset) {
    Segment segment = body.segments.get(index);
    if (offset == segment.base()) {
      return 0;
    }
    int position = body.reading(() -> locate(segment, offset, body.endOf(index)));
    long boundary = firstOffsetAt(segment, position);
    Check.that(boundary == offset, "cut to %d within the batch at %d", offset, boundary);
    return position;
  }

  /**
   * Where the batch begins that holds {@code offset}, or would: {@code offset} itself at the end.
   */
  long batchStart(int index, long offset) {
    Segment segment = body.segments.get(index);
    if (offset == segment.base() || offset == body.history().end()) {
      return offset;
    }
    return body.reading(() -> firstOffsetAt(segment, locate(segment, offset, body.endOf(index))));
  }

  /** Position of the batch that holds {@code offset}. */
  private int locate(Segment segment, long offset, long segmentEnd) {
    var cursor =
        new BatchCursor(
            segment.file(), segment.positionBefore(offset, body.settings()), segment.sizeBytes());
    while (cursor.next()) {
      if (cursor.endOffset() > offset) {
        if (cursor.baseOffset() > offset) {
          throw BatchCursor.corrupt(
              segment.file(),
              cursor.position(),
              "offset " + cursor.baseOffset() + " where " + offset + " was looked for");
        }
        return (int) cursor.position();
      }
    }
    throw BatchCursor.corrupt(
        segment.file(), segment.sizeBytes(), "ends before offset " + offset + " of " + segmentEnd);
  }

  /**
   * Where the last batch ends that ends at or before {@code end}, which lies within the segment.
   */
  private int positionOfEnd(Segment segment, long end, long segmentEnd) {
    if (end <= segment.base()) {
      return 0;
    }
    Optional<RecentAppends.Entry> hit = body.recent.startingAt(end);
    return hit.isPresent() && hit.get().segment() == segment
        ? hit.get().position()
        : locate(segment, end, segmentEnd);
  }

  /**
   * The last batch boundary at or before {@code limit}, but at least the end of the batch at {@code
   * first}.
   */
  private int lastBoundary(Segment segment, int first, long limit, int end) {
    int from = Math.max(first, segment.batchAtOrBefore(limit, body.settings()));
    var cursor = new BatchCursor(segment.file(), from, end);
    int boundary = from;
    while (cursor.next()) {
      if (cursor.nextPosition() > limit && boundary > first) {
        return boundary;
      }
      boundary = (int) cursor.nextPosition();
      if (boundary > limit) {
        return boundary;
      }
    }
    return boundary;
  }

  private static long firstOffsetAt(Segment segment, int position) {
    var cursor = new BatchCursor(segment.file(), position, segment.sizeBytes());
    Check.that(cursor.next(), "no batch where one was found");
    return cursor.baseOffset();
  }

  /** The offset that follows the bytes before {@code position}. */
  private long offsetAt(Segment segment, int position, long segmentEnd, long end) {
    if (position == segment.sizeBytes()) {
      return segmentEnd;
    }
    Optional<RecentAppends.Entry> hit = body.recent.startingAt(end);
    if (hit.isPresent() && hit.get().segment() == segment && hit.get().position() == position) {
      return end;
    }
    return firstOffsetAt(segment, position);
  }

  /**
   * The first record below {@code endExclusive} with a timestamp at or after {@code timestampMs}.
   */
  Optional<TimedOffset> firstAtOrAfter(long timestampMs, long endExclusive) {
    return body.reading(() -> new TimeLookup(body).firstAtOrAfter(timestampMs, endExclusive));
  }

  /** The first record with the largest timestamp of all below {@code endExclusive}. */
  Optional<TimedOffset> maxTimestamp(long endExclusive) {
    return body.reading(() -> new TimeLookup(body).largest(endExclusive));
  }
}
