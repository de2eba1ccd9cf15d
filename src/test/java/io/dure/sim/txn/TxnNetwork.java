package io.dure.sim.txn;

import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Carries questions and answers: loses them, brings them twice, and late, in any order. The asker
 * gives up after a while and is told so; what it asked may still arrive.
 */
final class TxnNetwork {
  private static final long TIMEOUT_MS = 150;

  private final SimScheduler scheduler;
  private final SimRng rng;
  private int lossPerMille;
  private int repeatPerMille;
  private int latePerMille;

  TxnNetwork(SimScheduler scheduler, SimRng rng) {
    this.scheduler = scheduler;
    this.rng = rng;
    this.lossPerMille = rng.pick(java.util.List.of(0, 20, 100));
    this.repeatPerMille = rng.pick(java.util.List.of(0, 20, 150));
    this.latePerMille = rng.pick(java.util.List.of(0, 20, 150));
  }

  void heal() {
    lossPerMille = 0;
    repeatPerMille = 0;
    latePerMille = 0;
  }

  /** What is asked of {@code server}, which may answer whenever it likes, or never. */
  <A> void ask(Consumer<Consumer<A>> server, Consumer<Optional<A>> done) {
    ask(server, done, true);
  }

  /**
   * As {@link #ask} over one connection: nothing comes twice or after it was given up, as for
   * clients from before every transaction had its own epoch.
   */
  <A> void askInOrder(Consumer<Consumer<A>> server, Consumer<Optional<A>> done) {
    ask(server, done, false);
  }

  private <A> void ask(Consumer<Consumer<A>> server, Consumer<Optional<A>> done, boolean wild) {
    var once = new Once<>(done);
    if (!rng.chance(lossPerMille)) {
      int copies = wild && rng.chance(repeatPerMille) ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        long delayUs =
            wild && rng.chance(latePerMille)
                ? rng.between(1_000, 3_000_000)
                : rng.between(100, 5_000);
        scheduler.afterUs(
            delayUs,
            () ->
                server.accept(answer -> {
                  if (!rng.chance(lossPerMille)) {
                    long backUs =
                        rng.chance(latePerMille)
                            ? rng.between(5_000, TIMEOUT_MS * 1_000)
                            : rng.between(100, 5_000);
                    scheduler.afterUs(backUs, () -> once.take(Optional.of(answer)));
                  }
                }));
      }
    }
    scheduler.afterMs(TIMEOUT_MS + rng.below(50), () -> once.take(Optional.empty()));
  }

  private static final class Once<A> {
    private final Consumer<Optional<A>> done;
    private boolean taken;

    Once(Consumer<Optional<A>> done) {
      this.done = done;
    }

    void take(Optional<A> answer) {
      if (!taken) {
        taken = true;
        done.accept(answer);
      }
    }
  }
}
