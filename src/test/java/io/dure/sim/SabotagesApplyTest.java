package io.dure.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sabotage that does not fit the sources any more proves nothing; running them all takes hours.
 */
class SabotagesApplyTest {
  static List<Path> patches() throws IOException {
    try (var files = Files.walk(Path.of("sabotage"))) {
      return files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("patches")
  void aSabotageFitsTheSources(Path patch) throws Exception {
    Process git =
        new ProcessBuilder("git", "apply", "--check", "--ignore-whitespace", patch.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(git.waitFor(10, TimeUnit.SECONDS)).isTrue();
    String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(git.exitValue()).as(said).isZero();
  }
}
