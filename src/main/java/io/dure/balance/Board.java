package io.dure.balance;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The layout being rearranged, as arrays: brokers and partitions are the indexes of the layout's
 * lists. Every sum is kept up to date with every change, and what was changed is remembered, with
 * the reasons, in the order in which it was.
 */
final class Board {
  private static final int MAX_REASONS = 4;

  private final Layout layout;
  private final Slack slack;
  private final int maxMoves;
  private final boolean[] open;
  private final int[] rack;
  private final int openCount;
  private final int[] topicOf;
  private final int topics;
  private final int[][] before;
  private final int[][] replicas;
  private final int[] copies;
  private final int[] leads;
  private final long[] disk;
  private final long[] traffic;
  private final Tally topicCopies;
  private final Tally topicLeads;
  private final int[][] hosted;
  private final int[] hostedCount;
  private final Map<Integer, List<Reason>> changed = new LinkedHashMap<>();

  Board(Layout layout, Slack slack, int maxMoves) {
    this.layout = layout;
    this.slack = slack;
    this.maxMoves = maxMoves;
    int brokers = layout.brokers().size();
    int partitions = layout.partitions().size();
    open = new boolean[brokers];
    rack = new int[brokers];
    Map<NodeId, Integer> indexes = new HashMap<>();
    Map<String, Integer> racks = new HashMap<>();
    for (int b = 0; b < brokers; b++) {
      Layout.Broker broker = layout.brokers().get(b);
      indexes.put(broker.node(), b);
      open[b] = broker.standing() == Standing.OPEN;
      // Who has no rack shares none with anybody.
      int alone = brokers + b;
      rack[b] =
          broker.rack().map(name -> racks.computeIfAbsent(name, _ -> racks.size())).orElse(alone);
    }
    openCount = (int) IntStream.range(0, brokers).filter(b -> open[b]).count();
    topicOf = new int[partitions];
    before = new int[partitions][];
    replicas = new int[partitions][];
    copies = new int[brokers];
    leads = new int[brokers];
    disk = new long[brokers];
    traffic = new long[brokers];
    int topic = -1;
    int all = 0;
    for (int p = 0; p < partitions; p++) {
      Layout.Partition partition = layout.partitions().get(p);
      boolean same =
          p > 0 && partition.id().topic().equals(layout.partitions().get(p - 1).id().topic());
      topic += same ? 0 : 1;
      topicOf[p] = topic;
      int[] on = new int[partition.replicas().size()];
      for (int i = 0; i < on.length; i++) {
        on[i] = Objects.requireNonNull(indexes.get(partition.replicas().get(i)));
        copies[on[i]]++;
      }
      before[p] = on;
      replicas[p] = on;
      all += on.length;
    }
    topics = topic + 1;
    topicCopies = new Tally(all);
    topicLeads = new Tally(partitions);
    hosted = new int[brokers][];
    hostedCount = new int[brokers];
    for (int b = 0; b < brokers; b++) {
      hosted[b] = new int[copies[b] + 8];
    }
    Arrays.fill(copies, 0);
    for (int p = 0; p < partitions; p++) {
      for (int b : replicas[p]) {
        count(p, b, 1);
        host(p, b);
      }
      countLead(p, 1);
    }
  }

  // ---- what there is ----

  int brokers() {
    return open.length;
  }

  /** How many brokers take copies. */
  int openCount() {
    return openCount;
  }

  boolean isOpen(int broker) {
    return open[broker];
  }

  Standing standing(int broker) {
    return layout.brokers().get(broker).standing();
  }

  String rackName(int broker) {
    return layout.brokers().get(broker).rack().orElse("-");
  }

  int partitions() {
    return replicas.length;
  }

  Layout.Partition partition(int p) {
    return layout.partitions().get(p);
  }

  int topics() {
    return topics;
  }

  int topicOf(int p) {
    return topicOf[p];
  }

  /** Brokers in preference order; not to be changed. */
  int[] replicas(int p) {
    return replicas[p];
  }

  boolean isOn(int p, int broker) {
    return indexOf(replicas[p], broker) >= 0;
  }

  /** Whether the copy there would have to be made. */
  boolean isNew(int p, int broker) {
    return indexOf(before[p], broker) < 0;
  }

  int copies(int broker) {
    return copies[broker];
  }

  int leads(int broker) {
    return leads[broker];
  }

  long disk(int broker) {
    return disk[broker];
  }

  long traffic(int broker) {
    return traffic[broker];
  }

  /** Of brokers that take copies. */
  double meanDisk() {
    return mean(disk);
  }

  double meanTraffic() {
    return mean(traffic);
  }

  private double mean(long[] loads) {
    long all = 0;
    for (int b = 0; b < loads.length; b++) {
      all += open[b] ? loads[b] : 0;
    }
    return (double) all / Math.max(1, openCount);
  }

  Slack slack() {
    return slack;
  }

  int topicCopies(int topic, int broker) {
    return topicCopies.of(topic, broker);
  }

  int topicLeads(int topic, int broker) {
    return topicLeads.of(topic, broker);
  }

  /** The partitions that have a copy there now. */
  int[] hosted(int broker) {
    int kept = 0;
    int[] list = hosted[broker];
    for (int i = 0; i < hostedCount[broker]; i++) {
      if (isOn(list[i], broker)) {
        list[kept++] = list[i];
      }
    }
    hostedCount[broker] = kept;
    return Arrays.copyOf(list, kept);
  }

  /** The node's number, for reasons. */
  int number(int broker) {
    return layout.brokers().get(broker).node().value();
  }

  // ---- what may be done ----

  /** Whether the partition may be moved for the sake of evenness. */
  boolean isFree(int p) {
    return partition(p).hold() == Layout.Hold.FREE && isWithinBound(p);
  }

  /** Whether the partition may be moved away from a broker that leaves. */
  boolean isMovable(int p) {
    return partition(p).hold() != Layout.Hold.HELD && isWithinBound(p);
  }

  private boolean isWithinBound(int p) {
    return changed.size() < maxMoves || changed.containsKey(p);
  }

  boolean isFull() {
    return changed.size() >= maxMoves;
  }

  /** Whether {@code to} may take {@code from}'s place: no more copies than now share a rack. */
  boolean fits(int p, int from, int to) {
    if (!open[to] || isOn(p, to)) {
      return false;
    }
    return rack[to] == rack[from] || !sharesRack(p, from, to) || sharesRack(p, from, from);
  }

  /** Whether a copy at {@code to} shares its rack with one of the others than {@code without}. */
  boolean sharesRack(int p, int without, int to) {
    for (int b : replicas[p]) {
      if (b != without && b != to && rack[b] == rack[to]) {
        return true;
      }
    }
    return false;
  }

  // ---- changes ----

  /** {@code to} takes the place of {@code from}. */
  void replace(int p, int from, int to, Reason reason) {
    int[] now = replicas[p].clone();
    now[indexOf(now, from)] = to;
    if (partition(p).hold() == Layout.Hold.FREE) {
      evenLeaders(now, to);
    }
    set(p, now, reason);
  }

  /** While the replicas change anyhow: who got a copy leads while it has too few, and no longer. */
  private void evenLeaders(int[] now, int to) {
    int share = (partitions() + openCount - 1) / openCount;
    if (now[0] != to) {
      if (leads[to] < share && leads[now[0]] > leads[to] + 1) {
        bringToFront(now, to);
      }
    } else if (leads[to] >= share) {
      int least = to;
      for (int b : now) {
        least = open[b] && leads[b] < leads[least] ? b : least;
      }
      bringToFront(now, least);
    }
  }

  void add(int p, int to, Reason reason) {
    int[] now = Arrays.copyOf(replicas[p], replicas[p].length + 1);
    now[now.length - 1] = to;
    set(p, now, reason);
  }

  void drop(int p, int from, Reason reason) {
    set(p, Arrays.stream(replicas[p]).filter(b -> b != from).toArray(), reason);
  }

  void lead(int p, int leader, Reason reason) {
    int[] now = replicas[p].clone();
    bringToFront(now, leader);
    set(p, now, reason);
  }

  /** The two change places, so that the followers' order is disturbed little. */
  private static void bringToFront(int[] list, int broker) {
    int at = indexOf(list, broker);
    list[at] = list[0];
    list[0] = broker;
  }

  private void set(int p, int[] now, Reason reason) {
    countLead(p, -1);
    for (int b : replicas[p]) {
      count(p, b, -1);
    }
    int[] old = replicas[p];
    replicas[p] = now;
    for (int b : now) {
      count(p, b, 1);
      if (indexOf(old, b) < 0) {
        host(p, b);
      }
    }
    countLead(p, 1);
    List<Reason> reasons = changed.computeIfAbsent(p, _ -> new ArrayList<>());
    if (reasons.size() < MAX_REASONS) {
      reasons.add(reason);
    }
  }

  private void count(int p, int broker, int more) {
    copies[broker] += more;
    disk[broker] += more * partition(p).bytes();
    topicCopies.add(topicOf[p], broker, more);
  }

  private void countLead(int p, int more) {
    int leader = replicas[p][0];
    leads[leader] += more;
    traffic[leader] += more * partition(p).bytesPerSecond();
    topicLeads.add(topicOf[p], leader, more);
  }

  private void host(int p, int broker) {
    if (hostedCount[broker] == hosted[broker].length) {
      hosted[broker] = Arrays.copyOf(hosted[broker], hostedCount[broker] * 2);
    }
    hosted[broker][hostedCount[broker]++] = p;
  }

  private static int indexOf(int[] list, int value) {
    for (int i = 0; i < list.length; i++) {
      if (list[i] == value) {
        return i;
      }
    }
    return -1;
  }

  // ---- what came of it ----

  /** What differs from before, in the order in which it was changed first. */
  List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    changed.forEach((p, reasons) -> {
      if (!Arrays.equals(before[p], replicas[p])) {
        long added = Arrays.stream(replicas[p]).filter(b -> isNew(p, b)).count();
        Layout.Partition partition = partition(p);
        moves.add(
            new Move(
                partition.topic(),
                partition.id(),
                partition.replicas(),
                Arrays.stream(replicas[p]).mapToObj(b -> layout.brokers().get(b).node()).toList(),
                added * partition.bytes(),
                reasons));
      }
    });
    return moves;
  }
}
