package io.dure.log;

import io.dure.base.DiskFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Finds records by timestamp: segment by segment, then index, then headers; one batch at most is
 * unpacked.
 */
final class TimeLookup {
  private final LogBody body;
  private final List<Segment> segments;
  private final LogSettings settings;
  private final long start;

  TimeLookup(LogBody body) {
    this.body = body;
    this.segments = body.segments;
    this.settings = body.settings();
    this.start = body.visibleStart();
  }

  Optional<TimedOffset> firstAtOrAfter(long timestampMs, long endExclusive) {
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (body.endOf(i) <= start || segment.base() >= endExclusive) {
        continue;
      }
      if (segment.largest(Long.MAX_VALUE, body.endOf(i), settings).timestampMs() >= timestampMs) {
        Optional<TimedOffset> found = firstIn(segment, timestampMs, endExclusive);
        if (found.isPresent()) {
          return found.filter(r -> r.offset() < endExclusive);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<TimedOffset> firstIn(Segment segment, long timestampMs, long endExclusive) {
    long from = Math.max(start, segment.offsetBefore(timestampMs, settings));
    var cursor =
        new BatchCursor(
            segment.file(), segment.positionBefore(from, settings), segment.sizeBytes());
    while (cursor.next() && cursor.baseOffset() < endExclusive) {
      if (cursor.maxTimestamp() >= timestampMs && cursor.endOffset() > start) {
        for (LogRecord record : recordsAt(segment.file(), cursor)) {
          if (record.timestampMs() >= timestampMs && record.offset() >= start) {
            return Optional.of(new TimedOffset(record.offset(), record.timestampMs()));
          }
        }
      }
    }
    return Optional.empty();
  }

  Optional<TimedOffset> largest(long endExclusive) {
    TimedOffset best = Segment.NO_TIME;
    Optional<Segment> where = Optional.empty();
    for (int i = 0; i < segments.size() && segments.get(i).base() < endExclusive; i++) {
      Segment segment = segments.get(i);
      TimedOffset largest = segment.largest(endExclusive, body.endOf(i), settings);
      if (body.endOf(i) > start && largest.timestampMs() > best.timestampMs()) {
        best = largest;
        where = Optional.of(segment);
      }
    }
    if (where.isEmpty()) {
      return Optional.empty();
    }
    return firstIn(where.get(), best.timestampMs(), endExclusive);
  }

  private static List<LogRecord> recordsAt(DiskFile file, BatchCursor cursor) {
    ByteBuffer bytes = ByteBuffer.allocate((int) (cursor.nextPosition() - cursor.position()));
    file.read(cursor.position(), bytes);
    bytes.flip();
    if (!BatchFormat.crcMatches(bytes, 0, bytes.limit())) {
      throw BatchCursor.corrupt(
          file,
          cursor.position(),
          "the checksum of the batch at offset " + cursor.baseOffset() + " does not match");
    }
    return LogRecord.in(bytes);
  }
}
