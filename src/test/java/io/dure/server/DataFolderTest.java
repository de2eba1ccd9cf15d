package io.dure.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dure.base.NodeId;
import io.dure.runtime.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node takes no folder that is not its own, and says whose it is and what to do. */
class DataFolderTest {
  @TempDir Path folder;

  private Optional<MetaFile> owner() throws BadConfig {
    try (FileDisk disk = FileDisk.open(folder)) {
      return DataFolder.owner(disk, "/data");
    }
  }

  private void meta(String text) throws IOException {
    Files.writeString(folder.resolve("meta.properties"), text);
  }

  private void refusedWith(String... parts) {
    assertThatThrownBy(this::owner)
        .isInstanceOf(BadConfig.class)
        .hasMessageContaining("/data")
        .hasMessageContaining("--data")
        .hasMessageContainingAll(parts);
  }

  @Test
  void anEmptyFolderIsNobodys() throws Exception {
    assertThat(owner()).isEmpty();
  }

  @Test
  void whatFileSystemsAndStartsCutShortLeaveIsNobodysEither() throws Exception {
    Files.createDirectory(folder.resolve("lost+found"));
    Files.writeString(folder.resolve("meta.properties.new"), "version=1");
    Files.createDirectory(folder.resolve(".snapshot"));

    assertThat(owner()).isEmpty();
  }

  @Test
  void aNodesOwnFolderSaysWhoseItIs() throws Exception {
    var meta =
        new MetaFile(
            new NodeId(4),
            Optional.of(new UUID(1, 2)),
            List.of(new NodeId(4), new NodeId(5)),
            List.of("h5:5"));
    try (FileDisk disk = FileDisk.open(folder)) {
      meta.write(disk);
    }

    assertThat(owner()).contains(meta);
  }

  @Test
  void aFolderOfAnotherProgramIsRefused() throws Exception {
    for (String name : List.of("PG_VERSION", "base", "global", "pg_wal")) {
      Files.createDirectory(folder.resolve(name));
    }

    refusedWith("no data folder of Dure's", "PG_VERSION, base, global and 1 more");
  }

  @Test
  void aFolderOfApacheKafkaIsRefused() throws Exception {
    meta("version=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\nnode.id=7\ndirectory.id=abc\n");

    refusedWith("Apache Kafka's", "4L6g3nShT-eMCtK--X86sw", "node 7");
  }

  @Test
  void aFolderOfAnotherFormatIsRefused() throws Exception {
    meta("version=2\nnode.id=1\ncluster.id=\nvoters=\nmembers=\n");

    refusedWith("format 2", "reads format 1");
  }

  @Test
  void aNodesDataWithoutItsNameIsRefused() throws Exception {
    Files.createDirectory(folder.resolve("orders-0"));
    Files.writeString(folder.resolve("replica-states"), "x");

    refusedWith("no meta.properties");
  }

  @Test
  void aDamagedNameIsRefused() throws Exception {
    meta("version=1\nnode.id=one\ncluster.id=\nvoters=\nmembers=\n");
    refusedWith("damaged", "one");

    meta("version=1\ncluster.id=\nvoters=1\nmembers=\n");
    refusedWith("damaged", "node.id");
  }
}
