package io.dure.runtime;

import java.util.ArrayList;
import java.util.concurrent.Executor;

/** Who wants to know when more of one partition is committed. Belongs to its loop. */
final class Watches {
  /** Bound per partition; beyond it the oldest is woken early, which costs its owner one look. */
  private static final int MAX = 10_000;

  /** One waiter; woken once at most, then forgotten. */
  static final class Entry {
    private final long offset;
    private final boolean stable;
    private final Executor caller;
    private final Runnable wake;

    /**
     * @param stable whether it waits for what is stable to be past {@code offset}, or else for what
     *     is committed
     */
    Entry(long offset, boolean stable, Executor caller, Runnable wake) {
      this.offset = offset;
      this.stable = stable;
      this.caller = caller;
      this.wake = wake;
    }

    boolean isDue(long highWatermark, long lastStable) {
      return offset < (stable ? lastStable : highWatermark);
    }

    void wake() {
      if (caller instanceof Loop loop) {
        loop.run(wake);
      } else {
        caller.execute(wake);
      }
    }
  }

  private ArrayList<Entry> entries = new ArrayList<>(0);

  void add(Entry entry) {
    if (entries.size() >= MAX) {
      entries.removeFirst().wake();
    }
    entries.add(entry);
  }

  void remove(Entry entry) {
    entries.remove(entry);
  }

  void committed(long highWatermark, long lastStable) {
    if (entries.isEmpty()) {
      return;
    }
    ArrayList<Entry> before = entries;
    entries = new ArrayList<>(before.size());
    for (Entry entry : before) {
      if (entry.isDue(highWatermark, lastStable)) {
        entry.wake();
      } else {
        entries.add(entry);
      }
    }
  }

  void wakeAll() {
    ArrayList<Entry> before = entries;
    entries = new ArrayList<>(0);
    before.forEach(Entry::wake);
  }
}
