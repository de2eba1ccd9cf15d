package io.dure.sim;

import java.util.PriorityQueue;

/** Virtual time: runs what is due in the order of time, and of scheduling where times are equal. */
public final class SimScheduler {
  private record Due(long atUs, long number, Runnable work) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atUs, other.atUs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long nowUs = 1_000_000;
  private long scheduled;
  private long steps;

  public long nowUs() {
    return nowUs;
  }

  public long nowMs() {
    return nowUs / 1000;
  }

  /** How many pieces of work have run. */
  public long steps() {
    return steps;
  }

  public void afterUs(long delayUs, Runnable work) {
    queue.add(new Due(nowUs + Math.max(0, delayUs), scheduled++, work));
  }

  public void afterMs(long delayMs, Runnable work) {
    afterUs(delayMs * 1000, work);
  }

  /** Runs the next piece of work; false when there is none. */
  public boolean step() {
    Due due = queue.poll();
    if (due == null) {
      return false;
    }
    nowUs = due.atUs;
    steps++;
    due.work.run();
    return true;
  }

  /** Runs everything that is due within the next {@code ms} of virtual time. */
  public void runForMs(long ms) {
    long untilUs = nowUs + ms * 1000;
    while (!queue.isEmpty() && queue.peek().atUs <= untilUs) {
      step();
    }
    nowUs = untilUs;
  }
}
