package io.dure.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command line, in a process of its own. */
final class DureProcess {
  private static final long WAIT_S = 90;

  record Said(int status, String out, String errors) {}

  private DureProcess() {}

  /**
   * @param input what it is given to read
   */
  static Said run(String bootstrap, String input, String... args) throws Exception {
    List<String> command = new ArrayList<>(Launcher.command());
    command.addAll(List.of(args));
    command.addAll(List.of("-b", bootstrap, "--timeout", "25000"));
    Process process = new ProcessBuilder(command).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closedEarly) {
      // A command that reads nothing may be over already.
    }
    return ended(process, String.join(" ", args), WAIT_S);
  }

  /** Waits for its end, but not for ever, while both of its streams are read. */
  static Said ended(Process process, String what, long withinS) throws InterruptedException {
    var out = CompletableFuture.supplyAsync(() -> textOf(process.getInputStream()));
    var errors = CompletableFuture.supplyAsync(() -> textOf(process.getErrorStream()));
    boolean over = process.waitFor(withinS, TimeUnit.SECONDS);
    if (!over) {
      process.toHandle().destroyForcibly(); // a process's own method closes the streams being read
      throw new AssertionError(what + " does not end; it said " + out.join() + errors.join());
    }
    return new Said(process.exitValue(), out.join(), errors.join());
  }

  private static String textOf(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
