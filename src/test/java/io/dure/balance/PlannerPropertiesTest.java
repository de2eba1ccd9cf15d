package io.dure.balance;

import static io.dure.balance.Clusters.copies;
import static io.dure.balance.Clusters.disks;
import static io.dure.balance.Clusters.leads;
import static io.dure.balance.Clusters.spread;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
    layout = Clusters.after(layout, Planner.plan(layout, Slack.DEFAULT, ALL));
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
    assertThat(Planner.plan(then, Slack.DEFAULT, ALL)).as("stable, seed %d", seed).isEmpty();
  }

  @Test
  void everyPlanMakesTheClusterEvenAndThenThereIsNothingToDo() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = changed(new Random(seed), seed % 2 == 0);
      List<Move> plan = Planner.plan(layout, Slack.DEFAULT, ALL);
      assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEqualTo(plan);
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
      Layout then = Clusters.after(layout, Planner.plan(layout, Slack.DEFAULT, ALL));
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
      long bytes = Planner.plan(layout, Slack.DEFAULT, ALL).stream().mapToLong(Move::bytes).sum();
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

  // ---- by weight ----

  private static final long MB = 1L << 20;

  /**
   * Few partitions hold and take in most, as it is in life; racks in every other. Even by numbers,
   * before anything was known of weights.
   */
  private static Layout skewed(Random random) {
    int brokers = 3 + random.nextInt(8);
    int copies = 1 + random.nextInt(3);
    var scattered = Clusters.scattered(random, 1 + random.nextInt(12), brokers, copies, 0);
    List<Layout.Broker> all =
        random.nextBoolean()
            ? Clusters.brokers(brokers)
            : IntStream.rangeClosed(1, brokers)
                .mapToObj(b -> Clusters.broker(b, "r" + b % 3))
                .toList();
    Layout layout = new Layout(all, scattered);
    layout = Clusters.after(layout, Planner.plan(layout, Slack.DEFAULT, ALL));
    return weighed(
        layout,
        p -> (long) (MB * Math.pow(2, random.nextGaussian() * 2.5 + 9)),
        p -> (long) (MB * Math.pow(2, random.nextGaussian() * 2.5)));
  }

  private static Layout weighed(
      Layout layout,
      ToLongFunction<Layout.Partition> bytes,
      ToLongFunction<Layout.Partition> rates) {
    return new Layout(
        layout.brokers(),
        layout.partitions().stream()
            .map(p ->
                new Layout.Partition(
                    p.topic(),
                    p.id(),
                    p.replicas(),
                    p.wantedCopies(),
                    p.hold(),
                    bytes.applyAsLong(p),
                    rates.applyAsLong(p)))
            .toList());
  }

  private static int sharedRacks(Layout layout) {
    int shared = 0;
    for (Layout.Partition p : layout.partitions()) {
      long racks =
          p.replicas().stream()
              .map(node -> layout.brokers().get(Clusters.indexOf(layout, node)))
              .map(broker -> broker.rack().orElse(broker.node().toString()))
              .distinct()
              .count();
      shared += (int) (p.replicas().size() - racks);
    }
    return shared;
  }

  private static int unevenTopics(Layout layout) {
    return (int)
        Clusters.topics(layout).stream()
            .map(topic -> Clusters.only(layout, topic))
            .filter(one -> spread(one, copies(one)) > 1)
            .count();
  }

  private static long most(long[] loads) {
    return LongStream.of(loads).max().orElseThrow();
  }

  /** Racks of different sizes may not let numbers be even; weights do not make them worse. */
  private static void isAsEven(Layout then, Layout before, long seed) {
    assertThat(spread(then, copies(then)))
        .as("copies, seed %d", seed)
        .isLessThanOrEqualTo(Math.max(1, spread(before, copies(before))));
    assertThat(spread(then, leads(then)))
        .as("leaders, seed %d", seed)
        .isLessThanOrEqualTo(Math.max(1, spread(before, leads(before))));
    assertThat(Planner.plan(then, Slack.DEFAULT, ALL)).as("stable, seed %d", seed).isEmpty();
  }

  @Test
  void heavyPartitionsAreSpreadAndNumbersStayEven() {
    double before = 0;
    double after = 0;
    long moved = 0;
    long all = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = skewed(new Random(seed));
      List<Move> plan = Planner.plan(layout, Slack.DEFAULT, ALL);
      Layout then = Clusters.after(layout, plan);

      isAsEven(then, layout, seed);
      assertThat(sharedRacks(then)).as("racks, seed %d", seed).isEqualTo(sharedRacks(layout));
      assertThat(unevenTopics(then)).as("seed %d", seed).isLessThanOrEqualTo(unevenTopics(layout));
      assertThat(most(disks(then))).as("seed %d", seed).isLessThanOrEqualTo(most(disks(layout)));
      long sum = LongStream.of(disks(layout)).sum();
      before += (double) most(disks(layout)) * layout.brokers().size() / sum / SEEDS;
      after += (double) most(disks(then)) * layout.brokers().size() / sum / SEEDS;
      moved += plan.stream().mapToLong(Move::bytes).sum();
      all += sum;
    }
    System.out.printf(
        "fullest disk: %.2f of the mean before, %.2f after; %.3f of all bytes moved%n",
        before, after, (double) moved / all);
  }

  /** Brokers begin what they can; the rest is planned anew, by what is there by then. */
  @Test
  void byWeightAPlanInPartsMovesAboutAsMuch() {
    long once = 0;
    long inParts = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Layout layout = skewed(random);
      once += Planner.plan(layout, Slack.DEFAULT, ALL).stream().mapToLong(Move::bytes).sum();
      Layout before = layout;
      for (int i = 0; ; i++) {
        assertThat(i).as("ends, seed %d", seed).isLessThan(1_000);
        List<Move> plan = Planner.plan(layout, Slack.DEFAULT, 100);
        if (plan.isEmpty()) {
          break;
        }
        // Any of them, in any order, half of an exchange among them.
        List<Move> some = new ArrayList<>(plan);
        Collections.shuffle(some, random);
        some = some.subList(0, 1 + random.nextInt(Math.min(4, some.size())));
        inParts += some.stream().mapToLong(Move::bytes).sum();
        layout = Clusters.after(layout, some);
      }
      isAsEven(layout, before, seed);
    }
    System.out.printf("moved %d MB at once, %d MB in parts%n", once / MB, inParts / MB);
    assertThat(inParts).isLessThanOrEqualTo(once + once / 2);
  }

  /**
   * Weights are never the same twice. Where not everything could be evened, something may be worth
   * a move now and then; it is little, and always less than it evens eight times over.
   */
  @Test
  void noiseMovesNearlyNothing() {
    int looks = 0;
    int found = 0;
    double moved = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Layout layout = skewed(random);
      layout = Clusters.after(layout, Planner.plan(layout, Slack.DEFAULT.half(), ALL));
      for (int i = 0; i < 20; i++) {
        Layout noisy =
            weighed(
                layout,
                p -> (long) (p.bytes() * (0.95 + random.nextDouble() * 0.1)),
                p -> (long) (p.bytesPerSecond() * (0.9 + random.nextDouble() * 0.2)));
        looks++;
        if (!Planner.plan(noisy, Slack.DEFAULT, ALL).isEmpty()) {
          found++;
          List<Move> plan = Planner.plan(noisy, Slack.DEFAULT.half(), ALL);
          long bytes = plan.stream().mapToLong(Move::bytes).sum();
          moved += (double) bytes / LongStream.of(disks(noisy)).sum();
          layout = Clusters.after(layout, plan);
        }
      }
    }
    System.out.printf(
        "%d of %d looks found something to move, %.5f of all bytes each time%n",
        found, looks, moved / Math.max(1, found));
    assertThat(moved / looks).isLessThan(0.001);
    assertThat(found).isLessThan(looks / 20);
  }

  /** A broker that joins is filled with light copies, as far as its disk is not much emptier. */
  @Test
  void aNewBrokerIsFilledWithLightCopies() {
    long moved = 0;
    long share = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Layout layout = skewed(new Random(seed));
      layout = Clusters.after(layout, Planner.plan(layout, Slack.DEFAULT.half(), ALL));
      int brokers = layout.brokers().size();
      layout = Clusters.plus(layout, Clusters.broker(brokers + 1, Standing.OPEN));
      List<Move> plan = Planner.plan(layout, Slack.DEFAULT.still(), ALL);
      Layout then = Clusters.after(layout, plan);
      moved += plan.stream().mapToLong(Move::bytes).sum();
      share += LongStream.of(disks(layout)).sum() / (brokers + 1);
      assertThat(spread(then, copies(then))).as("seed %d", seed).isLessThanOrEqualTo(1);
    }
    System.out.printf("filled with %.2f of an even share%n", (double) moved / share);
    assertThat(moved).isLessThan(share / 100 * 85);
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
    Random random = new Random(1);
    Layout skewed =
        weighed(
            even,
            p -> (long) (MB * Math.pow(2, random.nextGaussian() * 3 + 9)),
            p -> (long) (MB * Math.pow(2, random.nextGaussian() * 3)));
    plan("by weight, a hundred moves", skewed, 100);
    isEven(Clusters.after(skewed, plan("by weight, all", skewed, ALL)));
    plan(
        "by weight, a broker joins",
        Clusters.plus(skewed, Clusters.broker(301, Standing.OPEN)),
        100);
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
    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, maxMoves);
    System.out.printf(
        "%s: %d moves planned in %d ms%n",
        what, moves.size(), (System.nanoTime() - startedNs) / 1_000_000);
    return moves;
  }
}
