package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own, where this user may mount one; the test is skipped where not. */
record SmallVolume(Path path) implements AutoCloseable {
  static SmallVolume mount(Path path, String size) throws Exception {
    Files.createDirectories(path);
    boolean may = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path.toString());
    assumeTrue(may, "skipped: this user may not mount a file system");
    return new SmallVolume(path);
  }

  void remount(String option) throws Exception {
    assertThat(run("mount", "-o", "remount," + option, path.toString())).isTrue();
  }

  void fill() throws IOException {
    try (var out = Files.newOutputStream(path.resolve("ballast"))) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @Override
  public void close() throws Exception {
    run("umount", path.toString());
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
