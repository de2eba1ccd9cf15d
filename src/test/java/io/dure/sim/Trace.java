package io.dure.sim;

import java.util.function.Supplier;

/**
 * What happened, line by line, for whoever reads a failed run. Costs nothing while nobody listens.
 */
public final class Trace {
  /** Takes the lines. */
  public interface Sink {
    void line(String line);
  }

  public static final Sink NOBODY = _ -> {};

  private final SimScheduler scheduler;
  private final Sink sink;

  public Trace(SimScheduler scheduler, Sink sink) {
    this.scheduler = scheduler;
    this.sink = sink;
  }

  public void say(String who, Supplier<String> what) {
    if (sink != NOBODY) {
      long us = scheduler.nowUs();
      sink.line("%7d.%03d %-5s %s".formatted(us / 1000, us % 1000, who, what.get()));
    }
  }
}
