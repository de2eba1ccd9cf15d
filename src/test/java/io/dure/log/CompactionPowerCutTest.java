package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.sim.Seeds;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a compaction ends, by itself or with the power: the last value of every key is there, at
 * the offset it had, offsets have no gaps, and nothing is there that was not appended.
 */
class CompactionPowerCutTest {
  private static final String FOLDER = "orders-0";

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theLastValueOfEveryKeySurvives(long seed) {
    var run = new Run(seed);
    for (int step = 0; step < 500; step++) {
      run.step();
    }
    run.crash(true);
    run.compactAll();
    run.verify();
  }

  static LongStream seeds() {
    return Seeds.fromProperties(60);
  }

  private record Appended(String key, Optional<String> value) {}

  private static final class Run {
    private static final long TOMBSTONE_MS = 2_000;

    private final SimRng rng;
    private final SimDisk disk;
    private final LogSettings settings;
    private final int mostKeys;
    private final TreeMap<Long, Appended> model = new TreeMap<>();
    private final List<FlushTicket> tickets = new ArrayList<>();
    private Optional<Compaction> compaction = Optional.empty();
    private PartitionLog log;
    private long flushedEnd;
    private long touchedEnd;
    private int epoch = 1;
    private int nextValue;
    private long nowMs = 1_700_000_000_000L;

    Run(long seed) {
      rng = new SimRng(seed);
      disk = new SimDisk(rng.split());
      mostKeys = 2 + rng.below(40);
      settings =
          LogSettings.DEFAULT
              .withSegmentBytes(500 + rng.below(6_000))
              .withIndexIntervalBytes(rng.below(1_000))
              .withCheckpointBytes(200 + rng.below(3_000))
              .withCleaning(new Cleaning(true, 0, 0, Long.MAX_VALUE, TOMBSTONE_MS));
      log = PartitionLog.open(disk, FOLDER, settings);
    }

    void step() {
      nowMs += rng.below(30);
      int dice = rng.below(100);
      if (dice < 45) {
        append();
      } else if (dice < 60) {
        flush();
      } else if (dice < 66) {
        tickets.add(log.beginFlush());
      } else if (dice < 93) {
        compact();
      } else if (dice < 95) {
        log.rest();
      } else if (dice < 96) {
        moveStart();
      } else if (dice < 97) {
        reopen();
      } else {
        crash(rng.below(3) > 0);
      }
    }

    private void append() {
      if (rng.below(15) == 0) {
        epoch++;
      }
      var builder = new BatchBuilder();
      int count = 1 + rng.below(4);
      List<Appended> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String key = "k" + rng.below(25);
        Optional<String> value =
            rng.below(8) == 0
                ? Optional.empty()
                : Optional.of("v" + nextValue++ + "x".repeat(rng.below(60)));
        builder.add(bytes(key), value.map(Run::bytes), nowMs);
        records.add(new Appended(key, value));
      }
      AppendInfo info = log.appendAsLeader(builder.build(), epoch, nowMs);
      for (int i = 0; i < count; i++) {
        model.put(info.baseOffset() + i, records.get(i));
      }
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    private void flush() {
      for (FlushTicket ticket : tickets) {
        ticket.run();
        log.flushed(ticket);
      }
      tickets.clear();
      LogFixture.flush(log);
      flushedEnd = log.endOffset();
    }

    /** Committed is what is flushed here. */
    private void compact() {
      if (compaction.isEmpty()) {
        compaction = log.beginCompaction(flushedEnd, nowMs, mostKeys);
        touchedEnd = compaction.isPresent() ? Math.max(touchedEnd, flushedEnd) : touchedEnd;
      }
      compaction.ifPresent(this::goOn);
    }

    private void goOn(Compaction running) {
      if (running.isReady()) {
        log.swap(running);
      } else if (!running.isDone()) {
        running.work();
        assertThat(running.failure()).isEmpty();
      }
      if (running.isDone()) {
        log.compacted(running);
        compaction = Optional.empty();
        verify();
      }
    }

    void compactAll() {
      flush();
      flush();
      do {
        compact();
      } while (compaction.isPresent());
    }

    private void moveStart() {
      long start = log.startOffset();
      log.moveStart(start + rng.below((int) Math.max(1, (flushedEnd - start) / 3 + 1)));
      for (int i = 0; i < 4 && log.startIsPending(); i++) {
        flush();
      }
    }

    private void reopen() {
      for (FlushTicket ticket : tickets) {
        ticket.run();
        log.flushed(ticket);
      }
      tickets.clear();
      compaction.ifPresent(Compaction::abandon);
      compaction = Optional.empty();
      log.close();
      log = PartitionLog.open(disk, FOLDER, settings);
      flushedEnd = log.endOffset();
      verify();
    }

    void crash(boolean power) {
      tickets.clear();
      compaction = Optional.empty();
      long start = log.startOffset();
      long end = log.endOffset();
      if (power) {
        disk.crash();
      } else {
        disk.crashProcess();
      }
      log = PartitionLog.open(disk, FOLDER, settings);
      assertThat(log.startOffset()).isEqualTo(start);
      assertThat(log.endOffset()).isBetween(power ? flushedEnd : end, end);
      model.tailMap(log.endOffset(), true).clear();
      flushedEnd = log.flushedEnd();
      epoch++;
      verify();
    }

    void verify() {
      Map<String, Long> last = new HashMap<>();
      model.forEach((offset, record) -> last.put(record.key(), offset));
      TreeMap<Long, Appended> found = new TreeMap<>();
      long next = log.history().start();
      while (next < log.endOffset()) {
        BatchSpan span = log.readSpan(next, 1 + rng.below(3_000), log.endOffset());
        assertThat(span.from()).isEqualTo(next);
        for (LogRecord record : LogRecord.in(span.bytes())) {
          found.put(
              record.offset(), new Appended(text(record.key()), record.value().map(Run::text)));
        }
        next = span.end();
      }
      found.forEach((offset, record) -> assertThat(record).isEqualTo(model.get(offset)));
      last.forEach((key, offset) -> {
        if (offset >= log.startOffset() && model.get(offset).value().isPresent()) {
          assertThat(found.keySet().contains(offset)).as("%s at %d", key, offset).isTrue();
        }
      });
      model.forEach((offset, record) -> {
        if (offset >= touchedEnd && offset >= log.startOffset()) {
          assertThat(found.keySet().contains(offset)).as("%d, never cleaned", offset).isTrue();
        } else if (found.containsKey(offset) && offset >= log.startOffset()) {
          long newer =
              model.tailMap(offset, false).entrySet().stream()
                  .filter(e -> e.getValue().key().equals(record.key()))
                  .mapToLong(Map.Entry::getKey)
                  .findFirst()
                  .orElse(Long.MAX_VALUE);
          assertThat(newer)
              .as("older than another cleaned one")
              .isGreaterThanOrEqualTo(log.cleanedEnd());
        }
      });
      if (log.endOffset() > log.history().start()) {
        long within =
            log.history().start() + rng.below((int) (log.endOffset() - log.history().start()));
        LogSlice slice = log.read(within, 1, log.endOffset());
        assertThat(slice.from()).isLessThanOrEqualTo(within);
        assertThat(slice.end()).isGreaterThan(within);
      }
    }

    private static String text(Optional<ByteBuffer> field) {
      return text(field.orElseThrow());
    }

    private static String text(ByteBuffer field) {
      return StandardCharsets.UTF_8.decode(field.duplicate()).toString();
    }
  }
}
