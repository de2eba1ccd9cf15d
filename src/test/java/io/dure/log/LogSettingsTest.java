package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

/** Each setting that a topic has for its logs changes what a log does. */
class LogSettingsTest {
  private static final String FOLDER = "tuned-0";
  private static final int EPOCH = 1;

  private final SimDisk disk = new SimDisk(new SimRng(1));
  private int opened;

  private PartitionLog log(LogSettings settings) {
    return PartitionLog.open(disk, FOLDER + opened++, settings);
  }

  private static Retention keeping(long ms, long bytes) {
    return new Retention(ms, bytes);
  }

  private static Cleaning compacting(double ratio, long minLagMs, long maxLagMs, long tombstones) {
    return new Cleaning(true, ratio, minLagMs, maxLagMs, tombstones);
  }

  /** Segments of one record each, a second apart, all flushed; the last is written to. */
  private PartitionLog ofSegments(LogSettings settings, int count) {
    PartitionLog log = log(settings.withSegmentBytes(300));
    for (int i = 0; i < count; i++) {
      log.appendAsLeader(LogFixture.batch(1, 200, 1_000L * i), EPOCH, 0);
    }
    LogFixture.flush(log);
    return log;
  }

  /** The same key in each. */
  private PartitionLog ofOneKey(Cleaning cleaning, int count) {
    return ofSegments(LogSettings.DEFAULT.withCleaning(cleaning), count);
  }

  private static long files(SimDisk disk, String folder) {
    return disk.list(folder).stream().filter(name -> name.endsWith(".log")).count();
  }

  // ---- segments

  @Test
  void segmentBytesCloseASegment() {
    PartitionLog log = log(LogSettings.DEFAULT.withSegmentBytes(1_000));
    log.appendAsLeader(LogFixture.batch(1, 600, 0), EPOCH, 0);
    log.appendAsLeader(LogFixture.batch(1, 600, 0), EPOCH, 0);

    assertThat(files(disk, FOLDER + 0)).isEqualTo(2);
  }

  @Test
  void segmentMsCloseASegment() {
    PartitionLog log = log(LogSettings.DEFAULT.withSegmentMs(60_000));
    log.appendAsLeader(LogFixture.batch(1, 10, 1_000), EPOCH, 0);

    assertThat(log.rollIfOld(60_999)).isFalse();
    assertThat(log.rollIfOld(61_000)).isTrue();
  }

  @Test
  void segmentJitterSpreadsTheTimesOfClosing() {
    var ages = new TreeSet<Long>();
    for (int i = 0; i < 20; i++) {
      PartitionLog log = log(LogSettings.DEFAULT.withSegmentMs(60_000).withSegmentJitterMs(30_000));
      log.appendAsLeader(LogFixture.batch(1, 10, 0), EPOCH, 0);
      long ageMs = 0;
      while (!log.rollIfOld(ageMs)) {
        ageMs += 1_000;
      }
      ages.add(ageMs);
    }

    assertThat(ages).hasSizeGreaterThan(5);
    assertThat(ages.first()).isGreaterThan(29_000);
    assertThat(ages.last()).isLessThanOrEqualTo(60_000);
  }

  @Test
  void indexIntervalDecidesHowManyEntriesThereAre() {
    long many = indexBytes(LogSettings.DEFAULT.withIndexIntervalBytes(100));
    long few = indexBytes(LogSettings.DEFAULT.withIndexIntervalBytes(4_000));

    assertThat(many).isGreaterThan(10 * few);
  }

  private long indexBytes(LogSettings settings) {
    PartitionLog log = log(settings);
    for (int i = 0; i < 100; i++) {
      log.appendAsLeader(LogFixture.batch(1, 200, i), EPOCH, 0);
    }
    log.close();
    return disk.open(FOLDER + (opened - 1) + "/00000000000000000000.index").size();
  }

  @Test
  void aFullIndexClosesASegment() {
    PartitionLog log = log(LogSettings.DEFAULT.withIndexIntervalBytes(100).withIndexBytes(80));
    for (int i = 0; i < 20; i++) {
      log.appendAsLeader(LogFixture.batch(1, 200, i), EPOCH, 0);
    }

    assertThat(files(disk, FOLDER + 0)).isGreaterThan(1);
  }

  @Test
  void preallocatedSegmentsHaveTheirFullSizeAtOnce() {
    PartitionLog log = log(LogSettings.DEFAULT.withSegmentBytes(100_000).withPreallocate(true));
    log.appendAsLeader(LogFixture.batch(1, 60_000, 0), EPOCH, 0);
    log.appendAsLeader(LogFixture.batch(1, 60_000, 0), EPOCH, 0);

    assertThat(disk.open(FOLDER + 0 + "/00000000000000000001.log").size()).isEqualTo(100_000);
  }

  // ---- retention

  @Test
  void retentionMsDropsWhatIsOld() {
    PartitionLog log =
        ofSegments(LogSettings.DEFAULT.withRetention(keeping(10_000, -1)), 5); // 0 to 4 s

    assertThat(log.keptFrom(5, 10_000)).isZero();
    assertThat(log.keptFrom(5, 12_500)).isEqualTo(3);
    assertThat(log.keptFrom(5, 1_000_000)).isEqualTo(5);
    assertThat(log.keptFrom(2, 1_000_000)).isLessThanOrEqualTo(2);
  }

  @Test
  void retentionBytesDropWhatIsTooMuch() {
    long each = ofSegments(LogSettings.DEFAULT, 1).sizeBytes();
    PartitionLog log = ofSegments(LogSettings.DEFAULT.withRetention(keeping(-1, 2 * each)), 5);

    assertThat(log.keptFrom(5, 0)).isEqualTo(3);
  }

  @Test
  void withoutDeleteInTheCleanupPolicyNothingIsDropped() {
    PartitionLog log = ofSegments(LogSettings.DEFAULT.withRetention(Retention.FOREVER), 5);

    assertThat(log.keptFrom(5, Long.MAX_VALUE / 2)).isZero();
  }

  // ---- compaction

  @Test
  void compactInTheCleanupPolicyKeepsTheLastOfAKey() {
    PartitionLog log = ofOneKey(compacting(0, 0, Long.MAX_VALUE, 0), 5);

    compact(log, 5, 10_000);

    assertThat(offsets(log)).containsExactly(3L, 4L); // 3 is the last of what may be compacted
    assertThat(ofOneKey(Cleaning.OFF, 5).worthCompacting(5, 10_000)).isZero();
  }

  @Test
  void theDirtyRatioSaysWhenCompactionIsWorthIt() {
    PartitionLog log = halfDirty();

    log.settings(log.settings().withCleaning(compacting(0.3, 0, Long.MAX_VALUE, 0)));
    assertThat(log.worthCompacting(6, 100_000)).isPositive();
    log.settings(log.settings().withCleaning(compacting(0.9, 0, Long.MAX_VALUE, 0)));
    assertThat(log.worthCompacting(6, 100_000)).isZero();
  }

  /** One record that was compacted, one that may be, one that is still written to. */
  private PartitionLog halfDirty() {
    PartitionLog log = ofOneKey(compacting(0, 0, Long.MAX_VALUE, 0), 5);
    compact(log, 5, 10_000);
    log.appendAsLeader(LogFixture.batch(1, 200, 10_000), EPOCH, 0);
    LogFixture.flush(log);
    return log;
  }

  @Test
  void theLeastLagProtectsWhatIsYoung() {
    PartitionLog log = ofOneKey(compacting(0, 60_000, Long.MAX_VALUE, 0), 5);

    assertThat(log.worthCompacting(5, 10_000)).isZero();
    assertThat(log.worthCompacting(5, 100_000)).isPositive();
  }

  @Test
  void theGreatestLagOverrulesTheRatio() {
    PartitionLog log = halfDirty();

    log.settings(log.settings().withCleaning(compacting(0.9, 0, 60_000, 0)));

    assertThat(log.worthCompacting(6, 20_000)).isZero();
    assertThat(log.worthCompacting(6, 100_000)).isPositive();
  }

  @Test
  void tombstonesOutliveTheFirstCleaning() {
    assertThat(offsetsWithTombstone(1_000_000)).contains(1L);
    assertThat(offsetsWithTombstone(0)).doesNotContain(1L);
  }

  /** A value, its tombstone and others, compacted twice a minute apart. */
  private List<Long> offsetsWithTombstone(long tombstoneMs) {
    PartitionLog log =
        log(
            LogSettings.DEFAULT
                .withSegmentBytes(300)
                .withCleaning(compacting(0, 0, Long.MAX_VALUE, tombstoneMs)));
    byte[] key = "gone".getBytes(StandardCharsets.UTF_8);
    log.appendAsLeader(
        new BatchBuilder().add(key, Optional.of(new byte[200]), 0).build(), EPOCH, 0);
    log.appendAsLeader(new BatchBuilder().add(key, Optional.empty(), 1).build(), EPOCH, 0);
    for (int i = 0; i < 4; i++) {
      log.appendAsLeader(LogFixture.batch(1, 200, 2 + i), EPOCH, 0);
    }
    LogFixture.flush(log);
    compact(log, log.endOffset(), 1_000);
    log.appendAsLeader(LogFixture.batch(1, 200, 60_000), EPOCH, 0);
    LogFixture.flush(log);
    compact(log, log.endOffset(), 61_000);
    return offsets(log);
  }

  private static void compact(PartitionLog log, long committed, long wallMs) {
    Compaction running = log.beginCompaction(committed, wallMs).orElseThrow();
    while (!running.isDone()) {
      if (running.isReady()) {
        log.swap(running);
      } else {
        running.work();
        assertThat(running.failure()).isEmpty();
      }
    }
    log.compacted(running);
  }

  /** Of the records that are there. */
  private static List<Long> offsets(PartitionLog log) {
    var offsets = new TreeSet<Long>();
    long next = log.startOffset();
    while (next < log.endOffset()) {
      BatchSpan span = log.readSpan(next, 1, log.endOffset());
      MemoryRecords.readableRecords(span.bytes().duplicate())
          .records()
          .forEach(each -> offsets.add(each.offset()));
      next = span.end();
    }
    return List.copyOf(offsets);
  }
}
