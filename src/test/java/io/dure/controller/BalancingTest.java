package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.balance.Standing;
import io.dure.base.NodeId;
import io.dure.metadata.BrokerKeys;
import io.dure.metadata.ConfigResource;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How the controller carries out what the planner wants, with brokers that do as they are told. */
class BalancingTest {
  private static final ControllerSettings SETTINGS =
      ControllerSettings.DEFAULTS.withBalance(BalanceSettings.of(5_000, 2, 500));

  private static final long GB = 1L << 30;

  private TestCluster cluster = TestCluster.of(3, SETTINGS);
  private final List<Integer> live = new ArrayList<>(List.of(1, 2, 3));
  private int mostAtOnce;
  private int epochs;

  /** How many epochs changed in which second. */
  private final TreeMap<Long, Integer> changes = new TreeMap<>();

  /** What a partition holds and takes in, as its leader tells. */
  private ToLongFunction<PartitionImage> bytes = _ -> 0;

  private ToLongFunction<PartitionImage> rates = _ -> 0;

  private void join(int node) {
    cluster.register(node);
    live.add(node);
  }

  private void die(int node) {
    live.remove((Integer) node);
    cluster.gone(node);
  }

  private void create(String name, int partitions) {
    assertThat(cluster.create(name, partitions, -1).result().isDone()).isTrue();
    pass(200);
  }

  /** Time passes; every live broker answers fences, copies at once, and opens its epochs. */
  private void pass(long ms) {
    for (long until = cluster.nowMs + ms; cluster.nowMs < until; ) {
      cluster.pass(50, live.stream().mapToInt(Integer::intValue).toArray());
      long copying =
          partitions().stream()
              .flatMap(partition ->
                  partition.learners().stream().filter(node -> !partition.inStep().contains(node)))
              .count();
      mostAtOnce = (int) Math.max(mostAtOnce, copying);
      int epochs = partitions().stream().mapToInt(PartitionImage::epoch).sum();
      if (epochs > this.epochs) {
        changes.merge(cluster.nowMs / 1_000, epochs - this.epochs, Integer::sum);
        this.epochs = epochs;
      }
      obey();
    }
  }

  private List<PartitionImage> partitions() {
    return cluster.image.topics().stream()
        .map(TopicImage::partitions)
        .flatMap(List::stream)
        .toList();
  }

  private void obey() {
    List<ControllerEffect.SendFence> asked = List.copyOf(cluster.fences);
    cluster.fences.clear();
    for (ControllerEffect.SendFence fence : asked) {
      if (live.contains(fence.to().value())) {
        for (ControllerEffect.FenceOf of : fence.fences()) {
          cluster.answerFence(fence.to().value(), of.partition(), of.epoch(), 0, 10);
        }
      }
    }
    for (PartitionImage partition : partitions()) {
      if (partition.leader().filter(leader -> live.contains(leader.value())).isPresent()) {
        NodeId leader = partition.leader().get();
        List<NodeId> inStep =
            partition.members().stream().filter(each -> live.contains(each.value())).toList();
        cluster.step(
            new ControllerEvent.InStepReported(
                leader, partition.id(), partition.epoch(), Set.copyOf(inStep)));
        cluster.step(new ControllerEvent.OpenedReported(leader, partition.id(), partition.epoch()));
      }
    }
  }

  private void set(ConfigResource resource, String key, String value) {
    change(resource, key, Command.Change.SET, value);
  }

  private void change(ConfigResource resource, String key, Command.Change how, String value) {
    Answer.ConfigsAltered answer =
        (Answer.ConfigsAltered)
            cluster.ask(
                new Command.AlterConfigs(
                    List.of(
                        new Command.Alteration(
                            new Command.ConfigTarget.Of(resource),
                            false,
                            List.of(new Command.ConfigChange(key, how, value)))),
                    false));
    assertThat(answer.resources()).containsExactly(Answer.Result.DONE);
  }

  private void list(String key, int broker) {
    change(ConfigResource.ALL_BROKERS, key, Command.Change.APPEND, Integer.toString(broker));
  }

  private void unlist(String key, int broker) {
    change(ConfigResource.ALL_BROKERS, key, Command.Change.SUBTRACT, Integer.toString(broker));
  }

  private int[] copies(int brokers) {
    return IntStream.rangeClosed(1, brokers)
        .map(b -> (int) partitions().stream().filter(p -> p.replicas().contains(node(b))).count())
        .toArray();
  }

  private int[] leads(int brokers) {
    return IntStream.rangeClosed(1, brokers)
        .map(b ->
            (int)
                partitions().stream().filter(p -> p.leader().equals(Optional.of(node(b)))).count())
        .toArray();
  }

  private boolean nothingMoves() {
    return partitions().stream().noneMatch(PartitionImage::isChanging);
  }

  @Test
  void aNewBrokerFillsAFewCopiesAtATime() {
    create("t", 12);
    pass(3_000);
    assertThat(nothingMoves()).isTrue();

    join(4);
    pass(30_000);

    assertThat(nothingMoves()).isTrue();
    assertThat(copies(4)).containsExactly(9, 9, 9, 9);
    assertThat(leads(4)).containsExactly(3, 3, 3, 3);
    assertThat(mostAtOnce).isEqualTo(2);
  }

  /** Clients notice a change of epochs: a few together, then a rest. */
  @Test
  void aNewBrokerTakesItsPlaceInAFewSmallSteps() {
    create("t", 40);
    pass(3_000);
    changes.clear();

    join(4);
    pass(60_000);

    assertThat(copies(4)).containsExactly(30, 30, 30, 30);
    assertThat(changes.values()).allMatch(together -> together <= 10);
    Long before = changes.firstKey() - 10;
    for (long second : changes.keySet()) {
      assertThat(second - before).isGreaterThanOrEqualTo(3);
      before = second;
    }
  }

  @Test
  void aSwitchedOffBalancerTellsButDoesNothing() {
    create("t", 12);
    set(ConfigResource.ALL_BROKERS, BrokerKeys.BALANCE, "false");
    join(4);
    pass(10_000);

    assertThat(copies(4)).containsExactly(12, 12, 12, 0);
    Answer.Balance told = (Answer.Balance) cluster.ask(new Command.DescribeBalance());
    assertThat(told.enabled()).isFalse();
    assertThat(told.moves()).hasSize(9);
    assertThat(told.brokers()).containsEntry(node(4), Standing.OPEN);
    assertThat(told.underWay()).isEmpty();

    set(ConfigResource.ALL_BROKERS, BrokerKeys.BALANCE, "true");
    pass(30_000);
    assertThat(copies(4)).containsExactly(9, 9, 9, 9);
  }

  @Test
  void copiesOfADeadBrokerAreMadeElsewhereAfterTheGracePeriod() {
    join(4);
    create("t", 12);
    die(4);
    pass(4_000);
    assertThat(copies(4)[3]).isEqualTo(9);

    pass(30_000);

    assertThat(nothingMoves()).isTrue();
    assertThat(copies(4)).containsExactly(12, 12, 12, 0);
    assertThat(leads(4)).containsExactly(4, 4, 4, 0);
    // It comes back after all, and gets its share again.
    join(4);
    pass(30_000);
    assertThat(copies(4)).containsExactly(9, 9, 9, 9);
  }

  @Test
  void aShortDeathMovesNothing() {
    join(4);
    create("t", 12);
    List<List<NodeId>> before = partitions().stream().map(PartitionImage::replicas).toList();
    die(4);
    pass(4_000);
    join(4);
    pass(10_000);

    assertThat(partitions().stream().map(PartitionImage::replicas)).isEqualTo(before);
    assertThat(leads(4)).containsExactly(3, 3, 3, 3);
  }

  @Test
  void aDecommissionedBrokerIsEmptiedAndForgottenOnceItStops() {
    join(4);
    create("t", 12);

    list(BrokerKeys.DECOMMISSIONED, 4);
    pass(30_000);

    assertThat(copies(4)).containsExactly(12, 12, 12, 0);
    assertThat(leads(4)).containsExactly(4, 4, 4, 0);
    assertThat(cluster.image.broker(node(4))).isPresent();
    die(4);
    pass(2_000);
    assertThat(cluster.image.broker(node(4))).isEmpty();
    assertThat(cluster.image.isLeaving(node(4))).isFalse();
  }

  @Test
  void withoutAnotherBrokerADecommissionedOneLeavesFewerCopies() {
    create("t", 6);
    list(BrokerKeys.DECOMMISSIONED, 3);
    pass(20_000);

    assertThat(copies(3)).containsExactly(6, 6, 0);
    assertThat(leads(3)).containsExactly(3, 3, 0);
    // The default is what is wanted still.
    join(4);
    pass(20_000);
    assertThat(copies(4)).containsExactly(6, 6, 0, 6);
  }

  @Test
  void aDrainedBrokerLeadsNothingAndKeepsItsCopies() {
    create("t", 12);
    list(BrokerKeys.DRAINED, 2);
    pass(5_000);

    assertThat(copies(3)).containsExactly(12, 12, 12);
    assertThat(leads(3)[1]).isZero();
    create("u", 3);
    assertThat(leads(3)[1]).isZero();

    unlist(BrokerKeys.DRAINED, 2);
    pass(10_000);
    assertThat(leads(3)).containsExactly(5, 5, 5);
  }

  @Test
  void topicsOfTheDefaultGrowWithTheClusterAndOthersDoNot() {
    cluster = TestCluster.of(1, SETTINGS);
    live.removeAll(List.of(2, 3));
    create("grows", 4);
    cluster.create("stays", 2, 1);
    pass(200);

    join(2);
    pass(5_000);
    // Two copies would both be needed for every write.
    assertThat(cluster.partition("grows", 0).replicas()).hasSize(1);
    join(3);
    pass(20_000);

    assertThat(cluster.topic("grows").partitions()).allMatch(p -> p.replicas().size() == 3);
    assertThat(cluster.topic("stays").partitions()).allMatch(p -> p.replicas().size() == 1);
    assertThat(nothingMoves()).isTrue();
    assertThat(leads(3)).containsExactly(2, 2, 2);
  }

  @Test
  void whatSomebodyPlacesStaysThere() {
    create("t", 4);
    join(4);
    cluster.ask(
        new Command.AlterReassignments(
            List.of(new Command.Reassignment("t", 0, Optional.of(nodes(1, 2)))), true));
    pass(30_000);

    assertThat(cluster.partition("t", 0).replicas()).isEqualTo(nodes(1, 2));
    assertThat(cluster.partition("t", 0).placedByHand()).isTrue();
    assertThat(cluster.topic("t").copiesByDefault()).isFalse();
    assertThat(copies(4)).containsExactly(3, 3, 3, 2);
  }

  @Test
  void aNewControllerGoesOnWhereTheOneBeforeWas() {
    create("t", 12);
    join(4);
    for (int i = 0; i < 20; i++) {
      pass(700);
      cluster.takeOver(1 + i % 3);
    }
    pass(20_000);

    assertThat(nothingMoves()).isTrue();
    assertThat(copies(4)).containsExactly(9, 9, 9, 9);
  }

  @Test
  void aMoveToABrokerThatDiesForGoodGoesElsewhere() {
    join(4);
    join(5);
    create("t", 1);
    // 5 takes part no more, but nobody knows yet.
    live.remove((Integer) 5);
    cluster.ask(
        new Command.AlterReassignments(
            List.of(new Command.Reassignment("t", 0, Optional.of(nodes(1, 2, 5)))), true));
    pass(2_000);
    assertThat(cluster.partition("t", 0).target()).contains(node(5));

    pass(20_000);

    assertThat(nothingMoves()).isTrue();
    assertThat(cluster.partition("t", 0).replicas()).hasSize(3).doesNotContain(node(5));
  }

  @Test
  void aBrokerThatStopsHandsItsLeadershipsOverFirst() {
    create("t", 12);
    pass(1_000);
    cluster.step(new ControllerEvent.StopAsked(node(2), cluster.incarnation(2)));
    pass(100);

    assertThat(leads(3)[1]).isZero();
    assertThat(copies(3)).containsExactly(12, 12, 12);
    // In its next life it is as before.
    live.remove((Integer) 2);
    cluster.gone(2);
    join(2);
    pass(5_000);
    assertThat(leads(3)).containsExactly(4, 4, 4);
  }

  // ---- by weight ----

  private void tell(PartitionImage partition, NodeId by) {
    cluster.step(
        new ControllerEvent.LoadsTold(
            by,
            List.of(
                new ControllerEvent.Load(
                    partition.id(), bytes.applyAsLong(partition), rates.applyAsLong(partition)))));
  }

  private void passTelling(long ms) {
    for (long until = cluster.nowMs + ms; cluster.nowMs < until; ) {
      partitions().forEach(partition -> partition.leader().ifPresent(by -> tell(partition, by)));
      pass(2_000);
    }
  }

  /** Four brokers, two copies each; what 1 and 2 have is heavy. */
  private void fourWithHeavyOnes() {
    join(4);
    List<Command.Assignment> placed = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int first = i % 4 < 2 ? 1 + i % 2 : 3 + i % 2;
      placed.add(new Command.Assignment(i, nodes(first, first % 2 == 0 ? first - 1 : first + 1)));
    }
    cluster.create(new Command.NewTopic(cluster.freshId(), "t", -1, -1, placed, Map.of(), false));
    set(ConfigResource.ALL_BROKERS, BrokerKeys.BALANCE_PLACED, "true");
    pass(10_000);
    assertThat(copies(4)).containsExactly(8, 8, 8, 8);
    bytes = partition -> partition.id().index() % 4 < 2 ? 4 * GB : GB;
  }

  private long[] disks() {
    return IntStream.rangeClosed(1, 4)
        .mapToLong(b ->
            partitions().stream()
                .filter(p -> p.replicas().contains(node(b)))
                .mapToLong(bytes)
                .sum())
        .toArray();
  }

  private List<List<NodeId>> replicas() {
    return partitions().stream().map(PartitionImage::replicas).toList();
  }

  private Answer.Balance told() {
    return (Answer.Balance) cluster.ask(new Command.DescribeBalance());
  }

  @Test
  void fullDisksAreEvenedOnceThatIsSureAndCopiesStayEven() {
    fourWithHeavyOnes();
    passTelling(60_000);
    assertThat(disks()).containsExactly(32 * GB, 32 * GB, 8 * GB, 8 * GB);
    assertThat(told().moves()).isNotEmpty();
    assertThat(told().loads()).containsEntry(node(1), new Answer.Carried(32 * GB, 0));

    passTelling(120_000);

    assertThat(nothingMoves()).isTrue();
    assertThat(copies(4)).containsExactly(8, 8, 8, 8);
    assertThat(leads(4)).containsExactly(4, 4, 4, 4);
    assertThat(LongStream.of(disks())).allMatch(disk -> disk <= 22 * GB);
    // Two by each of four at most, and each copy counts at two of them.
    assertThat(mostAtOnce).isLessThanOrEqualTo(4);
  }

  /** Otherwise it might never end. */
  @Test
  void whatIsBegunIsFinishedByWhatWasKnownThen() {
    fourWithHeavyOnes();
    passTelling(180_000);
    List<List<NodeId>> undisturbed = replicas();
    cluster = TestCluster.of(3, SETTINGS);
    live.remove((Integer) 4);
    fourWithHeavyOnes();
    for (int i = 0; i < 200 && nothingMoves(); i++) {
      passTelling(2_000);
    }
    assertThat(nothingMoves()).isFalse();
    // The heaviest of all is among those that are light.
    bytes = partition -> partition.id().index() == 3 ? 90 * GB : GB;
    passTelling(60_000);

    assertThat(replicas()).isEqualTo(undisturbed);
  }

  @Test
  void whatWasEvenedIsLeftAloneForLong() {
    fourWithHeavyOnes();
    passTelling(180_000);
    List<List<NodeId>> evened = replicas();

    // As uneven as before, by other sizes.
    bytes = partition -> evened.get(partition.id().index()).contains(node(1)) ? 8 * GB : GB;
    passTelling(300_000);
    assertThat(replicas()).isEqualTo(evened);

    passTelling(600_000);
    assertThat(disks()[0]).isLessThan(50 * GB);
    assertThat(copies(4)).containsExactly(8, 8, 8, 8);
  }

  @Test
  void aNewControllerMovesNothingByWeightBeforeItWasTold() {
    fourWithHeavyOnes();
    for (int i = 0; i < 6; i++) {
      passTelling(60_000);
      cluster.takeOver(1 + i % 3);
    }
    // Three of four leaders tell.
    for (int i = 0; i < 100; i++) {
      partitions()
          .forEach(partition ->
              partition
                  .leader()
                  .filter(leader -> leader.value() != 3)
                  .ifPresent(leader -> tell(partition, leader)));
      pass(2_000);
    }

    assertThat(disks()).containsExactly(32 * GB, 32 * GB, 8 * GB, 8 * GB);
    assertThat(told().loads()).isEmpty();
    assertThat(told().moves()).isEmpty();
  }

  @Test
  void onlyItsLeaderSpeaksForAPartition() {
    fourWithHeavyOnes();
    bytes = _ -> GB;
    passTelling(60_000);
    bytes = partition -> partition.id().index() % 4 < 2 ? 100 * GB : GB;
    for (int i = 0; i < 100; i++) {
      for (PartitionImage partition : partitions()) {
        IntStream.rangeClosed(1, 4)
            .filter(b -> !partition.leader().equals(Optional.of(node(b))))
            .forEach(b -> tell(partition, node(b)));
      }
      pass(2_000);
    }

    assertThat(nothingMoves()).isTrue();
    assertThat(told().moves()).isEmpty();
    assertThat(told().loads()).containsEntry(node(1), new Answer.Carried(8 * GB, 0));
  }

  /** Sizes and rates go up and down all the time, and once a minute a broker is busy for a bit. */
  @Test
  void whatComesAndGoesMovesNothing() {
    join(4);
    create("t", 24);
    passTelling(30_000);
    List<List<NodeId>> before = replicas();
    Random random = new Random(5);
    bytes = _ -> GB + (long) (random.nextDouble() * GB / 5);
    for (int i = 0; i < 20; i++) {
      rates = _ -> (8L << 20) + (long) (random.nextDouble() * (2L << 20));
      passTelling(56_000);
      Optional<NodeId> busy = Optional.of(node(1 + i % 4));
      rates = partition -> partition.leader().equals(busy) ? 99L << 20 : 1L << 20;
      passTelling(4_000);
    }

    assertThat(replicas()).isEqualTo(before);
  }

  @Test
  void busyLeadersChangePlacesWithIdleOnes() {
    create("t", 12);
    rates = partition -> partition.id().index() % 3 == 0 ? 30L << 20 : 1L << 20;
    passTelling(180_000);

    assertThat(leads(3)).containsExactly(4, 4, 4);
    for (int b = 1; b <= 3; b++) {
      Optional<NodeId> broker = Optional.of(node(b));
      assertThat(
              partitions().stream()
                  .filter(partition -> partition.leader().equals(broker))
                  .mapToLong(rates)
                  .sum())
          .isLessThanOrEqualTo(70L << 20);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    for (Map.Entry<ConfigResource, String> wrong :
        List.of(
            Map.entry(ConfigResource.ALL_BROKERS, BrokerKeys.DRAINED),
            Map.entry(ConfigResource.broker(node(1)), BrokerKeys.BALANCE))) {
      Answer.ConfigsAltered answer =
          (Answer.ConfigsAltered)
              cluster.ask(
                  new Command.AlterConfigs(
                      List.of(
                          new Command.Alteration(
                              new Command.ConfigTarget.Of(wrong.getKey()),
                              false,
                              List.of(
                                  new Command.ConfigChange(
                                      wrong.getValue(),
                                      Command.Change.SET,
                                      wrong.getValue().equals(BrokerKeys.DRAINED)
                                          ? "1,77"
                                          : "false")))),
                      false));
      assertThat(answer.resources().getFirst().isDone()).isFalse();
    }
    assertThat(cluster.log).noneMatch(MetadataRecord.ConfigChanged.class::isInstance);
  }
}
