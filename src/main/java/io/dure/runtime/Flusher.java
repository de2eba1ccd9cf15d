package io.dure.runtime;

import io.dure.base.Check;
import io.dure.base.Latencies;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for the disk so that no loop has to. One thread per disk takes all that is submitted and
 * works it off in order, while the loops gather what becomes the next flush: this is the group
 * commit. With many works at hand a few threads share them, since flushes of different files
 * overlap well (dependencies.md, D).
 *
 * <p>A work that throws stops the flusher and the node; a failed flush is never tried again, since
 * the page cache may have dropped what it could not write.
 */
public final class Flusher implements FlushQueue, AutoCloseable {
  /** From this many works at hand on, a further thread joins in, and so on for each such number. */
  private static final int WORKS_PER_THREAD = 4;

  private static final int MAX_THREADS = 8;

  private record Work(Runnable work, Executor owner, Runnable done) {}

  private final String name;
  private final FatalHandler fatal;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition some = lock.newCondition();
  // Bounded by its callers: each log and each state file has at most one work under way.
  private final ArrayDeque<Work> works = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Latencies took = new Latencies();
  private int idle;
  private boolean closed;

  public Flusher(String name, FatalHandler fatal) {
    this.name = name;
    this.fatal = fatal;
  }

  @Override
  public void submit(Runnable work, Executor owner, Runnable done) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      works.add(new Work(work, owner, done));
      if (idle > 0) {
        if (works.size() == 1 || works.size() % WORKS_PER_THREAD == 0) {
          some.signal();
        }
      } else if (threads.isEmpty()
          || (works.size() >= WORKS_PER_THREAD * threads.size() && threads.size() < MAX_THREADS)) {
        startThread();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startThread() {
    Thread thread =
        Thread.ofPlatform().name(name + "-" + threads.size()).daemon(true).unstarted(this::workOff);
    threads.add(thread);
    thread.start();
  }

  private void workOff() {
    long tookNs = -1;
    while (true) {
      Work next;
      lock.lock();
      try {
        if (tookNs >= 0) {
          took.record(tookNs);
        }
        while (works.isEmpty() && !closed) {
          idle++;
          some.awaitUninterruptibly();
          idle--;
        }
        if (closed) {
          return;
        }
        next = works.poll();
      } finally {
        lock.unlock();
      }
      Check.that(next != null, "an empty queue of flushes");
      long beganNs = System.nanoTime();
      try {
        next.work().run();
      } catch (Throwable e) {
        stopAfter(e);
        return;
      }
      tookNs = System.nanoTime() - beganNs;
      next.owner().execute(next.done());
    }
  }

  /** How long the flushes took so far; a copy. */
  public Latencies took() {
    lock.lock();
    try {
      return took.copy();
    } finally {
      lock.unlock();
    }
  }

  /** How many wait for a thread. */
  public int waiting() {
    lock.lock();
    try {
      return works.size();
    } finally {
      lock.unlock();
    }
  }

  private void stopAfter(Throwable e) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      works.clear();
      some.signalAll();
    } finally {
      lock.unlock();
    }
    fatal.stop("the disk did not do what it must: " + e.getMessage(), e);
  }

  /** Works off nothing more; a work under way ends first. Callers flush what they need before. */
  @Override
  public void close() {
    List<Thread> running;
    lock.lock();
    try {
      closed = true;
      works.clear();
      some.signalAll();
      running = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    for (Thread thread : running) {
      try {
        thread.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
