package io.dure.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One broker in a process of its own. Used by one thread. */
public final class BrokerFork {
  private static final int READY_WITHIN_S = 120;

  private final List<String> command;
  private final Path log;
  private Process process;
  private CompletableFuture<String> ready = new CompletableFuture<>();

  private BrokerFork(List<String> command, Path log, Process process) {
    this.command = command;
    this.log = log;
    this.process = process;
  }

  public static BrokerFork start(int node, int port, Path folder, List<String> membership) {
    List<String> arguments = new ArrayList<>(List.of("--node", Integer.toString(node)));
    arguments.addAll(membership); // what is given again wins
    return start("node" + node, port, folder, arguments);
  }

  /** As above, without a number; {@code name} is that of its folder. */
  static BrokerFork start(String name, int port, Path folder, List<String> arguments) {
    List<String> command = new ArrayList<>(Launcher.broker());
    command.addAll(List.of("--listen", "127.0.0.1:" + port));
    command.addAll(List.of("--data", folder.resolve(name).toString()));
    command.addAll(List.of("--console", "off"));
    command.addAll(arguments);
    Path log = folder.resolve(name + ".log");
    var fork = new BrokerFork(List.copyOf(command), log, launch(command, log));
    fork.watch();
    return fork;
  }

  private static Process launch(List<String> command, Path log) {
    try {
      return new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void watch() {
    CompletableFuture<String> of = ready;
    BufferedReader lines = process.inputReader();
    Thread.ofVirtual()
        .start(() -> {
          lines.lines().filter(line -> line.startsWith("ready ")).forEach(of::complete);
          of.completeExceptionally(new AssertionError("the broker ended: " + lastWords()));
        });
  }

  public void awaitReady() {
    try {
      ready.get(READY_WITHIN_S, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not ready: " + lastWords(), e);
    }
  }

  /** Its number, as it says itself. */
  int number() {
    awaitReady();
    return Integer.parseInt(ready.join().replaceFirst(".*node=(\\d+) .*", "$1"));
  }

  /** Where the console of a broker is that was started with one. */
  public String console() {
    awaitReady();
    return "http://" + ready.join().replaceFirst(".*console=", "");
  }

  /** SIGSTOP: it keeps its connections and says nothing. */
  public void freeze() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
  }

  public String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return "no log";
    }
  }

  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // a process's own method closes the stream that is read
    process.waitFor();
  }

  /** Waits for an end of its own; returns the exit status. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(READY_WITHIN_S, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end: " + lastWords());
    }
    return process.exitValue();
  }

  public void restart() {
    ready = new CompletableFuture<>();
    process = launch(command, log);
    watch();
  }

  /** An orderly end; returns the exit status. */
  public int stop() throws InterruptedException {
    process.toHandle().destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      kill();
      return -1;
    }
    return process.exitValue();
  }
}
