package io.dure.balance;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes disks even where they are plainly not: a large copy changes places with a small one, so
 * that the numbers of copies stay as they are. Small differences are left alone, since moving costs
 * more than they do and sizes change all the time.
 */
final class DiskSpread {
  /** As many bytes more than the mean are worth no move. */
  static final long SLACK_BYTES = 256L << 20;

  /** Nor is this share of the mean. */
  static final double SLACK_SHARE = 0.2;

  private static final int MAX_EXCHANGES = 200;
  private static final int MAX_LOOKED_AT = 1_500;

  private final Board board;

  DiskSpread(Board board) {
    this.board = board;
  }

  private record Exchange(int there, int back, long gain) {}

  /** Returns whether anything was moved. */
  boolean run() {
    boolean moved = false;
    var extremes = new Extremes(board, board::disk, board::copies);
    for (int i = 0; i < MAX_EXCHANGES && !board.isFull(); i++) {
      var pair = extremes.next(SLACK_BYTES);
      if (pair == null || board.disk(pair.most()) <= mark()) {
        return moved;
      }
      Exchange best = best(pair.most(), pair.least());
      if (best == null) {
        extremes.putAside(pair);
      } else {
        exchange(best, pair.most(), pair.least());
        moved = true;
      }
    }
    return moved;
  }

  /** Up to here a disk is as full as the others. */
  private double mark() {
    long all = 0;
    for (int b = 0; b < board.brokers(); b++) {
      all += board.isOpen(b) ? board.disk(b) : 0;
    }
    double mean = (double) all / Math.max(1, board.openCount());
    return mean + Math.max(SLACK_BYTES, mean * SLACK_SHARE);
  }

  private void exchange(Exchange exchange, int full, int empty) {
    Reason reason =
        new Reason(
            Reason.Kind.DISK_UNEVEN,
            "broker %d holds %d MB and broker %d holds %d MB"
                .formatted(
                    board.number(full),
                    board.disk(full) >> 20,
                    board.number(empty),
                    board.disk(empty) >> 20));
    board.replace(exchange.there, full, empty, reason);
    board.replace(exchange.back, empty, full, reason);
  }

  /** The exchange that evens most; null: none evens by as much as it is worth. */
  private @Nullable Exchange best(int full, int empty) {
    int[] there = largest(board.hosted(full), true);
    int[] back = largest(board.hosted(empty), false);
    long gap = board.disk(full) - board.disk(empty);
    Exchange best = null;
    for (int p : there) {
      if (!board.isFree(p) || !board.fits(p, full, empty)) {
        continue;
      }
      for (int q : back) {
        long shifted = board.partition(p).bytes() - board.partition(q).bytes();
        long gain = Math.min(shifted, gap - shifted);
        if (gain > SLACK_BYTES / 8
            && (best == null || gain > best.gain)
            && keepsTopicsEven(p, q, full, empty)
            && board.isFree(q)
            && board.fits(q, empty, full)) {
          best = new Exchange(p, q, gain);
        }
      }
    }
    return best;
  }

  private int[] largest(int[] partitions, boolean first) {
    return Arrays.stream(partitions)
        .boxed()
        .sorted((a, b) -> first ? compare(b, a) : compare(a, b))
        .limit(MAX_LOOKED_AT)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int compare(int p, int q) {
    return Long.compare(board.partition(p).bytes(), board.partition(q).bytes());
  }

  private boolean keepsTopicsEven(int p, int q, int full, int empty) {
    int one = board.topicOf(p);
    int other = board.topicOf(q);
    return one == other
        || board.topicCopies(one, full) > board.topicCopies(one, empty)
            && board.topicCopies(other, empty) > board.topicCopies(other, full);
  }
}
