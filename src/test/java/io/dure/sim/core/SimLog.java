package io.dure.sim.core;

import io.dure.base.Check;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * A log of (epoch, value) by offset, and beneath it what the disk would still have after a power
 * cut. A crash of the process keeps everything written; a power cut loses what was not flushed, or
 * a part of it, cuts and resets included.
 */
final class SimLog {
  /** A log's whole content; arrays are indexed by offset and only valid from start to end. */
  record Content(long start, long end, int[] epochs, long[] values) {
    static final Content EMPTY = new Content(0, 0, new int[0], new long[0]);

    boolean sameAt(long offset, Content other) {
      int i = (int) offset;
      return epochs[i] == other.epochs[i] && values[i] == other.values[i];
    }
  }

  /** A flush under way: what it will have made durable. */
  record Flush(long generation, Content content) {}

  private long start;
  private long end;
  private int[] epochs = new int[64];
  private long[] values = new long[64];
  private long generation;
  private boolean dirty;
  private Content durable = Content.EMPTY;

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  int epochAt(long offset) {
    return epochs[(int) offset];
  }

  long valueAt(long offset) {
    return values[(int) offset];
  }

  Content durable() {
    return durable;
  }

  boolean dirty() {
    return dirty;
  }

  EpochHistory history() {
    var entries = new ArrayList<EpochHistory.Entry>();
    for (long i = start; i < end; i++) {
      if (i == start || epochAt(i) != epochAt(i - 1)) {
        entries.add(new EpochHistory.Entry(epochAt(i), i));
      }
    }
    return new EpochHistory(entries, start, end);
  }

  void append(int epoch, long value) {
    if (end == epochs.length) {
      epochs = Arrays.copyOf(epochs, epochs.length * 2);
      values = Arrays.copyOf(values, values.length * 2);
    }
    epochs[(int) end] = epoch;
    values[(int) end] = value;
    end++;
    dirty = true;
  }

  void append(BatchSpan records) {
    Check.that(records.from() == end, "records from %d appended at %d", records.from(), end);
    ByteBuffer bytes = records.bytes().duplicate();
    int entry = 0;
    while (bytes.hasRemaining()) {
      while (entry + 1 < records.epochs().size()
          && records.epochs().get(entry + 1).start() <= end) {
        entry++;
      }
      append(records.epochs().get(entry).epoch(), bytes.getLong());
    }
    Check.that(records.end() == end, "records to %d ended at %d", records.end(), end);
  }

  BatchSpan span(long from, long to) {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from) * Long.BYTES);
    var entries = new ArrayList<EpochHistory.Entry>();
    for (long i = from; i < to; i++) {
      bytes.putLong(valueAt(i));
      if (i == from || epochAt(i) != epochAt(i - 1)) {
        entries.add(new EpochHistory.Entry(epochAt(i), i));
      }
    }
    return new BatchSpan(bytes.flip(), from, to, entries);
  }

  void truncateTo(long newEnd) {
    Check.that(newEnd >= start && newEnd < end, "cut to %d of a log that ends at %d", newEnd, end);
    end = newEnd;
    generation++;
    dirty = true;
  }

  void resetTo(long newStart) {
    while (epochs.length < newStart) {
      epochs = Arrays.copyOf(epochs, epochs.length * 2);
      values = Arrays.copyOf(values, values.length * 2);
    }
    start = newStart;
    end = newStart;
    generation++;
    dirty = true;
  }

  /** The whole log is gone; the next copy counts its flushes anew. */
  void delete() {
    start = 0;
    end = 0;
    generation = 0;
    dirty = true;
  }

  void advanceStart(long newStart) {
    start = newStart;
  }

  Flush beginFlush() {
    dirty = false;
    return new Flush(generation, content());
  }

  void flushed(Flush flush) {
    durable = flush.content();
  }

  /** Nothing flushes any more; everything written is still there. */
  void crash() {
    dirty = true;
    generation = 0;
  }

  /** What was not flushed is lost: all of it, or the part behind some point. */
  void powerCut(SimRng rng) {
    if (rng.chance(500)) {
      take(durable);
    } else {
      long kept = Math.max(start, commonEnd());
      take(new Content(start, rng.between(kept, end), epochs, values));
    }
    crash();
    durable = content();
  }

  private long commonEnd() {
    long at = Math.max(start, durable.start());
    long both = Math.min(end, durable.end());
    if (at > both) {
      return start;
    }
    Content now = new Content(start, end, epochs, values);
    while (at < both && now.sameAt(at, durable)) {
      at++;
    }
    return at;
  }

  private Content content() {
    return new Content(
        start, end, Arrays.copyOf(epochs, (int) end), Arrays.copyOf(values, (int) end));
  }

  private void take(Content content) {
    start = content.start();
    end = content.end();
    epochs = Arrays.copyOf(content.epochs(), Math.max(64, content.epochs().length));
    values = Arrays.copyOf(content.values(), Math.max(64, content.values().length));
  }
}
