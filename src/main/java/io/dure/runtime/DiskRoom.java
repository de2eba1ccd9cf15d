package io.dure.runtime;

import io.dure.base.Disk;
import io.dure.base.DiskReserve;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much may still be written to a node's disk, and by whom. Below the reserve producers' records
 * are refused; below half of it copies of other leaders' records are not taken either. What is left
 * then is for what must go on: the metadata, the coordinators' records, what makes room. Each goes
 * on when there is a quarter more than where it ended.
 *
 * <p>Between two looks at the disk it counts what it is told. Safe for all threads.
 */
final class DiskRoom {
  private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);

  /** So many looks, at least, while as much as the reserve is written. */
  private static final int LOOKS = 16;

  private final Disk disk;
  private final long reserve;
  private final AtomicLong left = new AtomicLong();
  private volatile long lookAgainAt;
  private volatile boolean low;
  private volatile boolean tight;

  /**
   * @param wanted the reserve in bytes; negative: by the size of the volume
   */
  DiskRoom(Disk disk, long wanted) {
    this.disk = disk;
    this.reserve = DiskReserve.of(wanted, disk.totalBytes());
    look();
  }

  /** Asks the disk. To be called now and then, as others write to it too. */
  void look() {
    long now = disk.usableBytes();
    left.set(now);
    // Without a reserve nothing hangs on it between two looks.
    lookAgainAt = reserve == 0 ? Long.MIN_VALUE : now - reserve / LOOKS;
    tight = isBelow(now, reserve / 2, tight);
    boolean below = isBelow(now, reserve, low);
    if (below && !low) {
      refuseFromNowOn(now);
    } else if (low && !below) {
      low = false;
      LOG.warn("the disk has room again: {} bytes; records are taken", now);
    }
  }

  private void refuseFromNowOn(long now) {
    low = true;
    LOG.warn(
        "the disk is nearly full: {} bytes are left, {} are kept in reserve; producers' records are refused until there is room again",
        now,
        reserve);
  }

  private static boolean isBelow(long now, long mark, boolean already) {
    return now < (already ? DiskReserve.enoughAgain(mark) : mark);
  }

  /** So much was written; a little later the disk would say it, too. */
  void wrote(long bytes) {
    if (left.addAndGet(-bytes) < lookAgainAt) {
      look();
    }
  }

  /** Whether producers' records are refused. */
  boolean isLow() {
    return low;
  }

  /** Whether so many bytes of a producer may be taken; where not, the disk counts as low. */
  boolean takesRecords(long bytes) {
    if (low) {
      return false;
    }
    long now = left.get();
    boolean taken = now - bytes >= reserve;
    if (!taken) {
      refuseFromNowOn(now);
    }
    return taken;
  }

  /** Whether so many bytes that another node leads, or that make room later, may be written. */
  boolean takesCopies(long bytes) {
    return !tight && left.get() - bytes >= reserve / 2;
  }
}
