package io.dure.cli;

import java.util.concurrent.Callable;

/** Waits for long work of the cluster, and says how far it is whenever that changes. */
final class Progress {
  private static final long LOOK_INTERVAL_MS = 300;

  /** Without a change for so long something is in the way. */
  private static final long STUCK_AFTER_MS = 120_000;

  private Progress() {}

  /**
   * @param left 0 when all is done
   */
  record Step(long left, String text) {}

  /** Returns when nothing is left; a {@link Refusal} when it does not go on. */
  static void await(Screen screen, Callable<Step> look) throws Exception {
    long changedNs = System.nanoTime();
    String last = "";
    for (Step step = look.call(); step.left() > 0; step = look.call()) {
      if (!step.text().equals(last)) {
        last = step.text();
        changedNs = System.nanoTime();
        screen.line("  " + last);
      } else if (System.nanoTime() - changedNs > STUCK_AFTER_MS * 1_000_000) {
        throw new Refusal(
            last
                + ", and nothing has changed for "
                + STUCK_AFTER_MS / 1_000
                + " s; ./dure status shows what is behind, ./dure broker balance what is to move."
                + " The cluster goes on with it by itself.");
      }
      Thread.sleep(LOOK_INTERVAL_MS);
    }
  }
}
