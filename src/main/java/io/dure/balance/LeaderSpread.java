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
  /** An exchange for the sake of traffic evens at least this part of the slack. */
  private static final int LEAST_GAIN = 8;

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
    if (board.slack().moves()) {
      traffic();
    }
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
        Reason.of(
            Reason.Kind.LEADERS_UNEVEN,
            "broker %d leads %d partitions and broker %d leads %d",
            "브로커 %d은(는) 파티션 %d개, 브로커 %d은(는) %d개의 리더입니다",
            board.number(most),
            board.leads(most),
            board.number(least),
            board.leads(least));
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
        Reason.of(
            Reason.Kind.LEADERS_UNEVEN,
            "of %s broker %d leads %d partitions and broker %d leads %d",
            "%s에서 브로커 %d은(는) 파티션 %d개, 브로커 %d은(는) %d개의 리더입니다",
            board.partition(p).topic(),
            board.number(from),
            board.topicLeads(board.topicOf(p), from),
            board.number(to),
            board.topicLeads(board.topicOf(p), to));
    lead(p, to, reason);
    if (back >= 0) {
      lead(back, from, reason);
    }
  }

  // ---- traffic ----

  private void traffic() {
    var extremes = new Extremes(board, board::traffic, board::leads);
    double mean = board.meanTraffic();
    long slack = board.slack().trafficAboveMean(mean);
    for (int i = 0; i < MAX_EXCHANGES && !board.isFull(); i++) {
      var pair = extremes.next(slack);
      if (pair == null || board.traffic(pair.most()) <= mean + slack) {
        return;
      }
      boolean idle = board.traffic(pair.least()) < mean;
      if (!idle || !exchange(pair.most(), pair.least(), slack / LEAST_GAIN)) {
        extremes.putAside(pair);
      }
    }
  }

  private boolean exchange(int busy, int idle, long leastGain) {
    long gap = board.traffic(busy) - board.traffic(idle);
    long best = leastGain;
    int there = -1;
    int back = -1;
    int[] candidates = led(idle, busy, false);
    boolean mayGoAlone = board.leads(busy) > board.leads(idle);
    for (int p : led(busy, idle, true)) {
      long alone = Math.min(rate(p), gap - rate(p));
      if (mayGoAlone && alone > best && topicGap(p, busy, idle) >= 1) {
        best = alone;
        there = p;
        back = -1;
      }
      for (int q : candidates) {
        long shifted = rate(p) - rate(q);
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
        Reason.of(
            Reason.Kind.TRAFFIC_UNEVEN,
            "the leaders on broker %d take in %d kB/s and those on broker %d take in %d kB/s",
            "브로커 %d의 리더에는 %d kB/s, 브로커 %d의 리더에는 %d kB/s가 들어옵니다",
            board.number(busy),
            board.traffic(busy) >> 10,
            board.number(idle),
            board.traffic(idle) >> 10);
    lead(there, idle, reason);
    if (back >= 0) {
      lead(back, busy, reason);
    }
    return true;
  }

  private long rate(int p) {
    return board.partition(p).bytesPerSecond();
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
    return Long.compare(rate(p), rate(q));
  }

  private boolean keepsTopicsEven(int p, int q, int busy, int idle) {
    return board.topicOf(p) == board.topicOf(q)
        || topicGap(p, busy, idle) >= 1 && topicGap(q, idle, busy) >= 1;
  }
}
