package io.dure.balance;

import static io.dure.balance.Clusters.copies;
import static io.dure.balance.Clusters.leads;
import static io.dure.balance.Clusters.spread;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every plan, shown on many clusters made by chance. */
class PlannerPropertiesTest {
  private static final int SEEDS = Integer.getInteger("balance.seeds", 300);
  private static final int ALL = Integer.MAX_VALUE;

  /** A cluster that is even, and then something happens to it. */
  private static Layout changed(Random random, boolean sizes) {
    int brokers = 3 + random.nextInt(10);
    int copies = 1 + random.nextInt(3);
    long maxBytes = sizes ? 1L << 30 : 0;
    var scattered = Clusters.scattered(random, 1 + random.nextInt(12), brokers, copies, maxBytes);
    Layout layout = new Layout(Clusters.brokers(brokers), scattered);
    layout = Clusters.after(layout, Planner.plan(layout, ALL));
    switch (random.nextInt(3)) {
      case 0 -> layout = Clusters.plus(layout, Clusters.broker(brokers + 1, Standing.OPEN));
      case 1 ->
          layout =
              Clusters.plus(
                  layout,
                  Clusters.broker(brokers + 1, Standing.OPEN),
                  Clusters.broker(brokers + 2, Standing.OPEN));
      default -> {
        if (brokers > copies) {
          Standing standing = random.nextBoolean() ? Standing.LOST : Standing.DECOMMISSIONED;
          layout = Clusters.with(layout, 1 + random.nextInt(brokers), standing);
        }
      }
    }
    return layout;
  }

  private static void isWell(Layout then, long seed) {
    assertThat(spread(then, copies(then))).as("copies, seed %d", seed).isLessThanOrEqualTo(1);
    assertThat(spread(then, leads(then))).as("leaders, seed %d", seed).isLessThanOrEqualTo(1);
    for (Layout.Partition p : then.partitions()) {
      assertThat(new HashSet<>(p.replicas())).as("seed %d", seed).hasSameSizeAs(p.replicas());
      for (var node : p.replicas()) {
        assertThat(then.brokers().get(Clusters.indexOf(then, node)).standing())
            .as("seed %d", seed)
            .isEqualTo(Standing.OPEN);
      }
    }
    assertThat(Planner.plan(then, ALL)).as("stable, seed %d", seed).isEmpty();
  }

  @Test
  void everyPlanMakesTheClusterEvenAndThenThereIsNothingToDo() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = changed(new Random(seed), seed % 2 == 0);
      List<Move> plan = Planner.plan(layout, ALL);
      assertThat(Planner.plan(layout, ALL)).isEqualTo(plan);
      isWell(Clusters.after(layout, plan), seed);
    }
  }

  @Test
  void topicsAreEvenByThemselvesNearlyAlways() {
    int uneven = 0;
    int unevenLeaders = 0;
    int topics = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = changed(new Random(seed), false);
      Layout then = Clusters.after(layout, Planner.plan(layout, ALL));
      for (String topic : Clusters.topics(then)) {
        Layout one = Clusters.only(then, topic);
        topics++;
        uneven += spread(one, copies(one)) > 1 ? 1 : 0;
        unevenLeaders += spread(one, leads(one)) > 1 ? 1 : 0;
      }
    }
    System.out.printf(
        "uneven by themselves: copies %d, leaders %d of %d topics%n",
        uneven, unevenLeaders, topics);
    assertThat(uneven).isLessThanOrEqualTo(topics / 50);
    assertThat(unevenLeaders).isLessThanOrEqualTo(topics / 10);
  }

  /** All copies are alike here: then the fewest bytes are the fewest copies. */
  @Test
  void noMoreIsMovedThanAFifthAboveTheLeastPossible() {
    long moved = 0;
    long least = 0;
    double worst = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = alike(changed(new Random(seed), false));
      long bound = LeastBytes.of(layout);
      long bytes = Planner.plan(layout, ALL).stream().mapToLong(Move::bytes).sum();
      long inSteps = Clusters.carriedOut(layout, 1 + (int) (seed % 7)).bytes();
      moved += bytes;
      least += bound;
      worst = Math.max(worst, bound == 0 ? 0 : (double) bytes / bound);
      // One copy per topic may be needed for all topics together to be even.
      long slack = 100L * (1 + Clusters.topics(layout).size() / 2);
      assertThat(bytes).as("seed %d", seed).isLessThanOrEqualTo(bound + bound / 5 + slack);
      assertThat(inSteps)
          .as("in steps, seed %d", seed)
          .isLessThanOrEqualTo(bound + bound / 5 + slack);
    }
    System.out.printf("moved %d, at least %d, worst %.2f times%n", moved, least, worst);
    assertThat(moved).isLessThanOrEqualTo(least + least / 5);
  }

  private static Layout alike(Layout layout) {
    List<Layout.Partition> partitions = new ArrayList<>();
    for (Layout.Partition p : layout.partitions()) {
      partitions.add(
          new Layout.Partition(
              p.topic(), p.id(), p.replicas(), p.wantedCopies(), p.hold(), 100, 0));
    }
    return new Layout(layout.brokers(), partitions);
  }

  /** How long a plan takes is printed, not demanded: the machine may be busy. */
  @Test
  void hundredsOfBrokersAndAHundredThousandPartitionsArePlanned() {
    Layout even = dealt(34 * 300, 300);
    Layout joined = Clusters.plus(even, Clusters.broker(301, Standing.OPEN));
    Layout lost = Clusters.with(even, 7, Standing.LOST);

    assertThat(plan("nothing to do", even, ALL)).isEmpty();
    assertThat(plan("a broker joins, ten moves", joined, 10)).hasSize(10);
    isEven(Clusters.after(joined, plan("a broker joins, the whole plan", joined, ALL)));
    isEven(Clusters.after(lost, plan("a broker is lost", lost, ALL)));
  }

  /**
   * Topics of ten partitions with three copies each, every copy of a topic on another broker; as
   * even as can be when {@code brokers} divides {@code topics}.
   */
  private static Layout dealt(int topics, int brokers) {
    List<Layout.Partition> all = new ArrayList<>();
    for (int topic = 0; topic < topics; topic++) {
      for (int i = 0; i < 10; i++) {
        int first = topic + i;
        all.add(
            Clusters.partition(
                topic,
                i,
                1 << 20,
                1 + first % brokers,
                1 + (first + brokers / 3) % brokers,
                1 + (first + 2 * brokers / 3) % brokers));
      }
    }
    return new Layout(Clusters.brokers(brokers), all);
  }

  private static void isEven(Layout then) {
    assertThat(spread(then, copies(then))).isLessThanOrEqualTo(1);
    assertThat(spread(then, leads(then))).isLessThanOrEqualTo(1);
  }

  private static List<Move> plan(String what, Layout layout, int maxMoves) {
    long startedNs = System.nanoTime();
    List<Move> moves = Planner.plan(layout, maxMoves);
    System.out.printf(
        "%s: %d moves planned in %d ms%n",
        what, moves.size(), (System.nanoTime() - startedNs) / 1_000_000);
    return moves;
  }
}
