package io.dure.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One broker as a child process: the same {@code ./dure start} that people type. The child is the
 * JVM itself (the launcher replaces its shell), so signals reach it. Used by one thread.
 */
public final class BrokerProcess {
  private final int node;
  private final Path log;
  private final Process process;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private BrokerProcess(int node, Path log, Process process) {
    this.node = node;
    this.log = log;
    this.process = process;
  }

  /**
   * What a broker is started with.
   *
   * @param console whether it serves one
   */
  public record Plan(int node, String listen, Path data, List<String> membership, boolean console) {
    public Plan {
      membership = List.copyOf(membership);
    }
  }

  /** Starts the process and returns at once; its log goes to {@code log}. */
  public static BrokerProcess start(Plan plan, Path log) {
    List<String> command =
        new ArrayList<>(
            List.of(
                launcher().toString(),
                "start",
                "--node",
                String.valueOf(plan.node()),
                "--listen",
                plan.listen(),
                "--data",
                plan.data().toString()));
    if (!plan.console()) {
      command.addAll(List.of("--console", "off"));
    }
    command.addAll(plan.membership());
    try {
      Files.createDirectories(plan.data());
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      process.getOutputStream().close();
      var broker = new BrokerProcess(plan.node(), log, process);
      Thread.ofVirtual().name("broker-" + plan.node() + "-output").start(broker::watchOutput);
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "could not start broker " + plan.node() + ": " + e.getMessage(), e);
    }
  }

  private static Path launcher() {
    String home = System.getenv("DURE_HOME");
    if (home == null) {
      throw new Refusal(
          "this command starts brokers through ./dure: run it as ./dure, not by java -jar");
    }
    return Path.of(home, "dure");
  }

  private void watchOutput() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("ready ")) {
          ready.complete(line);
        }
      }
    } catch (IOException closed) {
      // The process ended; the next line tells whoever waits.
    }
    ready.completeExceptionally(
        new Refusal("broker " + node + " ended before it was ready" + lastWords()));
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      List<String> last = lines.subList(Math.max(0, lines.size() - 15), lines.size());
      return "; its log ("
          + log
          + ") ends with:"
          + System.lineSeparator()
          + String.join(System.lineSeparator(), last);
    } catch (IOException e) {
      return "; see " + log;
    }
  }

  /** Waits for the broker's own word that it serves. */
  public void awaitReady(long timeoutMs) throws InterruptedException {
    try {
      ready.get(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new Refusal(String.valueOf(e.getMessage()).replaceFirst("^.*Refusal: ", ""));
    } catch (TimeoutException e) {
      throw new Refusal(
          "broker " + node + " was not ready within " + timeoutMs + " ms" + lastWords());
    }
  }

  /** Where its console is, of a broker that is ready; {@code off} when it has none. */
  public String console() {
    return ready.join().replaceFirst(".*console=", "");
  }

  public int node() {
    return node;
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGTERM: an orderly end. */
  public void stop() {
    process.destroy();
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGSTOP: the process keeps its connections and says nothing. */
  public void freeze() throws InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  public void thaw() throws InterruptedException {
    signal("CONT");
  }

  /** Waits for the end; true if it came in time. */
  public boolean awaitEnd(long timeoutMs) throws InterruptedException {
    return process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
  }

  public int exitStatus() {
    return process.exitValue();
  }

  private void signal(String name) throws InterruptedException {
    try {
      int status =
          new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new Refusal("could not send SIG" + name + " to broker " + node);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not run kill", e);
    }
  }
}
