package io.dure.controller;

import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How leaders and copies are dealt out. */
class PlacementTest {
  private static List<List<NodeId>> place(
      List<NodeId> brokers, BrokerLoads loads, int partitions, int copies) {
    List<List<NodeId>> placed = new Placement(brokers, loads, List.of()).place(partitions, copies);
    placed.forEach(loads::add);
    return placed;
  }

  private static int spread(Collection<NodeId> brokers, ToIntFunction<NodeId> load) {
    return brokers.stream().mapToInt(load).max().orElse(0)
        - brokers.stream().mapToInt(load).min().orElse(0);
  }

  private static List<NodeId> brokers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(NodeId::new).toList();
  }

  @Test
  void partitionsRotateOverTheBrokersAsPromised() {
    BrokerLoads loads = new BrokerLoads();

    assertThat(place(nodes(1, 2, 3), loads, 6, 3))
        .containsExactly(
            nodes(1, 2, 3),
            nodes(2, 3, 1),
            nodes(3, 1, 2),
            nodes(1, 2, 3),
            nodes(2, 3, 1),
            nodes(3, 1, 2));
    for (NodeId node : nodes(1, 2, 3)) {
      assertThat(loads.leaders(node)).isEqualTo(2);
      assertThat(loads.copies(node) - loads.leaders(node)).isEqualTo(4);
    }
  }

  @Test
  void topicsOfOnePartitionRotateToo() {
    BrokerLoads loads = new BrokerLoads();

    assertThat(place(nodes(1, 2, 3), loads, 1, 3)).containsExactly(nodes(1, 2, 3));
    assertThat(place(nodes(1, 2, 3), loads, 1, 3)).containsExactly(nodes(2, 3, 1));
    assertThat(place(nodes(1, 2, 3), loads, 1, 3)).containsExactly(nodes(3, 1, 2));
    assertThat(place(nodes(1, 2, 3), loads, 1, 3)).containsExactly(nodes(1, 2, 3));
  }

  @Test
  void addedPartitionsGoOnWhereTheTopicStopped() {
    BrokerLoads loads = new BrokerLoads();
    List<List<NodeId>> first = place(nodes(1, 2, 3), loads, 2, 3);

    assertThat(new Placement(nodes(1, 2, 3), loads, first).place(2, 3))
        .containsExactly(nodes(3, 1, 2), nodes(1, 2, 3));
  }

  @Test
  void emptyBrokerIsFilledByNewTopicsButNoTopicLeansOnItAlone() {
    BrokerLoads loads = new BrokerLoads();
    place(nodes(1, 2, 3), loads, 20, 3);

    List<List<NodeId>> topic = place(brokers(4), loads, 4, 3);
    assertThat(topic).extracting(List::getFirst).containsExactlyInAnyOrderElementsOf(brokers(4));

    for (int i = 0; i < 80; i++) {
      place(brokers(4), loads, 1, 3);
    }
    assertThat(spread(brokers(4), loads::leaders)).isLessThanOrEqualTo(1);
    assertThat(spread(brokers(4), loads::copies)).isLessThanOrEqualTo(3);
  }

  /**
   * Whatever topics come: leaders within one of even in each topic and overall, copies within a
   * few.
   */
  @Test
  void loadStaysEvenOverManyTopicsOfAllShapes() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<NodeId> brokers = brokers(1 + random.nextInt(9));
      BrokerLoads loads = new BrokerLoads();
      int topics = 1 + random.nextInt(60);
      boolean single = random.nextBoolean();
      int copies = 1 + random.nextInt(Math.min(5, brokers.size()));
      for (int i = 0; i < topics; i++) {
        int partitions = single ? 1 : 1 + random.nextInt(20);
        BrokerLoads topic = new BrokerLoads();
        for (List<NodeId> replicas : place(brokers, loads, partitions, copies)) {
          assertThat(new HashSet<>(replicas)).hasSize(copies);
          topic.add(replicas);
        }
        assertThat(spread(brokers, topic::leaders)).as("seed %d", seed).isLessThanOrEqualTo(1);
        assertThat(spread(brokers, topic::copies)).as("seed %d", seed).isLessThanOrEqualTo(3);
      }
      assertThat(spread(brokers, loads::leaders)).as("seed %d", seed).isLessThanOrEqualTo(1);
      assertThat(spread(brokers, loads::copies)).as("seed %d", seed).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void placingIsDeterministic() {
    List<List<List<NodeId>>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      runs.add(place(brokers(7), new BrokerLoads(), 100, 3));
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @Test
  void noTwoCopiesShareARackWhereThereAreRacksEnough() {
    Map<NodeId, String> racks = new HashMap<>();
    List<NodeId> six = IntStream.rangeClosed(1, 6).mapToObj(NodeId::new).toList();
    six.forEach(node -> racks.put(node, "r" + (node.value() + 1) / 2));
    List<List<NodeId>> placed =
        new Placement(six, new BrokerLoads(), List.of(), racks).place(12, 3);

    assertThat(placed).allMatch(each -> each.stream().map(racks::get).distinct().count() == 3);
    for (NodeId node : six) {
      assertThat(placed.stream().filter(each -> each.contains(node)).count()).isBetween(4L, 8L);
      assertThat(placed.stream().filter(each -> each.getFirst().equals(node))).hasSize(2);
    }
    // Fewer racks than copies: as many brokers as asked for all the same.
    six.forEach(node -> racks.put(node, "r" + node.value() % 2));
    assertThat(new Placement(six, new BrokerLoads(), List.of(), racks).place(4, 3))
        .allMatch(each -> each.stream().distinct().count() == 3)
        .allMatch(each -> each.stream().map(racks::get).distinct().count() == 2);
  }
}
