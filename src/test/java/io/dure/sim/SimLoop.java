package io.dure.sim;

import io.dure.runtime.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

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
    } finally {
      running = false;
    }
  }
}
