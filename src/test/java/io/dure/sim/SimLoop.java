package io.dure.sim;

import io.dure.base.DiskException;
import io.dure.runtime.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A loop of a simulated node: takes turns in virtual time. Stands still while frozen, and for ever
 * once dead.
 */
public final class SimLoop implements Loop {
  private final SimScheduler scheduler;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private List<Runnable> ends = new ArrayList<>();
  private boolean turnDue;
  private boolean running;
  private boolean frozen;
  private boolean dead;
  private Runnable afterTurn = () -> {};
  private Optional<Consumer<DiskException>> onDiskFailure = Optional.empty();

  public SimLoop(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public void execute(Runnable task) {
    if (dead) {
      return;
    }
    tasks.add(task);
    if (!running) {
      wake();
    }
  }

  @Override
  public boolean isCurrent() {
    return running;
  }

  @Override
  public void atTurnEnd(Runnable task) {
    ends.add(task);
  }

  @Override
  public void schedule(long delayMs, Runnable task) {
    scheduler.afterMs(delayMs, () -> execute(task));
  }

  /** Runs {@code task} after every turn. */
  public void observed(Runnable task) {
    afterTurn = task;
  }

  /** Tells who ends the node when its disk fails; otherwise the run fails. */
  public void onDiskFailure(Consumer<DiskException> handler) {
    onDiskFailure = Optional.of(handler);
  }

  public void freeze() {
    frozen = true;
  }

  public void thaw() {
    frozen = false;
    wake();
  }

  public void die() {
    dead = true;
    tasks.clear();
    ends.clear();
  }

  private void wake() {
    if (!turnDue && !frozen) {
      turnDue = true;
      scheduler.afterUs(1, this::turn);
    }
  }

  private void turn() {
    turnDue = false;
    if (dead || frozen) {
      return;
    }
    running = true;
    try {
      while (!tasks.isEmpty() || !ends.isEmpty()) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
          if (dead) {
            return;
          }
        }
        List<Runnable> now = ends;
        ends = new ArrayList<>();
        for (Runnable end : now) {
          end.run();
        }
      }
    } catch (DiskException e) {
      onDiskFailure.orElseThrow(() -> e).accept(e);
      return;
    } finally {
      running = false;
    }
    afterTurn.run();
  }
}
