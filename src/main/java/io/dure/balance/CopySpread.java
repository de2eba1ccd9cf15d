package io.dure.balance;

import java.util.HashMap;
import java.util.Map;

/**
 * Makes copies even: no broker has more than one more than another, of all topics together and,
 * where that is possible at the same time, of each.
 *
 * <p>Every step makes the sum of squares of all brokers' copies smaller, or leaves it and makes
 * that of one topic's smaller. So it ends, and what it left as even it finds even.
 */
final class CopySpread {
  private static final int ANY_GAP = Integer.MIN_VALUE;

  private final Board board;
  private final Map<Integer, Offers> offers = new HashMap<>();
  private boolean moved;

  CopySpread(Board board) {
    this.board = board;
  }

  /** Returns whether anything was moved. */
  boolean run() {
    moved = false;
    topics();
    overall();
    return moved;
  }

  // ---- each topic ----

  private void topics() {
    int[] counts = new int[board.brokers()];
    int first = 0;
    while (first < board.partitions() && !board.isFull()) {
      int topic = board.topicOf(first);
      int end = first;
      while (end < board.partitions() && board.topicOf(end) == topic) {
        end++;
      }
      if (isUneven(first, end, counts)) {
        topic(topic);
      }
      first = end;
    }
  }

  /** {@code counts} is all 0 before and after. */
  private boolean isUneven(int first, int end, int[] counts) {
    int most = 0;
    int brokers = 0;
    for (int p = first; p < end; p++) {
      for (int b : board.replicas(p)) {
        if (board.isOpen(b)) {
          brokers += counts[b] == 0 ? 1 : 0;
          most = Math.max(most, ++counts[b]);
        }
      }
    }
    int least = brokers < board.openCount() ? 0 : most;
    for (int p = first; p < end; p++) {
      for (int b : board.replicas(p)) {
        if (counts[b] > 0) {
          least = Math.min(least, counts[b]);
          counts[b] = 0;
        }
      }
    }
    return most - least > 1;
  }

  private void topic(int topic) {
    Map<Integer, Offers> offered = new HashMap<>();
    var extremes = new Extremes(board, b -> board.topicCopies(topic, b), board::copies);
    for (var pair = extremes.next(1); pair != null && !board.isFull(); pair = extremes.next(1)) {
      int from = pair.most();
      int to = pair.least();
      int p =
          offered
              .computeIfAbsent(from, b -> Offers.ofTopic(board, b, topic))
              .take(to, wantedBytes(to), 2, -1);
      if (p < 0 || !(board.copies(from) > board.copies(to) || exchange(to, from, topic))) {
        offered.remove(from); // what was taken for this pair may do for another
        extremes.putAside(pair);
        continue;
      }
      Reason reason =
          Reason.of(
              Reason.Kind.TOPIC_UNEVEN,
              "of %s broker %d has %d copies and broker %d has %d",
              "%s의 복제본이 브로커 %d에 %d개, 브로커 %d에 %d개 있습니다",
              board.partition(p).topic(),
              board.number(from),
              board.topicCopies(topic, from),
              board.number(to),
              board.topicCopies(topic, to));
      move(p, from, to, reason);
      offered.remove(to);
    }
  }

  /** Moves a copy of another topic the other way, so that all copies together stay as even. */
  private boolean exchange(int from, int to, int topic) {
    int p = offersOf(from).take(to, wantedBytes(to), 1, topic);
    if (p < 0) {
      return false;
    }
    move(
        p,
        from,
        to,
        Reason.of(
            Reason.Kind.TOPIC_UNEVEN,
            "in exchange for a copy of another topic, of which broker %d has too many",
            "브로커 %d에 너무 많은 다른 토픽의 복제본과 맞바꿉니다",
            board.number(to)));
    return true;
  }

  // ---- all together ----

  private void overall() {
    var extremes = new Extremes(board, board::copies, board::disk);
    for (var pair = extremes.next(1); pair != null && !board.isFull(); pair = extremes.next(1)) {
      int from = pair.most();
      int to = pair.least();
      int p = -1;
      for (int gap : new int[] {1, 0, ANY_GAP}) {
        p = p >= 0 ? p : offersOf(from).take(to, wantedBytes(to), gap, -1);
      }
      if (p < 0) {
        extremes.putAside(pair);
        continue;
      }
      move(
          p,
          from,
          to,
          Reason.of(
              Reason.Kind.COPIES_UNEVEN,
              "broker %d has %d copies and broker %d has %d",
              "복제본이 브로커 %d에 %d개, 브로커 %d에 %d개 있습니다",
              board.number(from),
              board.copies(from),
              board.number(to),
              board.copies(to)));
    }
  }

  private void move(int p, int from, int to, Reason reason) {
    board.replace(p, from, to, reason);
    offers.remove(to);
    moved = true;
  }

  private Offers offersOf(int broker) {
    return offers.computeIfAbsent(broker, b -> Offers.all(board, b));
  }

  /**
   * So large should each copy be that the broker still is to get: as light as may be without disks
   * becoming uneven by it.
   */
  private long wantedBytes(int broker) {
    long copies = 0;
    for (int b = 0; b < board.brokers(); b++) {
      copies += board.isOpen(b) ? board.copies(b) : 0;
    }
    double mean = board.meanDisk();
    long missing = Math.max(1, copies / board.openCount() - board.copies(broker));
    long wanted = (long) mean - board.slack().half().aboveMean(mean);
    return Math.max(0, wanted - board.disk(broker)) / missing;
  }
}
