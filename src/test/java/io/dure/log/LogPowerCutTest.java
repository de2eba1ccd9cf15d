package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.sim.Seeds;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to power and process: everything flushed is there again, and what is there is a
 * prefix.
 */
class LogPowerCutTest {
  private static final String FOLDER = "orders-0";

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everythingFlushedSurvivesAndNothingElseAppears(long seed) {
    var run = new Run(seed);
    for (int step = 0; step < 400; step++) {
      run.step();
    }
    run.crash(true);
  }

  static LongStream seeds() {
    return Seeds.fromProperties(60);
  }

  /** A log and, beside it, the batches it should hold. */
  private static final class Run {
    private record Batch(long from, long end, int epoch, byte[] bytes) {}

    private final SimRng rng;
    private final SimDisk disk;
    private final LogSettings settings;
    private final List<FlushTicket> tickets = new ArrayList<>();
    private List<Batch> model = new ArrayList<>();
    private List<Batch> ever = new ArrayList<>(); // with what the start has passed
    private EpochHistory history = EpochHistory.EMPTY;
    private long start;
    private boolean startMoved;
    private long flushedEnd;
    private long durableStart;
    private int epoch = 1;
    private long nowMs = 1_000;
    private PartitionLog log;

    Run(long seed) {
      rng = new SimRng(seed);
      disk = new SimDisk(rng.split());
      settings =
          LogSettings.DEFAULT
              .withSegmentBytes(2_000 + rng.below(20_000))
              .withIndexIntervalBytes(rng.below(2_000))
              .withCheckpointBytes(500 + rng.below(20_000))
              .withTailBytes(rng.below(5_000));
      log = PartitionLog.open(disk, FOLDER, settings);
    }

    void step() {
      int dice = rng.below(1000);
      if (dice < 500) {
        append();
      } else if (dice < 700) {
        flush();
      } else if (dice < 760) {
        tickets.add(log.beginFlush());
      } else if (dice < 820) {
        finishTickets();
      } else if (dice < 880) {
        read();
      } else if (dice < 910) {
        log.rest();
      } else if (dice < 935) {
        truncate();
      } else if (dice < 943) {
        advanceStart();
      } else if (dice < 958) {
        moveStart();
      } else if (dice < 963) {
        reset();
      } else if (dice < 970) {
        reopen();
      } else {
        crash(dice < 990);
      }
      notePruned();
      assertThat(log.endOffset()).isEqualTo(end());
      assertThat(log.startOffset()).isEqualTo(start);
    }

    private long end() {
      return model.isEmpty() ? start : Math.max(start, model.getLast().end());
    }

    private void append() {
      if (rng.below(10) == 0) {
        epoch++;
      }
      nowMs += rng.below(50);
      int producer = rng.below(3);
      ByteBuffer batch = LogFixture.batch(1 + rng.below(5), rng.below(700), nowMs);
      if (producer > 0 && rng.below(5) == 0) {
        batch =
            ControlBatch.of(
                new TxnMarker(producer, (short) 0, 1, rng.below(3) == 0, (short) 1), nowMs);
      } else if (producer > 0) {
        batch.putLong(43, producer);
        batch.putShort(51, (short) 0);
        batch.putInt(53, rng.below(1_000));
        batch.putShort(21, (short) (rng.below(3) > 0 ? BatchFormat.TRANSACTIONAL : 0));
        BatchFormat.writeCrc(batch, 0);
      }
      AppendInfo info = log.appendAsLeader(batch, epoch, nowMs);
      history = history.append(epoch, info.endOffset());
      var appended =
          new Batch(info.baseOffset(), info.endOffset(), epoch, LogFixture.bytes(info.records()));
      model.add(appended);
      ever.add(appended);
    }

    private void flush() {
      finishTickets();
      LogFixture.flush(log);
      flushedEnd = end();
      assertThat(log.flushedEnd()).isEqualTo(end());
    }

    private void finishTickets() {
      for (FlushTicket ticket : tickets) {
        ticket.run();
        log.flushed(ticket);
        if (ticket.generation() == log.generation()) {
          flushedEnd = Math.max(flushedEnd, ticket.end());
        }
      }
      tickets.clear();
    }

    private void truncate() {
      List<Batch> all = kept();
      if (!all.isEmpty()) {
        int kept =
            rng.below(3) == 0 ? rng.below(all.size()) : Math.max(0, all.size() - 1 - rng.below(4));
        long end = Math.max(start, all.get(kept).from());
        if (end == all.get(kept).from()) {
          log.truncateTo(end);
          history = history.truncateTo(end);
          model.removeIf(b -> b.from() >= end);
          ever.removeIf(b -> b.from() >= end);
          flushedEnd = Math.min(flushedEnd, end);
          epoch++;
        }
      }
    }

    private void advanceStart() {
      startMoved = true;
      long to = start + rng.below((int) (end() - start) + 1);
      log.advanceStart(to);
      start = Math.max(start, to);
      history = history.startAt(start);
      flushedEnd = Math.max(flushedEnd, log.flushedEnd());
      model.removeIf(b -> b.end() <= start);
      durableStart = start;
    }

    /** As a host does it: at once for readers, durable some flushes later. */
    private void moveStart() {
      startMoved = true;
      long to = start + rng.below((int) (flushedEnd - Math.min(start, flushedEnd)) + 1);
      log.moveStart(to);
      if (to > start && rng.below(3) == 0) {
        for (int i = 0; i < 4 && log.startIsPending(); i++) {
          flush();
        }
        assertThat(log.startIsPending()).isFalse();
        assertThat(log.durableStart()).isEqualTo(to);
      }
      start = Math.max(start, to);
    }

    /** What is durable is gone for good. */
    private void notePruned() {
      if (log.durableStart() > durableStart) {
        durableStart = log.durableStart();
        model.removeIf(b -> b.end() <= durableStart);
      }
    }

    private List<Batch> kept() {
      return model.stream().filter(b -> b.end() > start).toList();
    }

    private void reset() {
      start = end() + rng.below(100);
      log.resetTo(start);
      durableStart = start;
      startMoved = false;
      history = EpochHistory.emptyAt(start);
      model = new ArrayList<>();
      ever = new ArrayList<>();
      flushedEnd = start;
      epoch++;
    }

    private void reopen() {
      finishTickets();
      log.close();
      flushedEnd = end();
      log = PartitionLog.open(disk, FOLDER, settings);
      assertThat(log.flushedEnd()).isEqualTo(end());
      verify();
    }

    void crash(boolean power) {
      tickets.clear();
      if (power) {
        disk.crash();
      } else {
        disk.crashProcess();
      }
      log = PartitionLog.open(disk, FOLDER, settings);
      // What was not durable of the start may have come back, also where only the process ended.
      assertThat(log.startOffset()).isBetween(durableStart, start);
      long before = end();
      start = log.startOffset();
      assertThat(log.endOffset()).isBetween(power ? Math.max(start, flushedEnd) : before, before);
      assertThat(log.flushedEnd()).isBetween(start, log.endOffset());
      model.removeIf(b -> b.from() >= log.endOffset());
      ever.removeIf(b -> b.from() >= log.endOffset());
      assertThat(log.endOffset()).isEqualTo(end());
      history = historyOf(log.endOffset());
      // What is found again may be appended to under the same epoch only by the leader that wrote
      // it.
      epoch++;
      flushedEnd = log.flushedEnd();
      verify();
    }

    private void verify() {
      var all = new ByteArrayOutputStream();
      for (Batch batch : kept()) {
        all.writeBytes(batch.bytes());
      }
      assertThat(shapeAfterStart(log.history())).isEqualTo(shapeAfterStart(history));
      var found = new ByteArrayOutputStream();
      long next = start;
      while (next < log.endOffset()) {
        LogSlice slice = log.read(next, 1 + rng.below(4_000), log.endOffset());
        assertThat(slice.sizeBytes()).isPositive();
        found.writeBytes(LogFixture.bytes(slice));
        next = slice.end();
      }
      assertThat(found.toByteArray()).isEqualTo(all.toByteArray());
      if (!startMoved) {
        assertThat(log.producers().encode()).isEqualTo(producersOf(model).encode());
      }
      verifyAborted();
    }

    /**
     * Readers are told of every abort that concerns a record that is left, and of no other. Where
     * the start has passed a transaction's first batch, that may have been forgotten.
     */
    private void verifyAborted() {
      List<AbortedTxn> expected = new ArrayList<>();
      var table = new ProducerTable();
      ever.forEach(b -> table.apply(ByteBuffer.wrap(b.bytes()), 0).ifPresent(expected::add));
      List<AbortedTxn> found = log.abortedIn(start, log.endOffset());
      for (AbortedTxn each : expected) {
        OptionalLong firstLeft = firstLeft(each);
        assertThat(found.stream().filter(f -> f.lastOffset() == each.lastOffset()).toList())
            .hasSizeBetween(firstLeft.isPresent() && each.lastOffset() >= start ? 1 : 0, 1)
            .allMatch(f -> f.producerId() == each.producerId())
            .as("%s of %s, start %d, first left %s", each, ever.size(), start, firstLeft)
            .allMatch(f -> firstLeft.isEmpty() || f.firstOffset() <= firstLeft.getAsLong())
            .allMatch(f -> f.firstOffset() >= each.firstOffset());
      }
      assertThat(found)
          .allMatch(f -> expected.stream().anyMatch(e -> e.lastOffset() == f.lastOffset()));
      if (!startMoved) {
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      }
    }

    /** The first batch of an aborted transaction that is left in the log. */
    private OptionalLong firstLeft(AbortedTxn aborted) {
      return ever.stream()
          .filter(b -> b.end() > start)
          .filter(b -> b.from() >= aborted.firstOffset() && b.from() < aborted.lastOffset())
          .filter(b -> BatchFormat.isTransactional(ByteBuffer.wrap(b.bytes()), 0))
          .filter(
              b -> BatchFormat.producerId(ByteBuffer.wrap(b.bytes()), 0) == aborted.producerId())
          .mapToLong(Batch::from)
          .findFirst();
    }

    /** Where the first epoch began before the log's start does not matter. */
    private EpochHistory shapeAfterStart(EpochHistory history) {
      EpochHistory later = history.startAt(start);
      return new EpochHistory(
          later.entries().stream()
              .map(e -> new EpochHistory.Entry(e.epoch(), Math.max(e.start(), start)))
              .toList(),
          start,
          later.end());
    }

    /** As the batches that may still be there have it. */
    private EpochHistory historyOf(long end) {
      EpochHistory found = EpochHistory.emptyAt(model.isEmpty() ? end : model.getFirst().from());
      for (Batch batch : model) {
        found = found.append(batch.epoch(), batch.end());
      }
      return found;
    }

    private static ProducerTable producersOf(List<Batch> batches) {
      var table = new ProducerTable();
      batches.forEach(b -> table.apply(ByteBuffer.wrap(b.bytes()), 0));
      return table;
    }

    private void read() {
      List<Batch> model = kept();
      if (model.isEmpty()) {
        return;
      }
      int first = rng.below(model.size());
      int last = first + rng.below(model.size() - first);
      Batch batch = model.get(first);
      long from = Math.max(start, batch.from() + rng.below((int) (batch.end() - batch.from())));
      long end = model.get(last).end() - (rng.below(4) == 0 ? 1 : 0);
      int maxBytes = rng.below(5_000);
      LogSlice slice = log.read(from, maxBytes, end);
      var expected = new ByteArrayOutputStream();
      for (int i = first; i < model.size() && model.get(i).end() <= end; i++) {
        if (i > first && expected.size() + model.get(i).bytes().length > maxBytes) {
          break;
        }
        expected.writeBytes(model.get(i).bytes());
      }
      byte[] found = LogFixture.bytes(slice);
      assertThat(found).isEqualTo(java.util.Arrays.copyOf(expected.toByteArray(), found.length));
      assertThat(found.length == 0).isEqualTo(expected.size() == 0);
      if (found.length > 0) {
        assertThat(slice.from()).isEqualTo(batch.from());
        BatchSpan span = log.readSpan(batch.from() >= start ? batch.from() : start, maxBytes, end);
        assertThat(LogFixture.bytes(span)).startsWith(batch.bytes());
      }
    }
  }
}
