package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.DiskException;
import io.dure.base.DiskFile;
import io.dure.log.BatchBuilder;
import io.dure.log.LogSettings;
import io.dure.log.PartitionLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real disk, on a real file system. */
class FileDiskTest {
  @TempDir private Path folder;

  private FileDisk disk;

  @BeforeEach
  void open() {
    disk = FileDisk.open(folder.resolve("data"));
  }

  @AfterEach
  void close() {
    disk.close();
  }

  @Test
  void bytesComeBackWhereTheyWereWritten() {
    disk.makeFolder("a/b");
    try (DiskFile file = disk.open("a/b/c")) {
      file.write(3, ByteBuffer.wrap(new byte[] {1, 2}));
      file.flush();
      disk.flushFolder("a/b");
      disk.flushFolder("");

      ByteBuffer read = ByteBuffer.allocate(10);
      assertThat(file.read(1, read)).isEqualTo(4);
      assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 0, 1, 2}));
      assertThat(file.read(9, ByteBuffer.allocate(1))).isZero();
      file.resize(4);
      assertThat(file.size()).isEqualTo(4);
      file.resize(8);
      assertThat(file.size()).isEqualTo(8);
    }
    assertThat(disk.list("a")).containsExactly("b");
    assertThat(disk.list("nowhere")).isEmpty();
    assertThat(disk.list("")).containsExactly("a");
    assertThat(disk.usableBytes()).isPositive();
  }

  @Test
  void bytesGoToAChannel() {
    try (DiskFile file = disk.open("f")) {
      file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      var out = new ByteArrayOutputStream();

      assertThat(file.transferTo(1, 2, Channels.newChannel(out))).isEqualTo(2);
      assertThat(out.toByteArray()).containsExactly(2, 3);
    }
  }

  @Test
  void renameReplacesAndDeleteTakesAll() {
    disk.makeFolder("a");
    disk.open("a/x").close();
    disk.open("a/y").close();

    disk.rename("a/x", "a/y");
    assertThat(disk.list("a")).containsExactly("y");
    disk.delete("a");

    assertThat(disk.exists("a")).isFalse();
    disk.delete("a");
  }

  @Test
  void namesDoNotLeadOutOfTheFolder() {
    for (String name : new String[] {"../x", "a/../../x", "/etc/passwd", ".lock", "a/../.lock"}) {
      assertThatThrownBy(() -> disk.open(name))
          .isInstanceOf(DiskException.class)
          .hasMessageContaining(name);
    }
    assertThatThrownBy(() -> disk.delete("")).isInstanceOf(DiskException.class);
  }

  @Test
  void secondUserOfTheFolderIsTurnedAway() {
    assertThatThrownBy(() -> FileDisk.open(folder.resolve("data")))
        .isInstanceOf(DiskException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void refusalsNameFileAndCause() throws IOException {
    Files.createFile(folder.resolve("plain"));

    assertThatThrownBy(() -> disk.open("missing/x"))
        .isInstanceOf(DiskException.class)
        .hasMessageContaining("missing/x")
        .hasMessageContaining("NoSuchFile");
    assertThatThrownBy(() -> FileDisk.open(folder.resolve("plain")))
        .isInstanceOf(DiskException.class);
  }

  @Test
  void logOnTheRealDiskComesBack() {
    var log = PartitionLog.open(disk, "orders-0", LogSettings.DEFAULT.withSegmentBytes(10_000));
    for (int i = 0; i < 100; i++) {
      log.appendAsLeader(
          new BatchBuilder().add(new byte[3], Optional.of(new byte[500]), i).build(), 1, i);
    }
    var ticket = log.beginFlush();
    ticket.run();
    log.flushed(ticket);
    assertThat(log.flushedEnd()).isEqualTo(100);

    var again = PartitionLog.open(disk, "orders-0", LogSettings.DEFAULT);
    assertThat(again.endOffset()).isEqualTo(100);
    assertThat(again.readSpan(50, 1 << 20, 100).from()).isEqualTo(50);
    again.close();
  }
}
