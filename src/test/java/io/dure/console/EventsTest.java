package io.dure.console;

import static io.dure.console.FakeNode.partition;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.metadata.MetadataRecord.InStepChanged;
import io.dure.metadata.MetadataRecord.LeaderLost;
import io.dure.metadata.MetadataRecord.TargetSet;
import io.dure.metadata.MetadataRecord.TopicDeleted;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventsTest {
  private final FakeNode node = new FakeNode();
  private final Events events = new Events(() -> node.wallMs);

  @BeforeEach
  void threeBrokersAndATopic() {
    node.brokers(3);
    events.onImage(node.topic("orders", 6, 3));
  }

  private List<Event> news() {
    return events.after(0, 100);
  }

  @Test
  void whatWasThereAtTheStartIsNoNews() {
    assertThat(news()).isEmpty();
  }

  @Test
  void leadersThatMoveForOneReasonAreToldTogether() {
    events.onImage(node.fence(2));
    events.onImage(
        node.apply(node.appointed("orders", 1, 1, 3), node.appointed("orders", 4, 1, 3)));

    assertThat(news())
        .extracting(Event::kind)
        .containsExactly(Event.Kind.BROKER_AWAY, Event.Kind.LEADER_DIED);
    assertThat(news().getLast().facts())
        .containsEntry("from", "2")
        .containsEntry("to", "3")
        .containsEntry("count", "2")
        .containsEntry("partitions", "orders-1, orders-4");
  }

  @Test
  void aLeaderThatReturnsToItsFirstChoiceIsToldApartFromOneThatMoves() {
    events.onImage(node.apply(node.appointed("orders", 0, 1, 2)));
    events.onImage(node.apply(node.appointed("orders", 0, 2, 1)));

    assertThat(news())
        .extracting(Event::kind)
        .containsExactly(Event.Kind.LEADER_MOVED, Event.Kind.LEADER_HOME);
    assertThat(events.leaderChanges(new NodeId(1))).isEqualTo(1);
  }

  @Test
  void aPartitionWithoutALeaderIsToldAndWhenItHasOneAgain() {
    events.onImage(node.apply(new LeaderLost(partition("orders", 0), 0)));
    events.onImage(node.apply(node.appointed("orders", 0, 1, 3)));

    assertThat(news())
        .extracting(Event::kind)
        .containsExactly(Event.Kind.LEADER_MISSING, Event.Kind.LEADER_FOUND);
  }

  @Test
  void aCopyThatWasToldToBeBehindIsToldToBeBackHoweverSoon() {
    events.onImage(node.apply(inStep(1, 2)));
    node.wallMs += 5_000;
    events.onImage(node.apply(inStep(1, 2, 3)));
    events.onImage(node.apply(inStep(1, 2)));
    node.wallMs += 100;
    events.onImage(node.apply(inStep(1, 2, 3)));

    assertThat(news())
        .extracting(Event::kind)
        .containsExactly(
            Event.Kind.COPY_BEHIND,
            Event.Kind.COPY_IN_STEP,
            Event.Kind.COPY_BEHIND,
            Event.Kind.COPY_IN_STEP);
  }

  @Test
  void copiesThatJoinAFreshEpochAtOnceAreNoNews() {
    events.onImage(node.apply(node.appointed("orders", 0, 1, 2)));
    events.onImage(
        node.apply(
            new InStepChanged(
                partition("orders", 0), 1, Set.of(new NodeId(1), new NodeId(2), new NodeId(3)))));

    assertThat(news()).extracting(Event::kind).containsExactly(Event.Kind.LEADER_MOVED);
  }

  private static InStepChanged inStep(int... nodes) {
    Set<NodeId> all = new HashSet<>();
    for (int id : nodes) {
      all.add(new NodeId(id));
    }
    return new InStepChanged(partition("orders", 0), 0, all);
  }

  @Test
  void aDeadBrokersCopiesAreInTroubleThoughNothingOfThePartitionChanged() {
    events.onImage(node.fence(3));
    assertThat(events.troubledSince()).hasSize(6);

    events.onImage(node.unfence(3));
    assertThat(events.troubledSince()).isEmpty();
  }

  @Test
  void movesTopicsAndControllersAreTold() {
    events.onImage(node.broker(4));
    events.onImage(
        node.apply(
            new TargetSet(
                partition("orders", 0), List.of(new NodeId(1), new NodeId(2), new NodeId(4)))));
    events.onImage(node.topic("clicks", 2, 3));
    events.onImage(node.apply(new TopicDeleted(FakeNode.topicId("clicks"))));
    events.onController(Optional.of(new NodeId(1)));
    events.onController(Optional.of(new NodeId(2)));

    assertThat(news())
        .extracting(Event::kind)
        .containsExactly(
            Event.Kind.BROKER_JOINED,
            Event.Kind.MOVE_BEGUN,
            Event.Kind.TOPIC_CREATED,
            Event.Kind.TOPIC_DELETED,
            Event.Kind.CONTROLLER_MOVED);
  }

  @Test
  void onlyTheNewestAreKeptAndGivenOnce() {
    for (int i = 0; i < Events.KEPT + 10; i++) {
      events.onImage(i % 2 == 0 ? node.fence(2) : node.unfence(2));
    }

    assertThat(events.after(0, 10_000)).hasSize(Events.KEPT);
    long last = events.after(0, 1).getFirst().id();
    assertThat(events.after(last, 10)).isEmpty();
    assertThat(only(last - 1).id()).isEqualTo(last);
  }

  private Event only(long after) {
    assertThat(events.after(after, 10)).hasSize(1);
    return events.after(after, 10).getFirst();
  }
}
