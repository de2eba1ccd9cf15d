package io.dure.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line, in a process of its own. */
final class DureProcess {
  private static final long WAIT_S = 30;

  record Said(int status, String out, String errors) {}

  private DureProcess() {}

  /**
   * @param input what it is given to read
   */
  static Said run(String bootstrap, String input, String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.dure.cli.Main"));
    command.addAll(List.of(args));
    command.addAll(List.of("-b", bootstrap, "--timeout", "25000"));
    Process process = new ProcessBuilder(command).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closedEarly) {
      // A command that reads nothing may be over already.
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(WAIT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", args) + " does not end");
    }
    return new Said(process.exitValue(), out, errors);
  }
}
