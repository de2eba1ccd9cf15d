package io.dure.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A recovery point: everything below {@code history.end()} is durable, and this is what a restart
 * needs to know about it without reading it. Written as text, {@code key: value} per line, the last
 * line the CRC-32C of all before it.
 *
 * @param sequence larger in a later checkpoint
 * @param history the log's start and epochs up to the recovery point
 * @param visibleStart the first offset readers get; may lie within the first batch
 * @param cleanedEnd everything below (exclusive) was compacted
 * @param segments all segments up to and with the one the recovery point is in; that one's size is
 *     where the point is
 * @param indexEntries how many entries of the last segment's offset index lie below the recovery
 *     point
 * @param timeEntries the same of its time index
 * @param firstTimestamp timestamp of the last segment's first batch, or -1
 * @param largest the last segment's largest timestamp with the last offset of its batch; timestamp
 *     -1 when empty
 * @param producers how many idempotent producers are known there; if any, a snapshot has them
 */
record Checkpoint(
    long sequence,
    EpochHistory history,
    long visibleStart,
    long cleanedEnd,
    List<Extent> segments,
    int indexEntries,
    int timeEntries,
    long firstTimestamp,
    TimedOffset largest,
    int producers) {
  /**
   * How much of a segment lies below the recovery point: all of it, for all but the last.
   *
   * @param aborted the entries of its index of aborted transactions that do
   * @param version how often it was compacted
   */
  record Extent(long base, int sizeBytes, AbortedIndex.Sum aborted, int version) {
    Extent(long base, int sizeBytes) {
      this(base, sizeBytes, AbortedIndex.Sum.NONE, 0);
    }
  }

  Checkpoint {
    segments = List.copyOf(segments);
  }

  /** The segment the recovery point lies in. */
  Extent last() {
    return segments.getLast();
  }

  long end() {
    return history.end();
  }

  /**
   * The same recovery point of a log that starts at {@code start} now, in the segment {@code
   * firstSegment}; readers get what is from {@code visible} on.
   */
  Checkpoint startingAt(long start, long visible, long firstSegment) {
    List<Extent> kept = segments.stream().filter(s -> s.base() >= firstSegment).toList();
    if (kept.isEmpty()) {
      return new Checkpoint(
          sequence + 1,
          history.startAt(start),
          visible,
          cleanedEnd,
          List.of(new Extent(firstSegment, 0)),
          0,
          0,
          -1,
          Segment.NO_TIME,
          producers);
    }
    return new Checkpoint(
        sequence + 1,
        history.startAt(start),
        visible,
        cleanedEnd,
        kept,
        indexEntries,
        timeEntries,
        firstTimestamp,
        largest,
        producers);
  }

  /** The same recovery point after some segments were compacted into one. */
  Checkpoint compacted(Extent into, long end, long newCleanedEnd) {
    List<Extent> now = new ArrayList<>();
    for (Extent segment : segments) {
      if (segment.base() == into.base()) {
        now.add(into);
      } else if (segment.base() < into.base() || segment.base() >= end) {
        now.add(segment);
      }
    }
    return new Checkpoint(
        sequence + 1,
        history,
        visibleStart,
        Math.max(cleanedEnd, newCleanedEnd),
        now,
        indexEntries,
        timeEntries,
        firstTimestamp,
        largest,
        producers);
  }

  /** The same recovery point with these segments before its last one. */
  Checkpoint withClosed(List<Extent> closed) {
    List<Extent> all = new ArrayList<>(closed);
    all.add(last());
    return new Checkpoint(
        sequence,
        history,
        visibleStart,
        cleanedEnd,
        all,
        indexEntries,
        timeEntries,
        firstTimestamp,
        largest,
        producers);
  }

  Checkpoint numbered(long number) {
    return new Checkpoint(
        number,
        history,
        visibleStart,
        cleanedEnd,
        segments,
        indexEntries,
        timeEntries,
        firstTimestamp,
        largest,
        producers);
  }

  byte[] encode() {
    var text = new StringBuilder(256);
    text.append("version: 1\nsequence: ").append(sequence);
    text.append("\nstart: ").append(history.start());
    text.append("\nend: ").append(history.end());
    if (visibleStart != history.start()) {
      text.append("\nvisible-start: ").append(visibleStart);
    }
    if (cleanedEnd > 0) {
      text.append("\ncleaned: ").append(cleanedEnd);
    }
    text.append("\nepochs:");
    history
        .entries()
        .forEach(e -> text.append(' ').append(e.epoch()).append('@').append(e.start()));
    text.append("\nsegments:");
    segments.forEach(s -> append(text, s));
    text.append("\nindex: ").append(indexEntries);
    text.append("\ntimeindex: ").append(timeEntries);
    text.append("\nfirst-timestamp: ").append(firstTimestamp);
    text.append("\nlargest-timestamp: ").append(largest.timestampMs());
    text.append('@').append(largest.offset());
    text.append("\nproducers: ").append(producers).append('\n');
    long crc = crcOf(text);
    text.append("crc: ").append(crc).append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Empty when the bytes are torn, corrupt or of an unknown version. What follows the checksum's
   * line is left over from a longer one: a file whose end was not cut in time is as good as one
   * that was, and must not count for nothing now and for a recovery point after a later power cut.
   */
  static Optional<Checkpoint> decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.US_ASCII);
    int crcAt = text.indexOf("\ncrc: ") + 1;
    if (crcAt == 0
        || !text.startsWith("crc: " + crcOf(text.substring(0, crcAt)) + "\n", crcAt)
        || !text.startsWith("version: 1\n")) {
      return Optional.empty();
    }
    Map<String, String> fields = new HashMap<>();
    text.substring(0, crcAt)
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(':');
          fields.put(line.substring(0, colon), line.substring(colon + 1).trim());
        });
    List<EpochHistory.Entry> epochs = new ArrayList<>();
    for (String word : words(fields, "epochs")) {
      int at = word.indexOf('@');
      epochs.add(
          new EpochHistory.Entry(
              Integer.parseInt(word.substring(0, at)), Long.parseLong(word.substring(at + 1))));
    }
    String largest = fields.getOrDefault("largest-timestamp", "-1@-1");
    int at = largest.indexOf('@');
    return Optional.of(
        new Checkpoint(
            number(fields, "sequence"),
            new EpochHistory(epochs, number(fields, "start"), number(fields, "end")),
            number(fields, fields.containsKey("visible-start") ? "visible-start" : "start"),
            number(fields, "cleaned"),
            words(fields, "segments").stream().map(Checkpoint::extent).toList(),
            (int) number(fields, "index"),
            (int) number(fields, "timeindex"),
            number(fields, "first-timestamp"),
            new TimedOffset(
                Long.parseLong(largest.substring(at + 1)),
                Long.parseLong(largest.substring(0, at))),
            (int) number(fields, "producers")));
  }

  private static void append(StringBuilder text, Extent segment) {
    text.append(' ').append(segment.base()).append(':').append(segment.sizeBytes());
    if (segment.aborted().count() > 0) {
      text.append(':')
          .append(segment.aborted().count())
          .append(':')
          .append(segment.aborted().crc());
    }
    if (segment.version() > 0) {
      text.append('~').append(segment.version());
    }
  }

  private static Extent extent(String text) {
    int tilde = text.indexOf('~');
    String word = tilde < 0 ? text : text.substring(0, tilde);
    int version = tilde < 0 ? 0 : Integer.parseInt(text.substring(tilde + 1));
    String[] parts = word.split(":");
    var aborted =
        parts.length < 4
            ? AbortedIndex.Sum.NONE
            : new AbortedIndex.Sum(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
    return new Extent(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), aborted, version);
  }

  private static long number(Map<String, String> fields, String key) {
    return Long.parseLong(fields.getOrDefault(key, "0"));
  }

  private static List<String> words(Map<String, String> fields, String key) {
    String value = fields.getOrDefault(key, "");
    return value.isEmpty() ? List.of() : List.of(value.split(" "));
  }

  private static long crcOf(CharSequence text) {
    var crc = new CRC32C();
    crc.update(text.toString().getBytes(StandardCharsets.US_ASCII));
    return crc.getValue();
  }
}
