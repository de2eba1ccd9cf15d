package io.dure.balance;

import static io.dure.balance.Clusters.after;
import static io.dure.balance.Clusters.broker;
import static io.dure.balance.Clusters.brokers;
import static io.dure.balance.Clusters.copies;
import static io.dure.balance.Clusters.dealt;
import static io.dure.balance.Clusters.leads;
import static io.dure.balance.Clusters.partition;
import static io.dure.balance.Clusters.plus;
import static io.dure.balance.Clusters.spread;
import static io.dure.balance.Clusters.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the planner does in the usual cases, and in which words. */
class PlannerTest {
  private static final int ALL = Integer.MAX_VALUE;

  private static final Layout THREE = new Layout(brokers(3), dealt(0, 60, 3, 3, 100));

  private static List<Reason.Kind> kinds(List<Move> moves) {
    return moves.stream().map(move -> move.reasons().getFirst().kind()).distinct().toList();
  }

  private static long bytes(List<Move> moves) {
    return moves.stream().mapToLong(Move::bytes).sum();
  }

  @Test
  void anEvenClusterIsLeftAlone() {
    assertThat(Planner.plan(THREE, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void aNewBrokerFillsWithTheFewestBytesAndLeadsItsShare() {
    Layout layout = plus(THREE, broker(4, Standing.OPEN));

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    Layout then = after(layout, moves);
    assertThat(copies(then)).containsExactly(45, 45, 45, 45);
    assertThat(leads(then)).containsExactly(15, 15, 15, 15);
    assertThat(bytes(moves)).isEqualTo(45 * 100);
    assertThat(moves).allMatch(move -> move.added().equals(List.of(new NodeId(4))));
    assertThat(moves.getFirst().reasons().getFirst())
        .isEqualTo(
            new Reason(
                Reason.Kind.TOPIC_UNEVEN,
                "of t0 broker 1 has 60 copies and broker 4 has 0",
                "t0의 복제본이 브로커 1에 60개, 브로커 4에 0개 있습니다"));
    assertThat(Planner.plan(then, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void manyTopicsOfOnePartitionFillANewBrokerToo() {
    List<Layout.Partition> partitions = new ArrayList<>();
    for (int topic = 0; topic < 40; topic++) {
      partitions.addAll(dealt(topic, 1, 3, 3, 10));
    }
    Layout layout = new Layout(brokers(4), partitions);

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    assertThat(copies(after(layout, moves))).containsExactly(30, 30, 30, 30);
    assertThat(leads(after(layout, moves))).containsExactly(10, 10, 10, 10);
    assertThat(bytes(moves)).isEqualTo(30 * 10);
  }

  @Test
  void whatIsCutShortIsFoundAgainLater() {
    Layout layout = plus(THREE, broker(4, Standing.OPEN));

    assertThat(Planner.plan(layout, Slack.DEFAULT, 5))
        .hasSize(5)
        .allMatch(move -> move.added().equals(List.of(new NodeId(4))));
    Clusters.Steps steps = Clusters.carriedOut(layout, 5);

    assertThat(copies(steps.layout())).containsExactly(45, 45, 45, 45);
    assertThat(leads(steps.layout())).containsExactly(15, 15, 15, 15);
    assertThat(steps.bytes()).isEqualTo(45 * 100);
    assertThat(steps.moves()).isLessThanOrEqualTo(46);
  }

  @Test
  void aDecommissionedBrokerIsEmptied() {
    Layout five = new Layout(brokers(5), dealt(0, 60, 3, 5, 100));
    Layout layout = with(with(five, 2, Standing.DECOMMISSIONED), 5, Standing.DECOMMISSIONED);

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    Layout then = after(layout, moves);
    assertThat(copies(then)).containsExactly(60, 0, 60, 60, 0);
    assertThat(leads(then)).containsExactly(20, 0, 20, 20, 0);
    assertThat(bytes(moves)).isEqualTo(72 * 100);
    assertThat(moves.getFirst().reasons().getFirst().text())
        .isEqualTo("broker 2 is to be emptied: its copies are made on others");
  }

  @Test
  void copiesOfADeadBrokerAreMadeElsewhereOnceItIsTakenForLost() {
    Layout four = new Layout(brokers(4), dealt(0, 12, 3, 4, 100));

    assertThat(Planner.plan(held(with(four, 4, Standing.ABSENT), 4), Slack.DEFAULT, ALL)).isEmpty();
    Layout lost = with(four, 4, Standing.LOST);
    List<Move> moves = Planner.plan(lost, Slack.DEFAULT, ALL);

    assertThat(copies(after(lost, moves))).containsExactly(12, 12, 12, 0);
    assertThat(bytes(moves)).isEqualTo(9 * 100);
    assertThat(moves.getFirst().reasons().getFirst().kind()).isEqualTo(Reason.Kind.LOST);
  }

  /** As the image tells it: what has a copy on an absent broker cannot change now. */
  private static Layout held(Layout layout, int broker) {
    return new Layout(
        layout.brokers(),
        layout.partitions().stream()
            .map(p -> p.replicas().contains(new NodeId(broker)) ? hold(p, Layout.Hold.HELD) : p)
            .toList());
  }

  private static Layout.Partition hold(Layout.Partition p, Layout.Hold hold) {
    return new Layout.Partition(p.topic(), p.id(), p.replicas(), p.wantedCopies(), hold, 1, 0);
  }

  @Test
  void aLostCopyStaysWhereItIsIfThereIsNoOtherBroker() {
    assertThat(Planner.plan(with(THREE, 3, Standing.LOST), Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void aDecommissionedBrokersCopiesGoEvenIfThereIsNoOtherBroker() {
    Layout layout = with(THREE, 3, Standing.DECOMMISSIONED);

    Layout then = after(layout, Planner.plan(layout, Slack.DEFAULT, ALL));

    assertThat(copies(then)).containsExactly(60, 60, 0);
    assertThat(leads(then)).containsExactly(30, 30, 0);
  }

  @Test
  void theLastCopyIsNeverDropped() {
    Layout layout =
        new Layout(
            List.of(broker(1, Standing.DECOMMISSIONED), broker(2, Standing.DRAINED)),
            dealt(0, 4, 1, 1, 100));

    assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void copiesGrowToTheDefaultOnceThereAreBrokersEnough() {
    List<Layout.Partition> one =
        dealt(0, 6, 1, 1, 100).stream()
            .map(p ->
                new Layout.Partition(
                    p.topic(), p.id(), p.replicas(), 3, p.hold(), p.bytes(), p.bytesPerSecond()))
            .toList();
    Layout layout = new Layout(brokers(3), one);

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    assertThat(copies(after(layout, moves))).containsExactly(6, 6, 6);
    assertThat(leads(after(layout, moves))).containsExactly(2, 2, 2);
    assertThat(kinds(moves)).containsExactly(Reason.Kind.COPIES_MISSING);
    assertThat(Layout.copiesByDefault(3, 1)).isEqualTo(1);
    assertThat(Layout.copiesByDefault(3, 2)).isEqualTo(1);
    assertThat(Layout.copiesByDefault(3, 9)).isEqualTo(3);
    assertThat(Layout.copiesByDefault(2, 2)).isEqualTo(2);
    assertThat(Layout.copiesByDefault(5, 4)).isEqualTo(3);
  }

  @Test
  void copiesDoNotShareARackWithoutNeed() {
    Layout layout =
        new Layout(
            List.of(
                broker(1, "a"),
                broker(2, "a"),
                broker(3, "b"),
                broker(4, "b"),
                broker(5, "c"),
                broker(6, "c")),
            dealt(0, 30, 3, 6, 100));

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    Layout then = after(layout, moves);
    for (Layout.Partition p : then.partitions()) {
      assertThat(
              p.replicas().stream()
                  .map(n -> then.brokers().get(n.value() - 1).rack().orElseThrow())
                  .distinct())
          .hasSize(3);
    }
    assertThat(spread(then, copies(then))).isLessThanOrEqualTo(1);
    assertThat(spread(then, leads(then))).isLessThanOrEqualTo(1);
    assertThat(Planner.plan(then, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void whatWasPlacedByHandStaysUnlessItsBrokerLeaves() {
    List<Layout.Partition> pinned =
        THREE.partitions().stream().map(p -> hold(p, Layout.Hold.PINNED)).toList();
    Layout layout = new Layout(brokers(4), pinned);

    assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEmpty();
    assertThat(Planner.plan(with(layout, 1, Standing.DECOMMISSIONED), Slack.DEFAULT, ALL))
        .hasSize(60);
  }

  @Test
  void aDrainedBrokerIsGivenNothingAndKeepsWhatItHas() {
    Layout layout = plus(THREE, broker(4, Standing.DRAINED));

    assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void aFullDiskGivesLargeCopiesForSmallOnes() {
    List<Layout.Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      partitions.add(partition(0, i, i % 2 == 0 ? 4L << 30 : 1L << 30, 1 + i % 2));
    }
    Layout layout = new Layout(brokers(2), partitions);

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    long[] disks = Clusters.disks(after(layout, moves));
    assertThat(Math.abs(disks[0] - disks[1])).isLessThan(10L << 30);
    assertThat(copies(after(layout, moves))).containsExactly(10, 10);
    assertThat(kinds(moves)).containsExactly(Reason.Kind.DISK_UNEVEN);
    assertThat(Planner.plan(after(layout, moves), Slack.DEFAULT, ALL)).isEmpty();
  }

  /** One broker is a fifth above the mean, but each exchange copies eight times what it evens. */
  @Test
  void whatEvensLittleForWhatItCopiesIsNotWorthIt() {
    List<Layout.Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      partitions.add(partition(0, i, i % 10 == 0 ? 12_000L << 20 : 9_400L << 20, 1 + i % 10));
    }
    Layout layout = new Layout(brokers(10), partitions);

    assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEmpty();
  }

  /** Broker 3 has room, but nothing to give back; broker 2 has more than enough itself. */
  @Test
  void whatWouldHaveToBePassedOnStays() {
    long gb = 1L << 30;
    Layout layout =
        new Layout(
            brokers(3),
            List.of(
                partition(0, 0, 100 * gb, 1),
                partition(0, 1, 20 * gb, 1),
                partition(0, 2, 88 * gb, 2),
                partition(0, 3, 5 * gb, 2),
                partition(0, 4, 18 * gb, 3),
                partition(0, 5, 18 * gb, 3)));

    assertThat(Planner.plan(layout, Slack.DEFAULT, ALL)).isEmpty();
  }

  @Test
  void busyLeadersAreSpread() {
    List<Layout.Partition> partitions =
        IntStream.range(0, 20)
            .mapToObj(i -> {
              Layout.Partition p = partition(0, i, 0, 1 + i % 2, 2 - i % 2);
              long rate = i % 2 == 0 ? 10L << 20 : 1L << 20;
              return new Layout.Partition(
                  p.topic(), p.id(), p.replicas(), 2, Layout.Hold.FREE, 0, rate);
            })
            .toList();
    Layout layout = new Layout(brokers(2), partitions);

    List<Move> moves = Planner.plan(layout, Slack.DEFAULT, ALL);

    assertThat(kinds(moves)).containsExactly(Reason.Kind.TRAFFIC_UNEVEN);
    assertThat(leads(after(layout, moves))).containsExactly(10, 10);
    assertThat(Planner.plan(after(layout, moves), Slack.DEFAULT, ALL)).isEmpty();
  }
}
