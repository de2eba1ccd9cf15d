package io.dure.balance;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Layouts for tests, and what becomes of them. */
final class Clusters {
  private Clusters() {}

  static List<Layout.Broker> brokers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> broker(i, Standing.OPEN)).toList();
  }

  static Layout.Broker broker(int id, Standing standing) {
    return new Layout.Broker(new NodeId(id), Optional.empty(), standing);
  }

  static Layout.Broker broker(int id, String rack) {
    return new Layout.Broker(new NodeId(id), Optional.of(rack), Standing.OPEN);
  }

  static Layout.Partition partition(int topic, int index, long bytes, Integer... on) {
    return new Layout.Partition(
        "t" + topic,
        new PartitionId(new TopicId(new UUID(7, topic)), index),
        Arrays.stream(on).map(NodeId::new).toList(),
        on.length,
        Layout.Hold.FREE,
        bytes,
        0);
  }

  /** As brokers deal them out: P0 to 1, 2, 3; P1 to 2, 3, 1; and so on. */
  static List<Layout.Partition> dealt(
      int topic, int partitions, int copies, int brokers, long bytes) {
    List<Layout.Partition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      Integer[] on = new Integer[copies];
      for (int c = 0; c < copies; c++) {
        on[c] = 1 + (topic + i + c) % brokers;
      }
      all.add(partition(topic, i, bytes, on));
    }
    return all;
  }

  /** Partitions of any sizes anywhere. */
  static List<Layout.Partition> scattered(
      Random random, int topics, int brokers, int copies, long maxBytes) {
    List<Layout.Partition> all = new ArrayList<>();
    for (int topic = 0; topic < topics; topic++) {
      int partitions = 1 + random.nextInt(20);
      for (int i = 0; i < partitions; i++) {
        List<Integer> ids = new ArrayList<>(IntStream.rangeClosed(1, brokers).boxed().toList());
        java.util.Collections.shuffle(ids, random);
        long bytes = maxBytes == 0 ? 0 : (long) (random.nextDouble() * maxBytes);
        all.add(partition(topic, i, bytes, ids.subList(0, copies).toArray(Integer[]::new)));
      }
    }
    return all;
  }

  static Layout with(Layout layout, UnaryOperator<Layout.Broker> change) {
    return new Layout(layout.brokers().stream().map(change).toList(), layout.partitions());
  }

  static Layout with(Layout layout, int broker, Standing standing) {
    return with(
        layout,
        b -> b.node().value() == broker ? new Layout.Broker(b.node(), b.rack(), standing) : b);
  }

  static Layout plus(Layout layout, Layout.Broker... more) {
    List<Layout.Broker> brokers = new ArrayList<>(layout.brokers());
    brokers.addAll(List.of(more));
    return new Layout(brokers, layout.partitions());
  }

  /** The layout once the moves are done. */
  static Layout after(Layout layout, List<Move> moves) {
    Map<PartitionId, Move> byId =
        moves.stream().collect(Collectors.toMap(Move::partition, move -> move));
    return new Layout(
        layout.brokers(),
        layout.partitions().stream()
            .map(p -> byId.containsKey(p.id()) ? moved(p, byId.get(p.id()).to()) : p)
            .toList());
  }

  private static Layout.Partition moved(Layout.Partition p, List<NodeId> to) {
    return new Layout.Partition(
        p.topic(), p.id(), to, p.wantedCopies(), p.hold(), p.bytes(), p.bytesPerSecond());
  }

  /** Carried out a few moves at a time, each time planned anew. Fails if it does not end. */
  static Steps carriedOut(Layout layout, int atOnce) {
    long bytes = 0;
    int moves = 0;
    Layout now = layout;
    for (int i = 0; i < 100_000; i++) {
      List<Move> next = Planner.plan(now, Slack.DEFAULT, atOnce);
      if (next.isEmpty()) {
        return new Steps(now, moves, bytes);
      }
      bytes += next.stream().mapToLong(Move::bytes).sum();
      moves += next.size();
      now = after(now, next);
    }
    throw new AssertionError("it never ends");
  }

  record Steps(Layout layout, int moves, long bytes) {}

  static long[] copies(Layout layout) {
    return count(layout, p -> p.replicas());
  }

  static long[] leads(Layout layout) {
    return count(layout, p -> p.replicas().subList(0, 1));
  }

  private static long[] count(
      Layout layout, java.util.function.Function<Layout.Partition, List<NodeId>> nodes) {
    long[] counts = new long[layout.brokers().size()];
    for (Layout.Partition p : layout.partitions()) {
      for (NodeId node : nodes.apply(p)) {
        counts[indexOf(layout, node)]++;
      }
    }
    return counts;
  }

  static long[] disks(Layout layout) {
    long[] disks = new long[layout.brokers().size()];
    for (Layout.Partition p : layout.partitions()) {
      for (NodeId node : p.replicas()) {
        disks[indexOf(layout, node)] += p.bytes();
      }
    }
    return disks;
  }

  static int indexOf(Layout layout, NodeId node) {
    for (int i = 0; i < layout.brokers().size(); i++) {
      if (layout.brokers().get(i).node().equals(node)) {
        return i;
      }
    }
    throw new AssertionError(node + " is unknown");
  }

  /** The most of a broker that takes copies less the least of one. */
  static long spread(Layout layout, long[] counts) {
    var open =
        IntStream.range(0, counts.length)
            .filter(b -> layout.brokers().get(b).standing() == Standing.OPEN)
            .mapToLong(b -> counts[b])
            .summaryStatistics();
    return open.getMax() - open.getMin();
  }

  static Layout only(Layout layout, String topic) {
    return new Layout(
        layout.brokers(),
        layout.partitions().stream().filter(p -> p.topic().equals(topic)).toList());
  }

  static List<String> topics(Layout layout) {
    return layout.partitions().stream().map(Layout.Partition::topic).distinct().toList();
  }
}
