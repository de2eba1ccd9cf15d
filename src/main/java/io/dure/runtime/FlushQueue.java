package io.dure.runtime;

import java.util.concurrent.Executor;

/** Where work goes that waits for the disk. */
public interface FlushQueue {
  /**
   * Runs {@code work} where it may block, then {@code done} through {@code owner}. Works of several
   * callers may run side by side and in any order. A work that throws is fatal for the node: {@code
   * done} never runs, nothing is tried again.
   */
  void submit(Runnable work, Executor owner, Runnable done);
}
