package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.DiskFile;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whoever reads a deleted segment has time to finish; then its room is given back. */
class DeletedFilesTest {
  private final DeletedFiles deleted = new DeletedFiles();
  private final DiskFile file = new SimDisk(new SimRng(1)).open("a");

  @Test
  void aFileStaysReadableForAWhileAndIsThenClosed() {
    deleted.add(file);

    deleted.close(5_000);
    deleted.close(5_000 + DeletedFiles.HELD_MS - 1);
    assertThat(file.size()).isZero();

    deleted.close(5_000 + DeletedFiles.HELD_MS);
    assertThatThrownBy(file::size).hasMessageContaining("closed");
    deleted.close(5_000 + 2 * DeletedFiles.HELD_MS);
  }

  @Test
  void whenTheLogClosesAllAreClosed() {
    DiskFile other = new SimDisk(new SimRng(1)).open("b");
    deleted.add(file);
    deleted.close(0);
    deleted.add(other);

    deleted.closeAll();

    assertThatThrownBy(file::size).hasMessageContaining("closed");
    assertThatThrownBy(other::size).hasMessageContaining("closed");
  }

  // ---- of a log: whatever takes a segment out of it

  private static final LogSettings SMALL =
      LogSettings.DEFAULT
          .withSegmentBytes(300)
          .withCleaning(new Cleaning(true, 0, 0, Long.MAX_VALUE, 0));

  private final PartitionLog log = PartitionLog.open(new SimDisk(new SimRng(2)), "t-0", SMALL);

  /** Five segments of one record each, all of the same key, and what a reader of each holds. */
  private List<LogSlice> fiveSegments() {
    for (int i = 0; i < 5; i++) {
      log.appendAsLeader(LogFixture.batch(1, 200, i), 1, 0);
    }
    LogFixture.flush(log);
    return LongStream.range(0, 5).mapToObj(offset -> log.read(offset, 300, 5)).toList();
  }

  private void timeForReaders() {
    log.closeDeleted(0);
    log.closeDeleted(DeletedFiles.HELD_MS);
  }

  private static boolean isClosed(LogSlice slice) {
    try {
      return slice.file().size() < 0;
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage()).contains("closed");
    }
  }

  @Test
  void whatIsCutOffIsClosed() {
    List<LogSlice> slices = fiveSegments();

    log.truncateTo(2);
    assertThat(slices).noneMatch(DeletedFilesTest::isClosed);

    timeForReaders();
    assertThat(slices.stream().map(DeletedFilesTest::isClosed))
        .containsExactly(false, false, false, true, true); // the third is written to again
  }

  @Test
  void whatWasCompactedIsClosed() {
    List<LogSlice> slices = fiveSegments();

    Compaction running = log.beginCompaction(5, 1_000).orElseThrow();
    while (!running.isDone()) {
      if (running.isReady()) {
        assertThat(log.swap(running)).isTrue();
      } else {
        running.work();
      }
    }
    log.compacted(running);
    assertThat(slices).noneMatch(DeletedFilesTest::isClosed);

    timeForReaders();
    assertThat(slices.stream().map(DeletedFilesTest::isClosed))
        .containsExactly(true, true, true, false, false); // the fourth keeps what it has
  }
}
