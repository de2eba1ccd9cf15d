package io.dure.console;

import io.dure.base.PartitionId;
import java.util.List;
import java.util.Optional;

/** What lies in the partitions that this node leads. Waits. */
public interface Shelf {
  /** Empty when this node does not lead the partition. */
  Optional<Ends> ends(PartitionId partition);

  /** The first offset there is, and the one after the last committed record. */
  record Ends(long start, long end) {}

  /** Where to begin to read. */
  sealed interface From {
    record Earliest() implements From {}

    /** So many records before the end. */
    record Last(int records) implements From {}

    record Offset(long offset) implements From {}

    record Time(long timestampMs) implements From {}
  }

  /**
   * Committed records, markers of transactions left out; fewer than {@code most} when they are
   * large. Empty when this node does not lead the partition, or the offset is not there.
   */
  Optional<Reading> read(PartitionId partition, From from, int most);

  /**
   * @param next the offset after what was looked at: where to go on
   */
  record Reading(Ends ends, long next, List<Message> messages) {
    public Reading {
      messages = List.copyOf(messages);
    }
  }

  /**
   * Key and value are cut off at a bound; the sizes are those of the whole, -1 where there is none.
   */
  record Message(
      long offset, long timestampMs, byte[] key, int keySize, byte[] value, int valueSize) {}

  /**
   * How much lies at and after an offset, and the time of the first record of it, -1 when there is
   * none. Empty when this node does not lead the partition.
   */
  Optional<Unread> unread(PartitionId partition, long offset);

  record Unread(long end, long oldestMs) {}
}
