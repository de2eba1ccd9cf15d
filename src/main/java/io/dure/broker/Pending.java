package io.dure.broker;

import io.dure.base.Check;

/**
 * Counts what is still open of one answer and runs {@code done} when nothing is. Confined to one
 * loop.
 */
final class Pending {
  private final Runnable done;
  private int open = 1; // whoever makes it closes once more than it opens

  Pending(Runnable done) {
    this.done = done;
  }

  void open() {
    open++;
  }

  void close() {
    open--;
    Check.that(open >= 0, "closed more often than opened");
    if (open == 0) {
      done.run();
    }
  }
}
