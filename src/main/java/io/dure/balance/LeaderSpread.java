package io.dure.balance;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Makes preferred leaders even, by reordering replicas: no broker has more than one more than
 * another, of all topics together and, where possible, of each; then their traffic, roughly. Moves
 * no bytes.
 *
 * <p>A leadership may have to be handed on along a row of brokers, from the one that has too many
 * to one that has too few, since a broker leads only what it has a copy of.
 */
final class LeaderSpread {
  /** Traffic above the mean by less is left alone: it changes all the time. */
  static final long SLACK_BYTES_PER_SECOND = 4L << 20;

  static final double SLACK_SHARE = 0.5;

  private static final int MAX_EXCHANGES = 100;
  private static final int MAX_LOOKED_AT = 500;

  private final Board board;
  private boolean changed;

  LeaderSpread(Board board) {
    this.board = board;
  }

  /** Returns whether anything was changed. */
  boolean run() {
    changed = false;
    overall();
    boolean found = true;
    while (found && !board.isFull()) {
      found = topics();
    }
    traffic();
    return changed;
  }

  private void lead(int p, int leader, Reason reason) {
    board.lead(p, leader, reason);
    changed = true;
  }

  // ---- all together ----

  private void overall() {
    boolean found = true;
    while (found && !board.isFull()) {
      found = false;
      int[] order = openByLeads();
      for (int i = 0; i < order.length && !found; i++) {
        int most = order[order.length - 1 - i];
        if (board.leads(most) - board.leads(order[0]) <= 1) {
          return;
        }
        found = shift(most);
      }
    }
  }

  private int[] openByLeads() {
    return IntStream.range(0, board.brokers())
        .filter(board::isOpen)
        .boxed()
        .sorted((a, b) -> Integer.compare(board.leads(a), board.leads(b)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Hands one on from {@code most} to the nearest broker that has at least two less. */
  private boolean shift(int most) {
    int[] by = new int[board.brokers()];
    int[] via = new int[board.brokers()];
    Arrays.fill(via, -1);
    via[most] = most;
    var queue = new ArrayDeque<Integer>();
    queue.add(most);
    while (!queue.isEmpty()) {
      int from = queue.remove();
      for (int p : board.hosted(from)) {
        if (board.replicas(p)[0] != from || !board.isFree(p)) {
          continue;
        }
        for (int to : board.replicas(p)) {
          if (board.isOpen(to) && (via[to] < 0 || isBetterStep(from, to, via, by, p))) {
            boolean seen = via[to] >= 0;
            via[to] = from;
            by[to] = p;
            if (!seen) {
              queue.add(to);
            }
          }
        }
      }
      int least = leastReachedFrom(from, via, most);
      if (least >= 0) {
        handOn(most, least, via, by);
        return true;
      }
    }
    return false;
  }

  /** Of several partitions for the same step, one whose topic it evens. */
  private boolean isBetterStep(int from, int to, int[] via, int[] by, int p) {
    return via[to] == from && to != from && topicGap(p, from, to) > topicGap(by[to], from, to);
  }

  private int topicGap(int p, int from, int to) {
    int topic = board.topicOf(p);
    return board.topicLeads(topic, from) - board.topicLeads(topic, to);
  }

  private int leastReachedFrom(int from, int[] via, int most) {
    int least = -1;
    for (int b = 0; b < via.length; b++) {
      if (via[b] == from
          && board.leads(most) - board.leads(b) >= 2
          && (least < 0 || board.leads(b) < board.leads(least))) {
        least = b;
      }
    }
    return least;
  }

  private void handOn(int most, int least, int[] via, int[] by) {
    Reason reason =
        new Reason(
            Reason.Kind.LEADERS_UNEVEN,
            "broker %d leads %d partitions and broker %d leads %d"
                .formatted(
                    board.number(most),
                    board.leads(most),
                    board.number(least),
                    board.leads(least)));
    for (int to = least; to != most; to = via[to]) {
      lead(by[to], to, reason);
    }
  }

  // ---- each topic ----

  /** One of a topic goes there, one of another comes back. */
  private boolean topics() {
    boolean found = false;
    for (int p = 0; p < board.partitions() && !board.isFull(); p++) {
      int from = board.replicas(p)[0];
      if (!board.isOpen(from) || !board.isFree(p)) {
        continue;
      }
      for (int to : board.replicas(p)) {
        if (board.isOpen(to) && topicGap(p, from, to) >= 2) {
          int back = board.leads(from) > board.leads(to) ? -1 : back(p, to, from);
          if (back != -2) {
            evenTopic(p, back, from, to);
            found = true;
            break;
          }
        }
      }
    }
    return found;
  }

  /** A partition of another topic whose leadership evens the exchange; -2: there is none. */
  private int back(int p, int from, int to) {
    for (int q : board.hosted(from)) {
      if (board.replicas(q)[0] == from
          && board.topicOf(q) != board.topicOf(p)
          && board.isFree(q)
          && board.isOn(q, to)
          && topicGap(q, from, to) >= 1) {
        return q;
      }
    }
    return -2;
  }

  private void evenTopic(int p, int back, int from, int to) {
    Reason reason =
        new Reason(
            Reason.Kind.LEADERS_UNEVEN,
            "of %s broker %d leads %d partitions and broker %d leads %d"
                .formatted(
                    board.partition(p).topic(),
                    board.number(from),
                    board.topicLeads(board.topicOf(p), from),
                    board.number(to),
                    board.topicLeads(board.topicOf(p), to)));
    lead(p, to, reason);
    if (back >= 0) {
      lead(back, from, reason);
    }
  }

  // ---- traffic ----

  private void traffic() {
    var extremes = new Extremes(board, board::traffic, board::leads);
    for (int i = 0; i < MAX_EXCHANGES && !board.isFull(); i++) {
      var pair = extremes.next(SLACK_BYTES_PER_SECOND);
      if (pair == null || board.traffic(pair.most()) <= mark()) {
        return;
      }
      if (!exchange(pair.most(), pair.least())) {
        extremes.putAside(pair);
      }
    }
  }

  private double mark() {
    long all = 0;
    for (int b = 0; b < board.brokers(); b++) {
      all += board.isOpen(b) ? board.traffic(b) : 0;
    }
    double mean = (double) all / Math.max(1, board.openCount());
    return mean + Math.max(SLACK_BYTES_PER_SECOND, mean * SLACK_SHARE);
  }

  private boolean exchange(int busy, int idle) {
    long gap = board.traffic(busy) - board.traffic(idle);
    long best = SLACK_BYTES_PER_SECOND / 8;
    int there = -1;
    int back = -1;
    int[] candidates = led(idle, busy, false);
    for (int p : led(busy, idle, true)) {
      for (int q : candidates) {
        long shifted = board.partition(p).bytesPerSecond() - board.partition(q).bytesPerSecond();
        long gain = Math.min(shifted, gap - shifted);
        if (gain > best && keepsTopicsEven(p, q, busy, idle)) {
          best = gain;
          there = p;
          back = q;
        }
      }
    }
    if (there < 0) {
      return false;
    }
    Reason reason =
        new Reason(
            Reason.Kind.TRAFFIC_UNEVEN,
            "the leaders on broker %d take in %d kB/s and those on broker %d take in %d kB/s"
                .formatted(
                    board.number(busy),
                    board.traffic(busy) >> 10,
                    board.number(idle),
                    board.traffic(idle) >> 10));
    lead(there, idle, reason);
    lead(back, busy, reason);
    return true;
  }

  /** What {@code leader} leads and {@code other} could, by traffic: busiest first or last. */
  private int[] led(int leader, int other, boolean busiestFirst) {
    return Arrays.stream(board.hosted(leader))
        .filter(p -> board.replicas(p)[0] == leader && board.isOn(p, other) && board.isFree(p))
        .boxed()
        .sorted((a, b) -> busiestFirst ? compare(b, a) : compare(a, b))
        .limit(MAX_LOOKED_AT)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int compare(int p, int q) {
    return Long.compare(board.partition(p).bytesPerSecond(), board.partition(q).bytesPerSecond());
  }

  private boolean keepsTopicsEven(int p, int q, int busy, int idle) {
    return board.topicOf(p) == board.topicOf(q)
        || topicGap(p, busy, idle) >= 1 && topicGap(q, idle, busy) >= 1;
  }
}
