package io.dure.sim.node;

import io.dure.base.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What was ever seen committed, by anybody: the truth that every log is held against. */
final class CommittedLogs {
  private final Map<PartitionId, Log> logs = new HashMap<>();

  Log of(PartitionId partition) {
    return logs.computeIfAbsent(partition, _ -> new Log());
  }

  /** The committed batches of one partition. */
  static final class Log {
    private final TreeMap<Long, Batch> batches = new TreeMap<>();
    private final List<Commit> commits = new ArrayList<>();
    private long end;
    private boolean compacted;
    private long unseenBefore;

    /** Everything below {@code end} was seen committed in {@code epoch}. */
    private record Commit(int epoch, long end) {}

    long end() {
      return end;
    }

    /** Where the batch with this offset, or the one before it, begins. */
    long floor(long offset) {
      Long base = batches.floorKey(offset);
      return base == null ? 0 : base;
    }

    Optional<Batch> at(long base) {
      return Optional.ofNullable(batches.get(base));
    }

    List<Batch> all() {
      return List.copyOf(batches.values());
    }

    /** What was committed in epochs before {@code epoch} ends here. */
    long endBefore(int epoch) {
      long most = 0;
      for (Commit commit : commits) {
        if (commit.epoch < epoch) {
          most = Math.max(most, commit.end);
        }
      }
      return most;
    }

    /**
     * A replica came to know of more as committed and dropped it in one turn, so nobody saw what it
     * was.
     */
    void droppedBefore(long start) {
      unseenBefore = start > end ? start : unseenBefore;
      end = Math.max(end, start);
    }

    /** Whether what stood at {@code base} may have been dropped before anybody looked. */
    boolean mayBeUnseen(long base) {
      return base < unseenBefore;
    }

    /** Older values of keys may be dropped. */
    void compacted() {
      compacted = true;
    }

    boolean isCompacted() {
      return compacted;
    }

    /** The offsets below which every key has a later record, and those that are the last ones. */
    Set<Long> lastOfEachKey() {
      Map<Integer, Long> last = new HashMap<>();
      batches
          .values()
          .forEach(
              batch -> batch.keys().forEach((offset, key) -> last.merge(key, offset, Math::max)));
      return Set.copyOf(last.values());
    }

    /** Takes note, or says what does not fit. */
    Optional<String> add(Batch batch, int inEpoch) {
      if (batch.base() < end) {
        return differs(batch);
      }
      if (batch.base() > end) {
        return Optional.of("%s is committed, but nothing at %d".formatted(batch, end));
      }
      batches.put(batch.base(), batch);
      end = batch.end();
      if (!commits.isEmpty() && commits.getLast().epoch == inEpoch) {
        commits.removeLast();
      }
      commits.add(new Commit(inEpoch, end));
      return Optional.empty();
    }

    /** Says how a batch below the committed end is not what was committed. */
    Optional<String> differs(Batch batch) {
      Batch known = batches.get(batch.base());
      if (compacted
          && (known == null ? batch.isEmptyRun() : batch.isEmptyRun() || batch.isLeftOf(known))) {
        return Optional.empty();
      }
      return batch.equals(known) || known == null && mayBeUnseen(batch.base())
          ? Optional.empty()
          : Optional.of(
              "%s stands where %s was committed"
                  .formatted(batch, known == null ? "the middle of another batch" : known));
    }
  }
}
