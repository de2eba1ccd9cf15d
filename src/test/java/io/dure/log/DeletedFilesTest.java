package io.dure.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.DiskFile;
import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
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
}
