package io.dure.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentFilesTest {
  @Test
  void segmentsAreJoinedInOrderWithoutTheZerosAheadOfTheRecords(@TempDir Path data)
      throws IOException {
    Path folder = Files.createDirectories(data.resolve("t-0"));
    Files.write(folder.resolve("00000000000000000010.log"), new byte[] {3, 4, 0, 0, 0});
    Files.write(folder.resolve("00000000000000000000.log"), new byte[] {1, 0, 2});
    Files.write(folder.resolve("00000000000000000000.index"), new byte[] {9});

    byte[] records = SegmentFiles.records(data, "t", 0);

    assertThat(records).containsExactly(1, 0, 2, 3, 4);
    assertThat(SegmentFiles.fingerprint(records))
        .isNotEqualTo(SegmentFiles.fingerprint(new byte[] {1, 0, 2, 3}));
  }
}
