package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.DiskFile;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was aborted is found again, whatever became of the file it was written to. */
class AbortedIndexTest {
  private static final String FOLDER = "orders-0";
  private static final String INDEX = FOLDER + "/00000000000000000000.txnindex";

  private final SimDisk disk = new SimDisk(new SimRng(1));
  private PartitionLog log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);

  private void transaction(long producer, boolean commit) {
    data(producer);
    log.appendAsLeader(
        ControlBatch.of(new TxnMarker(producer, (short) 0, 1, commit, (short) 1), 1_000), 1, 1_000);
  }

  private void data(long producer) {
    ByteBuffer batch = LogFixture.batch(2, producer, 0, 0);
    batch.putShort(21, (short) BatchFormat.TRANSACTIONAL);
    BatchFormat.writeCrc(batch, 0);
    log.appendAsLeader(batch, 1, 1_000);
  }

  private void reopen() {
    log.close();
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);
  }

  @Test
  void readersAreToldOfWhatConcernsTheirRangeOnly() {
    transaction(1, false); // 0 to 2
    transaction(2, true); // 3 to 5
    transaction(3, false); // 6 to 8

    assertThat(log.abortedIn(0, 9))
        .containsExactly(new AbortedTxn(1, 0, 2, 3), new AbortedTxn(3, 6, 8, 9));
    assertThat(log.abortedIn(0, 6)).extracting(AbortedTxn::producerId).containsExactly(1L);
    assertThat(log.abortedIn(2, 3)).extracting(AbortedTxn::producerId).containsExactly(1L);
    assertThat(log.abortedIn(3, 6)).isEmpty();
  }

  @Test
  void theyComeByTheirFirstOffset() {
    data(1); // 0
    transaction(2, false); // 2 to 4
    log.appendAsLeader(
        ControlBatch.of(new TxnMarker(1, (short) 0, 1, false, (short) 1), 1_000), 1, 1_000);

    assertThat(log.abortedIn(0, 6))
        .containsExactly(new AbortedTxn(1, 0, 5, 6), new AbortedTxn(2, 2, 4, 0));
  }

  @Test
  void theFileIsInKafkasFormat() {
    transaction(7, false);
    reopen();

    try (DiskFile file = disk.open(INDEX)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      file.read(0, bytes);
      bytes.flip();
      assertThat(bytes.remaining()).isEqualTo(34);
      assertThat(bytes.getShort()).isZero();
      assertThat(bytes.getLong()).isEqualTo(7);
      assertThat(bytes.getLong()).isZero();
      assertThat(bytes.getLong()).isEqualTo(2);
      assertThat(bytes.getLong()).isEqualTo(3);
    }
  }

  @Test
  void aFileThatIsLostOrDamagedIsMadeAnewFromTheBatches() {
    transaction(1, false);
    transaction(2, false);
    List<AbortedTxn> before = new ArrayList<>(log.abortedIn(0, 6));
    reopen();
    assertThat(log.abortedIn(0, 6)).isEqualTo(before);

    log.close();
    disk.delete(INDEX);
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);
    assertThat(log.abortedIn(0, 6)).isEqualTo(before);

    transaction(3, false);
    log.close();
    try (DiskFile file = disk.open(INDEX)) {
      file.write(20, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    log = PartitionLog.open(disk, FOLDER, LogSettings.DEFAULT);
    transaction(4, false);
    assertThat(log.abortedIn(0, 12))
        .extracting(AbortedTxn::producerId)
        .containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void aCutTakesWhatItEndedBack() {
    transaction(1, false);
    transaction(2, false);
    LogFixture.flush(log);

    log.truncateTo(5);
    assertThat(log.abortedIn(0, 5)).extracting(AbortedTxn::producerId).containsExactly(1L);
    assertThat(log.producers().inTransaction(2, (short) 0)).isTrue();
    log.appendAsLeader(
        ControlBatch.of(new TxnMarker(2, (short) 0, 1, true, (short) 1), 1_000), 2, 1_000);
    reopen();

    assertThat(log.abortedIn(0, 6)).extracting(AbortedTxn::producerId).containsExactly(1L);
  }
}
