package io.dure.broker;

import io.dure.base.PartitionId;
import io.dure.runtime.Loop;
import io.dure.runtime.Partitions;
import io.dure.runtime.Partitions.Isolation;
import io.dure.runtime.Partitions.ReadOutcome;
import io.dure.runtime.Partitions.ReadRequest;
import io.dure.runtime.Partitions.Watch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/**
 * One fetch under way. Confined to the connection's loop.
 *
 * <p>All partitions are read at once. When that gives fewer than the wanted bytes, the round
 * watches every partition where its records end, and reads again those that something happened to,
 * until there is enough or the time is up.
 *
 * <pre>
 *   reading ── all read, enough or too late ─▶ done
 *      ▲ └──── all read, not enough ─▶ watching ── time is up ─▶ done
 *      └──────────── something committed ──┘
 * </pre>
 */
final class FetchRound {
  private static final long LONGEST_TIMER_MS = 1_000;

  /** Takes the partitions of the answer in the order they were asked for. */
  interface Done extends BiConsumer<Map<FetchItem.Key, PartitionData>, FetchAnswer> {}

  /**
   * @param deadlineMs monotonic time at which the answer goes out, whatever there is
   */
  record Limits(int minBytes, int maxBytes, long deadlineMs, Isolation isolation) {}

  private static final class Slot {
    private final FetchItem item;
    private final Optional<PartitionId> partition;
    private Optional<ReadOutcome> outcome = Optional.empty();
    private Optional<Watch> watch = Optional.empty();
    private boolean watched;

    private Slot(FetchItem item, Optional<PartitionId> partition) {
      this.item = item;
      this.partition = partition;
    }
  }

  private final Cluster cluster;
  private final Partitions partitions;
  private final Loop loop;
  private final Limits limits;
  private final FetchAnswer answer;
  private final Done done;
  private final List<Slot> slots = new ArrayList<>();
  private final BitSet woken = new BitSet();
  private int reading;
  private boolean waiting;
  private boolean rereadPosted;
  private boolean finished;

  FetchRound(
      Cluster cluster,
      Partitions partitions,
      Loop loop,
      List<FetchItem> items,
      Limits limits,
      FetchAnswer answer,
      Done done) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.loop = loop;
    this.limits = limits;
    this.answer = answer;
    this.done = done;
    items.forEach(item -> slots.add(new Slot(item, answer.partition(item.key()))));
  }

  void start() {
    reading = 1; // this method itself, so that answers given in place do not end the round early
    slots.forEach(this::read);
    readOne();
  }

  private void read(Slot slot) {
    if (slot.partition.isEmpty()) {
      return;
    }
    FetchItem item = slot.item;
    reading++;
    var request =
        new ReadRequest(
            item.offset(),
            Math.max(0, Math.min(item.maxBytes(), limits.maxBytes())),
            item.leaderEpoch(),
            item.lastFetchedEpoch(),
            limits.isolation());
    partitions.read(
        slot.partition.get(),
        request,
        loop,
        outcome -> {
          slot.outcome = Optional.of(outcome);
          readOne();
        });
  }

  private void readOne() {
    reading--;
    if (reading > 0 || finished) {
      return;
    }
    if (isEnough() || cluster.nowMs() >= limits.deadlineMs()) {
      finish();
    } else {
      await();
    }
  }

  private boolean isEnough() {
    long bytes = 0;
    for (Slot slot : slots) {
      switch (slot.outcome.orElse(null)) {
        case ReadOutcome.Found found -> bytes += found.slice().sizeBytes();
        case ReadOutcome.Diverged _, ReadOutcome.Refused _ -> {
          return true;
        }
        case null -> {
          return true; // unknown topic or partition
        }
      }
    }
    return bytes >= limits.minBytes() || slots.isEmpty();
  }

  private void await() {
    if (!waiting) {
      waiting = true;
      awaitDeadline();
    }
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      if (!slot.watched && slot.outcome.orElseThrow() instanceof ReadOutcome.Found found) {
        int index = i;
        slot.watched = true;
        long from = found.slice().sizeBytes() > 0 ? found.slice().end() : slot.item.offset();
        slot.watch =
            Optional.of(
                partitions.watch(
                    slot.partition.orElseThrow(),
                    from,
                    limits.isolation(),
                    loop,
                    () -> wake(index)));
      }
    }
  }

  /**
   * A timer cannot be taken back, and a client may allow to wait for days: none of them outlives a
   * round that ended early by more than a moment.
   */
  private void awaitDeadline() {
    if (finished) {
      return;
    }
    long leftMs = limits.deadlineMs() - cluster.nowMs();
    if (leftMs <= 0) {
      finish();
    } else {
      loop.schedule(Math.min(leftMs, LONGEST_TIMER_MS), this::awaitDeadline);
    }
  }

  private void wake(int index) {
    if (finished) {
      return;
    }
    slots.get(index).watched = false;
    woken.set(index);
    if (!rereadPosted) {
      // Several partitions often move in one turn; read them together.
      rereadPosted = true;
      loop.execute(this::reread);
    }
  }

  private void reread() {
    rereadPosted = false;
    if (finished) {
      return;
    }
    reading++;
    woken.stream().forEach(index -> read(slots.get(index)));
    woken.clear();
    readOne();
  }

  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    Map<FetchItem.Key, PartitionData> found = new LinkedHashMap<>();
    long left = limits.maxBytes();
    boolean first = true;
    for (Slot slot : slots) {
      slot.watch.ifPresent(Watch::close);
      FetchItem.Key key = slot.item.key();
      if (slot.partition.isEmpty()) {
        found.put(key, answer.unknown(key));
        continue;
      }
      int sizeBytes = sizeBytes(slot);
      // The first batch goes out whole even when it is larger than all limits, or the reader could
      // never get past it.
      boolean fits = sizeBytes > 0 && (first || sizeBytes <= left);
      if (fits) {
        first = false;
        left -= sizeBytes;
      }
      found.put(
          key, slot.outcome.map(o -> answer.of(key, o, fits)).orElseGet(() -> answer.unknown(key)));
    }
    slots.clear(); // the timer may hold on to this round for as long as the client allowed to wait
    done.accept(found, answer);
  }

  private static int sizeBytes(Slot slot) {
    return slot.outcome.orElse(null) instanceof ReadOutcome.Found found
        ? found.slice().sizeBytes()
        : 0;
  }
}
