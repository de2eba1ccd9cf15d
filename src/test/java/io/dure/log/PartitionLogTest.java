package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.CheckFailed;
import io.dure.base.DiskException;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** A log, as its partition sees it. */
class PartitionLogTest {
  private static final String FOLDER = "orders-0";
  private static final String FIRST = FOLDER + "/00000000000000000000.log";

  private final SimDisk disk = new SimDisk(new SimRng(1));
  private PartitionLog log = open(LogSettings.DEFAULT);

  @Test
  void leaderStampsOffsetsAndEpochsThatKafkaReads() {
    log.appendAsLeader(LogFixture.batch(3, 10, 1_000), 4, 0);
    AppendInfo info = log.appendAsLeader(LogFixture.batch(2, 10, 2_000), 5, 0);

    assertThat(info.baseOffset()).isEqualTo(3);
    assertThat(info.endOffset()).isEqualTo(5);
    assertThat(log.history().entries())
        .containsExactly(new EpochHistory.Entry(4, 0), new EpochHistory.Entry(5, 3));
    RecordBatch batch =
        MemoryRecords.readableRecords(info.records().bytes().duplicate())
            .batches()
            .iterator()
            .next();
    batch.ensureValid();
    assertThat(batch.baseOffset()).isEqualTo(3);
    assertThat(batch.partitionLeaderEpoch()).isEqualTo(5);
    assertThat(batch.countOrNull()).isEqualTo(2);
  }

  @Test
  void followerHoldsTheSameBytes() {
    var follower = PartitionLog.open(disk, "orders-1", LogSettings.DEFAULT);
    for (int i = 0; i < 20; i++) {
      log.appendAsLeader(LogFixture.batch(1 + i % 3, 50, i), i / 7, 0);
    }

    while (follower.endOffset() < log.endOffset()) {
      follower.append(log.readSpan(follower.endOffset(), 700, log.endOffset()));
    }

    assertThat(follower.history()).isEqualTo(log.history());
    assertThat(LogFixture.bytes(follower.read(0, 1 << 20, follower.endOffset())))
        .isEqualTo(LogFixture.bytes(log.read(0, 1 << 20, log.endOffset())));
  }

  @Test
  void spanReadFromDiskEqualsTheOneInMemory() {
    log = open(LogSettings.DEFAULT.withTailBytes(0));
    AppendInfo info = log.appendAsLeader(LogFixture.batch(3, 10, 1_000), 4, 0);

    BatchSpan span = log.readSpan(0, 1, 3);

    assertThat(LogFixture.bytes(span)).isEqualTo(LogFixture.bytes(info.records()));
    assertThat(span.epochs()).containsExactly(new EpochHistory.Entry(4, 0));
  }

  @Test
  void firstBatchComesWholeAndNothingPastTheEndAskedFor() {
    int size = LogFixture.batch(3, 100, 0).limit();
    for (int i = 0; i < 10; i++) {
      log.appendAsLeader(LogFixture.batch(3, 100, i), 1, 0);
    }

    assertThat(log.read(7, 1, 30).sizeBytes()).isEqualTo(size);
    assertThat(log.read(7, 1, 30).from()).isEqualTo(6);
    assertThat(log.read(6, 3 * size + 1, 30).end()).isEqualTo(15);
    assertThat(log.read(6, 1 << 20, 14).end()).isEqualTo(12);
    assertThat(log.read(12, 1 << 20, 14).sizeBytes()).isZero();
    assertThat(log.read(30, 1 << 20, 30).sizeBytes()).isZero();
  }

  @Test
  void recordsAreFoundByTimeThroughCompressionAndSegments() {
    log = open(LogSettings.DEFAULT.withSegmentBytes(4_000).withIndexIntervalBytes(500));
    for (int i = 0; i < 100; i++) {
      ByteBuffer batch =
          MemoryRecords.withRecords(
                  i % 2 == 0 ? Compression.NONE : Compression.lz4().build(),
                  new SimpleRecord(1_000 + 10 * i, new byte[100]),
                  new SimpleRecord(1_005 + 10 * i, new byte[100]))
              .buffer();
      log.appendAsLeader(batch, 1, 0);
    }

    for (int i = 0; i < 100; i++) {
      assertThat(log.firstAtOrAfter(1_000 + 10 * i, 200))
          .contains(new TimedOffset(2 * i, 1_000 + 10 * i));
      assertThat(log.firstAtOrAfter(1_001 + 10 * i, 200))
          .contains(new TimedOffset(2 * i + 1, 1_005 + 10 * i));
    }
    assertThat(log.firstAtOrAfter(0, 200)).contains(new TimedOffset(0, 1_000));
    assertThat(log.firstAtOrAfter(1_996, 200)).isEmpty();
    assertThat(log.firstAtOrAfter(1_500, 100)).isEmpty();
    assertThat(log.maxTimestamp(200)).contains(new TimedOffset(199, 1_995));
    assertThat(log.maxTimestamp(100)).contains(new TimedOffset(99, 1_495));
    assertThat(log.maxTimestamp(0)).isEmpty();
  }

  @Test
  void segmentsRollBySizeAndByTime() {
    log = open(LogSettings.DEFAULT.withSegmentBytes(1_000).withSegmentMs(60_000));
    log.appendAsLeader(LogFixture.batch(1, 600, 0), 1, 0);
    log.appendAsLeader(LogFixture.batch(1, 600, 0), 1, 0);
    log.appendAsLeader(LogFixture.batch(1, 10, 61_000), 1, 0);

    assertThat(disk.list(FOLDER))
        .contains(
            "00000000000000000000.log", "00000000000000000001.log", "00000000000000000002.log");
  }

  @Test
  void restartReadsOnlyWhatCameAfterTheRecoveryPoint() {
    for (int i = 0; i < 50; i++) {
      log.appendAsLeader(LogFixture.batch(1, 1_000, i), 1, 0);
    }
    log.close();
    disk.flipBit(FIRST, 5_000, 3);

    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);

    assertThat(log.endOffset()).isEqualTo(50);
    assertThat(log.bytesSinceCheckpoint()).isZero();
    assertThat(log.needsFlush()).isFalse();
  }

  @Test
  void corruptionOfWhatWasFlushedIsReportedWhenRead() {
    for (int i = 0; i < 50; i++) {
      log.appendAsLeader(LogFixture.batch(1, 1_000, i), 1, 0);
    }
    log.close();
    disk.flipBit(FIRST, 5_000, 3);
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);

    assertThatThrownBy(() -> log.readSpan(0, 1 << 20, 50))
        .isInstanceOf(DiskException.class)
        .hasMessageContaining(FIRST)
        .hasMessageContaining("at offset 4 ");
    assertThat(log.endOffset()).isEqualTo(50);
  }

  @Test
  void missingFlushedDataIsReportedAtOpening() {
    log.appendAsLeader(LogFixture.batch(1, 1_000, 0), 1, 0);
    log.close();
    disk.open(FIRST).resize(500);

    assertThatThrownBy(() -> PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT))
        .isInstanceOf(DiskException.class)
        .hasMessageContaining(FIRST);
  }

  @Test
  void missingSegmentIsReportedAtOpening() {
    log = open(LogSettings.DEFAULT.withSegmentBytes(1_000));
    for (int i = 0; i < 5; i++) {
      log.appendAsLeader(LogFixture.batch(1, 600, 0), 1, 0);
    }
    log.close();
    disk.delete(FOLDER + "/00000000000000000002.log");

    assertThatThrownBy(() -> PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT))
        .isInstanceOf(DiskException.class)
        .hasMessageContaining("00000000000000000002.log");
  }

  @Test
  void lostOrWrongIndexFilesAreMadeAnew() {
    LogSettings settings =
        LogSettings.DEFAULT.withSegmentBytes(20_000).withIndexIntervalBytes(500).withTailBytes(0);
    log = open(settings);
    for (int i = 0; i < 100; i++) {
      log.appendAsLeader(LogFixture.batch(1, 300, i), 1, 0);
    }
    log.close();
    disk.delete(FIRST.replace(".log", ".timeindex"));
    disk.flipBit(FIRST.replace(".log", ".index"), 15, 2);
    disk.delete(FOLDER + "/00000000000000000053.index");

    log = PartitionLog.open(disk, FOLDER, settings);

    for (int i = 0; i < 100; i++) {
      assertThat(log.read(i, 1, 100).from()).isEqualTo(i);
      assertThat(log.firstAtOrAfter(i, 100)).contains(new TimedOffset(i, i));
    }
  }

  @Test
  void restingLogHasNoZeroTailAndGoesOn() {
    log.appendAsLeader(LogFixture.batch(1, 100, 0), 1, 0);
    assertThat((long) disk.contents(FIRST).length).isGreaterThan(log.sizeBytes());
    LogFixture.flush(log);

    log.rest();

    assertThat((long) disk.contents(FIRST).length).isEqualTo(log.sizeBytes());
    log.appendAsLeader(LogFixture.batch(1, 100, 0), 1, 0);
    assertThat(log.read(1, 1, 2).sizeBytes()).isPositive();
    disk.crashProcess();
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);
    assertThat(log.endOffset()).isEqualTo(2);
    assertThat((long) disk.contents(FIRST).length).isEqualTo(log.sizeBytes());
  }

  @Test
  void logWithMuchToFlushGrowsWithoutZerosUntilItIsFlushed() {
    for (int i = 0; i < 4; i++) {
      log.appendAsLeader(LogFixture.batch(1, 100_000, 0), 1, 0);
    }
    assertThat((long) disk.contents(FIRST).length).isEqualTo(log.sizeBytes());

    LogFixture.flush(log);
    log.appendAsLeader(LogFixture.batch(1, 100_000, 0), 1, 0);

    assertThat((long) disk.contents(FIRST).length).isGreaterThan(log.sizeBytes());
  }

  @Test
  void sliceStaysReadableAfterItsSegmentIsGone() {
    AppendInfo info = log.appendAsLeader(LogFixture.batch(3, 100, 0), 1, 0);
    LogSlice slice = log.read(0, 1, 3);

    log.resetTo(100);

    assertThat(LogFixture.bytes(slice)).isEqualTo(LogFixture.bytes(info.records()));
    assertThat(log.startOffset()).isEqualTo(100);
    assertThat(log.generation()).isEqualTo(1);
  }

  @Test
  void aLogThatStartsAnewKnowsWhoHasWrittenWhatWasDropped() {
    for (int sequence = 0; sequence < 8; sequence++) {
      log.appendAsLeader(LogFixture.batch(1, 7, 0, sequence), 1, 0);
    }
    LogFixture.flush(log);
    log.moveStart(6);
    SimDisk otherDisk = new SimDisk(new SimRng(2));
    PartitionLog other = PartitionLog.open(otherDisk, FOLDER, LogSettings.DEFAULT);
    other.appendAsLeader(LogFixture.batch(1, 9, 0, 0), 1, 0);

    other.resetTo(6, log.producersAtStart());

    for (int life = 0; life < 3; life++) {
      assertThat(other.endOffset()).isEqualTo(6);
      assertThat(other.producers().check(LogFixture.batch(1, 7, 0, 5)))
          .isInstanceOfSatisfying(
              ProducerVerdict.Duplicate.class,
              duplicate -> assertThat(duplicate.baseOffset()).isEqualTo(5));
      assertThat(other.producers().check(LogFixture.batch(1, 7, 0, 6)))
          .isInstanceOf(ProducerVerdict.Accepted.class);
      assertThat(other.producers().check(LogFixture.batch(1, 9, 0, 5)))
          .as("forgotten with the log it wrote to")
          .isInstanceOf(ProducerVerdict.Accepted.class);
      otherDisk.crash();
      other = PartitionLog.open(otherDisk, FOLDER, LogSettings.DEFAULT);
    }
    other.append(log.readSpan(6, 1_000, 8));
    assertThat(other.producers().encode()).isEqualTo(log.producers().encode());
  }

  @Test
  void flushOfAnOlderGenerationTellsNothing() {
    log.appendAsLeader(LogFixture.batch(3, 100, 0), 1, 0);
    log.appendAsLeader(LogFixture.batch(3, 100, 0), 1, 0);
    FlushTicket ticket = log.beginFlush();
    log.truncateTo(3);
    log.appendAsLeader(LogFixture.batch(3, 200, 0), 2, 0);

    ticket.run();
    log.flushed(ticket);

    assertThat(log.flushedEnd()).isZero();
  }

  @Test
  void cutWithinABatchIsRefused() {
    log.appendAsLeader(LogFixture.batch(3, 100, 0), 1, 0);

    assertThatThrownBy(() -> log.truncateTo(2)).isInstanceOf(CheckFailed.class);
  }

  @Test
  void appendElsewhereThanAtTheEndIsRefused() {
    AppendInfo info = log.appendAsLeader(LogFixture.batch(3, 100, 0), 1, 0);

    assertThatThrownBy(() -> log.append(info.records())).isInstanceOf(CheckFailed.class);
  }

  @Test
  void appendTimeReplacesTheProducersTime() {
    log = open(LogSettings.DEFAULT.withAppendTime(true));

    AppendInfo info = log.appendAsLeader(LogFixture.batch(2, 100, 7), 1, 9_999);

    assertThat(info.appendTimeMs()).isEqualTo(9_999);
    assertThat(log.readSpan(0, 1, 2).sizeBytes()).isPositive();
    assertThat(LogRecord.in(info.records().bytes()))
        .extracting(LogRecord::timestampMs)
        .containsOnly(9_999L);
  }

  @Test
  void producersSurviveRestartAndTruncation() {
    log.appendAsLeader(LogFixture.batch(2, 7, 0, 0), 1, 0);
    log.appendAsLeader(LogFixture.batch(2, 7, 0, 2), 1, 0);
    log.close();
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);
    assertThat(log.producers().check(LogFixture.batch(2, 7, 0, 0)))
        .isEqualTo(new ProducerVerdict.Duplicate(0, 2, 1_001));

    log.truncateTo(2);

    assertThat(log.producers().check(LogFixture.batch(2, 7, 0, 2)))
        .isInstanceOf(ProducerVerdict.Accepted.class);
    assertThat(log.producers().check(LogFixture.batch(2, 7, 0, 0)))
        .isInstanceOf(ProducerVerdict.Duplicate.class);
  }

  @Test
  void aProducerThatWasSilentForLongEnoughIsForgotten() {
    log = open(LogSettings.DEFAULT.withProducerExpiryMs(5_000));
    log.appendAsLeader(LogFixture.batch(2, 7, 0, 0), 1, 1_001);

    log.appendAsLeader(LogFixture.batch(1, 8, 0, 0), 1, 700_000);

    assertThat(log.producers().check(LogFixture.batch(2, 7, 0, 0)))
        .as("no repetition of anything that is remembered")
        .isInstanceOf(ProducerVerdict.Accepted.class);
  }

  @Test
  void recordsOfOurOwnBatchesComeBack() {
    var builder = new BatchBuilder();
    byte[] large = new byte[100_000];
    Arrays.fill(large, (byte) 7);
    builder.add(Optional.empty(), Optional.of(large), 50);
    builder.add("key".getBytes(StandardCharsets.UTF_8), Optional.empty(), 40);
    builder.add(
        "key".getBytes(StandardCharsets.UTF_8), Optional.of(new byte[0]), 5_000_000_000_000L);
    ByteBuffer batch = builder.build();
    assertThat(ProducedBatches.check(batch)).isEmpty();

    AppendInfo info = log.appendAsLeader(batch, 1, 0);

    List<LogRecord> records = LogRecord.in(info.records().bytes());
    assertThat(records).extracting(LogRecord::offset).containsExactly(0L, 1L, 2L);
    assertThat(records)
        .extracting(LogRecord::timestampMs)
        .containsExactly(50L, 40L, 5_000_000_000_000L);
    assertThat(records.get(0).key()).isEmpty();
    assertThat(records.get(0).value()).contains(ByteBuffer.wrap(large));
    assertThat(records.get(1).value()).isEmpty();
    assertThat(records.get(2).value()).contains(ByteBuffer.allocate(0));
  }

  private PartitionLog open(LogSettings settings) {
    return PartitionLog.open(disk, FOLDER, settings);
  }
}
