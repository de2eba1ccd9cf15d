package io.dure.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM of its own on this program's class path: one of our programs, or one of Kafka's. Its lines
 * go to a listener and into a file, and so do its complaints and its log.
 */
public final class Child implements AutoCloseable {
  private static final int ORDERLY_END_S = 20;

  private final String name;
  private final Process process;
  private final Path errors;
  private final Thread reader;

  private Child(String name, Process process, Path errors, Consumer<String> onLine) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    this.reader = Thread.ofPlatform().daemon().name(name).unstarted(() -> read(onLine));
  }

  /**
   * @param onLine hears each line it prints, on a thread of the child's
   */
  public static Child start(
      Path folder, String name, Consumer<String> onLine, Class<?> main, List<String> args)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Daccept.log=" + folder.resolve(name + ".log"),
                "-Daccept.level=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(args);
    Path errors = folder.resolve(name + ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    var child = new Child(name, process, errors, onLine);
    child.reader.start();
    return child;
  }

  private void read(Consumer<String> onLine) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        onLine.accept(line);
      }
    } catch (IOException e) {
      // Killed in the middle of a line.
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** A line for it to read. */
  public void tell(String line) throws IOException {
    process.outputWriter().write(line + "\n");
    process.outputWriter().flush();
  }

  /** As {@code kill -STOP}: it stands still and knows nothing of it, until {@link #wake}. */
  public void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  public void wake() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process
        .toHandle()
        .destroyForcibly(); // its own method closes the stream that is read, and waits for its
    // reader
    process.waitFor();
    reader.join();
  }

  /**
   * SIGTERM.
   *
   * @return its exit status; -1 when it had to be killed
   */
  public int stop() throws InterruptedException {
    // Not Process.destroy(), which closes the stream that its last words come by.
    process.toHandle().destroy();
    return end(ORDERLY_END_S);
  }

  /**
   * Waits for its own end.
   *
   * @return its exit status; -1 when it had to be killed
   */
  public int end(int withinSeconds) throws InterruptedException {
    if (!process.waitFor(withinSeconds, TimeUnit.SECONDS)) {
      kill();
      return -1;
    }
    reader.join();
    return process.exitValue();
  }

  /** The end of what it complained of. */
  public String lastWords() {
    try {
      List<String> lines = Files.readAllLines(errors);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return "nothing was said";
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  @Override
  public String toString() {
    return name;
  }
}
