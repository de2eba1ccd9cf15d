package io.dure.net;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Counts the bytes of requests being read or answered, over all connections of the node. Safe for
 * all threads.
 */
final class RequestMemory {
  private final long limitBytes;
  private long usedBytes;
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  RequestMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes the bytes if there is room. */
  synchronized boolean take(long bytes) {
    if (usedBytes + bytes > limitBytes) {
      return false;
    }
    usedBytes += bytes;
    return true;
  }

  /**
   * Runs {@code again}, from any thread and once, when something was given back; at once if there
   * is room now.
   */
  void whenRoom(long bytes, Runnable again) {
    synchronized (this) {
      if (usedBytes + bytes > limitBytes) {
        waiting.add(again);
        return;
      }
    }
    again.run();
  }

  void give(long bytes) {
    Runnable next;
    synchronized (this) {
      usedBytes -= bytes;
      next = waiting.poll();
    }
    while (next != null) {
      next.run();
      synchronized (this) {
        next = waiting.poll();
      }
    }
  }

  synchronized long usedBytes() {
    return usedBytes;
  }
}
