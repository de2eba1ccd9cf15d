package io.dure.runtime;

import io.dure.base.Clock;
import io.dure.base.DiskException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A thread that owns sockets and partitions alike. Each turn: poll the sockets, run what was
 * posted, run the timers that are due, run the ends of the turn.
 *
 * <p>A task that throws stops the node ({@link FatalHandler}): what it owned may be half changed.
 */
public final class EventLoop implements Loop, AutoCloseable {
  /** A thread that is no loop waits when this many tasks are posted and not yet taken up. */
  static final int MAILBOX_TASKS = 1 << 16;

  /**
   * Of the tasks that a turn's own tasks post, at most this many run before the sockets are looked
   * at again.
   */
  private static final int TASKS_PER_TURN = 4096;

  private static final long MAX_WAIT_MS = 1_000;

  private record Timer(long dueMs, long order, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(dueMs, other.dueMs);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final IoSource io;
  private final Clock clock;
  private final FatalHandler fatal;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomAgain = lock.newCondition();
  // Guarded by the lock.
  private ArrayDeque<Runnable> mailbox = new ArrayDeque<>();
  private boolean asleep;
  private boolean closed;

  // The loop's own.
  private ArrayDeque<Runnable> taken = new ArrayDeque<>();
  private final ArrayDeque<Runnable> own = new ArrayDeque<>();
  private ArrayList<Runnable> ends = new ArrayList<>();
  private ArrayList<Runnable> endsRunning = new ArrayList<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private long timerOrder;

  public EventLoop(String name, IoSource io, Clock clock, FatalHandler fatal) {
    this.io = io;
    this.clock = clock;
    this.fatal = fatal;
    this.thread = new LoopThread(name, this);
  }

  /** Knows its loop, so that {@link #isCurrent} and back-pressure need no look-up. */
  private static final class LoopThread extends Thread {
    private final EventLoop loop;

    LoopThread(String name, EventLoop loop) {
      super(loop::turns, name);
      this.loop = loop;
      setDaemon(true);
    }
  }

  public void start() {
    thread.start();
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() instanceof LoopThread t && t.loop == this;
  }

  @Override
  public void execute(Runnable task) {
    if (isCurrent()) {
      own.add(task);
      return;
    }
    boolean wake;
    lock.lock();
    try {
      while (mailbox.size() >= MAILBOX_TASKS && !closed && !onSomeLoop()) {
        roomAgain.awaitUninterruptibly();
      }
      if (closed) {
        return;
      }
      mailbox.add(task);
      wake = asleep;
      asleep = false;
    } finally {
      lock.unlock();
    }
    if (wake) {
      io.wakeup();
    }
  }

  /**
   * Loops never wait for each other; what they post is bounded by the requests they have taken up.
   */
  private static boolean onSomeLoop() {
    return Thread.currentThread() instanceof LoopThread;
  }

  @Override
  public void atTurnEnd(Runnable task) {
    ends.add(task);
  }

  @Override
  public void schedule(long delayMs, Runnable task) {
    long dueMs = clock.nowMs() + delayMs;
    run(() -> timers.add(new Timer(dueMs, timerOrder++, task)));
  }

  /** Tasks that others have posted and that are not taken up yet. */
  public int posted() {
    lock.lock();
    try {
      return mailbox.size();
    } finally {
      lock.unlock();
    }
  }

  private void turns() {
    try {
      while (turn()) {}
    } catch (Throwable e) {
      fatal.stop("a task of " + thread.getName() + " failed: " + told(e), e);
    } finally {
      io.close();
    }
  }

  /** What the disk says stands for itself. */
  private static String told(Throwable e) {
    return e instanceof DiskException ? String.valueOf(e.getMessage()) : e.toString();
  }

  private boolean turn() {
    io.poll(own.isEmpty() ? mayWaitMs() : 0);
    lock.lock();
    try {
      asleep = false;
      if (closed) {
        return false;
      }
      ArrayDeque<Runnable> filled = mailbox;
      mailbox = taken;
      taken = filled;
      if (filled.size() >= MAILBOX_TASKS) {
        roomAgain.signalAll();
      }
    } finally {
      lock.unlock();
    }
    runPosted();
    runTimers();
    runEnds();
    return true;
  }

  /** How long the poll may wait; positive only when whoever posts from now on will wake it. */
  private long mayWaitMs() {
    Timer next = timers.peek();
    long waitMs = next == null ? MAX_WAIT_MS : Math.min(next.dueMs() - clock.nowMs(), MAX_WAIT_MS);
    if (waitMs <= 0) {
      return 0;
    }
    lock.lock();
    try {
      if (!mailbox.isEmpty() || closed) {
        return 0;
      }
      asleep = true;
      return waitMs;
    } finally {
      lock.unlock();
    }
  }

  private void runPosted() {
    for (Runnable task = taken.poll(); task != null; task = taken.poll()) {
      task.run();
    }
    for (int i = 0; i < TASKS_PER_TURN && !own.isEmpty(); i++) {
      own.remove().run();
    }
  }

  private void runTimers() {
    if (timers.isEmpty()) {
      return;
    }
    long nowMs = clock.nowMs();
    for (Timer due = timers.peek(); due != null && due.dueMs() <= nowMs; due = timers.peek()) {
      timers.remove();
      due.task().run();
    }
  }

  private void runEnds() {
    while (!ends.isEmpty()) {
      ArrayList<Runnable> running = ends;
      ends = endsRunning;
      endsRunning = running;
      for (Runnable end : running) {
        end.run();
      }
      running.clear();
    }
  }

  /**
   * Ends the loop after the turn under way; tasks not taken up are dropped. Returns when its thread
   * has ended.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      roomAgain.signalAll();
    } finally {
      lock.unlock();
    }
    io.wakeup();
    if (!isCurrent()) {
      try {
        thread.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
