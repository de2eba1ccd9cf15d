package io.dure.log;

import io.dure.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Which epoch wrote which offsets of a log: the whole shape of a log without its bytes. Immutable.
 *
 * <p>Because one leader writes an epoch and never writes an offset of it twice, two logs that hold
 * a record of the same epoch at the same offset are equal up to there; {@link #commonEndWith} rests
 * on that.
 *
 * @param entries ascending in epoch and start; the first starts at or before {@code start}
 * @param start the first offset kept (inclusive)
 * @param end the offset after the last record (exclusive)
 */
public record EpochHistory(List<Entry> entries, long start, long end) {
  /** Records from {@code start} (inclusive) to the next entry's start belong to {@code epoch}. */
  public record Entry(int epoch, long start) {}

  public static final EpochHistory EMPTY = new EpochHistory(List.of(), 0, 0);

  public EpochHistory {
    entries = List.copyOf(entries);
    Check.that(start <= end, "log start %d past its end %d", start, end);
  }

  /** An empty log whose next record has offset {@code start}. */
  public static EpochHistory emptyAt(long start) {
    return new EpochHistory(List.of(), start, start);
  }

  /** The epoch of the last record, or -1 when there is none. */
  public int lastEpoch() {
    return entries.isEmpty() ? -1 : entries.getLast().epoch();
  }

  public LogPosition position() {
    return new LogPosition(lastEpoch(), end);
  }

  /** The log after records of {@code epoch} were appended up to {@code newEnd} (exclusive). */
  public EpochHistory append(int epoch, long newEnd) {
    Check.that(newEnd > end, "append ends at %d, not past %d", newEnd, end);
    if (epoch == lastEpoch()) {
      return new EpochHistory(entries, start, newEnd);
    }
    Check.that(epoch > lastEpoch(), "epoch %d after epoch %d", epoch, lastEpoch());
    var longer = new ArrayList<Entry>(entries);
    longer.add(new Entry(epoch, end));
    return new EpochHistory(longer, start, newEnd);
  }

  /** The log cut so that it ends at {@code newEnd}; unchanged if it ends before. */
  public EpochHistory truncateTo(long newEnd) {
    if (newEnd >= end) {
      return this;
    }
    Check.that(newEnd >= start, "cut to %d before the start %d", newEnd, start);
    if (newEnd == start) {
      return emptyAt(start);
    }
    return new EpochHistory(
        entries.stream().filter(e -> e.start() < newEnd).toList(), start, newEnd);
  }

  /** The log without the records before {@code newStart}. */
  public EpochHistory startAt(long newStart) {
    if (newStart <= start) {
      return this;
    }
    Check.that(newStart <= end, "start %d past the end %d", newStart, end);
    if (newStart == end) {
      return emptyAt(end);
    }
    int first = indexAt(newStart);
    return new EpochHistory(entries.subList(first, entries.size()), newStart, end);
  }

  /** The epoch of the record at {@code offset}, or -1 when that offset is not in the log. */
  public int epochAt(long offset) {
    return offset < start || offset >= end ? -1 : entries.get(indexAt(offset)).epoch();
  }

  /**
   * The end (exclusive) of the last epoch at or below {@code epoch}, as OffsetForLeaderEpoch asks
   * (KIP-320); epoch -1 and the log's start when all records are of later epochs.
   */
  public LogPosition endOf(int epoch) {
    if (epoch >= lastEpoch()) {
      return position();
    }
    for (int i = entries.size() - 2; i >= 0; i--) {
      if (entries.get(i).epoch() <= epoch) {
        return new LogPosition(entries.get(i).epoch(), entries.get(i + 1).start());
      }
    }
    return new LogPosition(-1, start);
  }

  /**
   * The largest end (exclusive) up to which both logs hold the same records. Where they share no
   * epoch, records from before either log's start are taken as equal (they were committed), so the
   * answer is at least the larger start whenever both reach it.
   */
  public long commonEndWith(EpochHistory other) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      int epoch = entries.get(i).epoch();
      for (int j = other.entries.size() - 1; j >= 0 && other.entries.get(j).epoch() >= epoch; j--) {
        if (other.entries.get(j).epoch() == epoch) {
          return Math.min(entryEnd(i), other.entryEnd(j));
        }
      }
    }
    return Math.min(Math.max(start, other.start), Math.min(end, other.end));
  }

  private long entryEnd(int i) {
    return i + 1 < entries.size() ? entries.get(i + 1).start() : end;
  }

  private int indexAt(long offset) {
    for (int i = entries.size() - 1; i > 0; i--) {
      if (entries.get(i).start() <= offset) {
        return i;
      }
    }
    return 0;
  }
}
