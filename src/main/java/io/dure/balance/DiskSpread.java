package io.dure.balance;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes disks even where they are plainly not: a large copy changes places with a small one, so
 * that the numbers of copies stay as they are, or goes alone where its broker has one more than the
 * other. Small differences are left alone, since moving costs more than they do and sizes change
 * all the time; so is what evens little for what it copies.
 */
final class DiskSpread {
  /** Pairs of brokers that are looked at; each costs a look at all their copies. */
  private static final int MAX_PAIRS = 200;

  /** Partners that are tried for one copy, those first whose size fits best. */
  private static final int MAX_PARTNERS = 24;

  /** What an exchange evens is at least this part of the bytes that are worth no move. */
  private static final int LEAST_GAIN = 8;

  /** And this part of what it copies. */
  private static final int WORTH = 8;

  /** No partner: the copy goes alone. */
  private static final int ALONE = -1;

  private final Board board;

  /** Neither changes with what moves here. */
  private final double mean;

  private final long slack;
  private final Map<Integer, int[]> bySize = new HashMap<>();

  DiskSpread(Board board) {
    this.board = board;
    mean = board.meanDisk();
    slack = board.slack().aboveMean(mean);
  }

  /**
   * One copy goes there, one comes back.
   *
   * @param back {@link #ALONE}: none
   */
  private record Exchange(int there, int back, long gain) {}

  /** Returns whether anything was moved. */
  boolean run() {
    boolean moved = false;
    var extremes = new Extremes(board, board::disk, board::copies);
    for (int i = 0; i < MAX_PAIRS && !board.isFull(); i++) {
      var pair = extremes.next(slack);
      if (pair == null || board.disk(pair.most()) <= mean + slack) {
        return moved;
      }
      // Of two that both are fuller than the mean, one would get what it has to give away again.
      Exchange best = board.disk(pair.least()) < mean ? best(pair.most(), pair.least()) : null;
      if (best == null) {
        extremes.putAside(pair);
      } else {
        exchange(best, pair.most(), pair.least());
        moved = true;
      }
    }
    return moved;
  }

  private void exchange(Exchange exchange, int full, int empty) {
    Reason reason =
        Reason.of(
            Reason.Kind.DISK_UNEVEN,
            "broker %d holds %d MB and broker %d holds %d MB",
            "브로커 %d에는 %d MB, 브로커 %d에는 %d MB가 있습니다",
            board.number(full),
            board.disk(full) >> 20,
            board.number(empty),
            board.disk(empty) >> 20);
    bySize.remove(full);
    bySize.remove(empty);
    board.replace(exchange.there, full, empty, reason);
    if (exchange.back != ALONE) {
      board.replace(exchange.back, empty, full, reason);
    }
  }

  /** The exchange that evens most; null: none evens by as much as it is worth. */
  private @Nullable Exchange best(int full, int empty) {
    int[] there = bySize(full);
    int[] back = bySize(empty);
    long gap = board.disk(full) - board.disk(empty);
    boolean mayGoAlone = board.copies(full) > board.copies(empty);
    Exchange best = null;
    // None evens by more than its own size.
    for (int i = there.length - 1; i >= 0 && bytes(there[i]) > leastGain(best); i--) {
      int p = there[i];
      if (board.isFree(p) && board.fits(p, full, empty)) {
        if (mayGoAlone && isWorth(p, ALONE, gap, best) && isAllowed(p, ALONE, full, empty)) {
          best = new Exchange(p, ALONE, gain(p, ALONE, gap));
        }
        best = bestFor(p, back, gap, full, empty, best);
      }
    }
    return best;
  }

  /** Half the gap is what should go from one to the other: the nearer, the better. */
  private @Nullable Exchange bestFor(
      int p, int[] back, long gap, int full, int empty, @Nullable Exchange best) {
    int above = firstOf(back, bytes(p) - gap / 2);
    int below = above - 1;
    for (int tried = 0; tried < MAX_PARTNERS && (below >= 0 || above < back.length); tried++) {
      boolean up =
          below < 0
              || above < back.length
                  && bytes(back[above]) + bytes(back[below]) <= 2 * bytes(p) - gap;
      int q = back[up ? above++ : below--];
      if (gain(p, q, gap) <= leastGain(best)) {
        return best;
      }
      if (isWorth(p, q, gap, best)
          && board.isFree(q)
          && board.fits(q, empty, full)
          && isAllowed(p, q, full, empty)) {
        return new Exchange(p, q, gain(p, q, gap));
      }
    }
    return best;
  }

  private long leastGain(@Nullable Exchange best) {
    return best == null ? board.slack().bytes() / LEAST_GAIN : best.gain;
  }

  private long gain(int p, int q, long gap) {
    long shifted = bytes(p) - (q == ALONE ? 0 : bytes(q));
    return Math.min(shifted, gap - shifted);
  }

  private boolean isWorth(int p, int q, long gap, @Nullable Exchange best) {
    long copied = bytes(p) + (q == ALONE ? 0 : bytes(q));
    long gain = gain(p, q, gap);
    return gain > leastGain(best) && gain >= copied / WORTH;
  }

  private long bytes(int p) {
    return board.partition(p).bytes();
  }

  private int[] bySize(int broker) {
    return bySize.computeIfAbsent(
        broker,
        b ->
            Arrays.stream(board.hosted(b))
                .boxed()
                .sorted((p, q) -> Long.compare(bytes(p), bytes(q)))
                .mapToInt(Integer::intValue)
                .toArray());
  }

  /** Index of the first that is at least so large. */
  private int firstOf(int[] bySize, long wantedBytes) {
    int low = 0;
    int high = bySize.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bytes(bySize[middle]) < wantedBytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Whether topics stay as even as they are. */
  private boolean isAllowed(int p, int q, int full, int empty) {
    int one = board.topicOf(p);
    if (q == ALONE) {
      return board.topicCopies(one, full) > board.topicCopies(one, empty);
    }
    int other = board.topicOf(q);
    return one == other
        || board.topicCopies(one, full) > board.topicCopies(one, empty)
            && board.topicCopies(other, empty) > board.topicCopies(other, full);
  }
}
