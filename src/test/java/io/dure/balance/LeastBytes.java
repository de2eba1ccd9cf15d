package io.dure.balance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has to be copied at the least, whatever the plan: every copy of a broker that leaves; and
 * into a broker with less than its even share of copies so many as it lacks, the smallest that
 * there are. The latter of all copies together and of each topic by itself, whichever is more.
 */
final class LeastBytes {
  private LeastBytes() {}

  static long of(Layout layout) {
    long leaving = 0;
    for (Layout.Partition p : layout.partitions()) {
      for (var node : p.replicas()) {
        Layout.Broker broker = layout.brokers().get(Clusters.indexOf(layout, node));
        leaving += broker.standing().isLeaving() ? p.bytes() : 0;
      }
    }
    long byTopic = 0;
    Map<String, List<Layout.Partition>> topics = new HashMap<>();
    layout
        .partitions()
        .forEach(p -> topics.computeIfAbsent(p.topic(), _ -> new ArrayList<>()).add(p));
    for (List<Layout.Partition> topic : topics.values()) {
      byTopic += filling(new Layout(layout.brokers(), topic));
    }
    return Math.max(leaving, Math.max(byTopic, filling(layout)));
  }

  private static long filling(Layout layout) {
    long[] copies = Clusters.copies(layout);
    long all = 0;
    int open = 0;
    for (int b = 0; b < copies.length; b++) {
      all += copies[b];
      open += layout.brokers().get(b).standing() == Standing.OPEN ? 1 : 0;
    }
    long lacking = 0;
    for (int b = 0; b < copies.length; b++) {
      if (layout.brokers().get(b).standing() == Standing.OPEN) {
        lacking += Math.max(0, all / open - copies[b]);
      }
    }
    List<Long> sizes = new ArrayList<>();
    layout
        .partitions()
        .forEach(p -> sizes.addAll(Collections.nCopies(p.replicas().size(), p.bytes())));
    return sizes.stream().sorted().limit(lacking).mapToLong(Long::longValue).sum();
  }
}
