package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.Incarnation;
import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.VotingSet;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who leads a partition when its leader is gone. */
class ElectionsTest {
  private final TestCluster cluster = TestCluster.of(3);

  private PartitionId oneTopic() {
    cluster.create("t", 1, 3);
    return cluster.partition("t", 0).id();
  }

  /** A topic whose leader is broker 2, so that the controller on broker 1 survives it. */
  private PartitionId ledByTwo() {
    cluster.create(
        new Command.NewTopic(
            cluster.freshId(),
            "t",
            -1,
            -1,
            List.of(new Command.Assignment(0, nodes(2, 3, 1))),
            Map.of(),
            false));
    return cluster.partition("t", 0).id();
  }

  @Test
  void newPartitionIsLedAtOnceByItsPreferredReplica() {
    oneTopic();

    PartitionImage partition = cluster.partition("t", 0);
    assertThat(partition.leader()).contains(node(1));
    assertThat(partition.epoch()).isZero();
    assertThat(partition.leaderIncarnation()).isEqualTo(cluster.incarnation(1));
    assertThat(cluster.fences).isEmpty();
  }

  @Test
  void furthestSurvivorLeadsOnceEnoughHaveAnswered() {
    PartitionId id = ledByTwo();

    cluster.gone(2);
    assertThat(cluster.fenceSentTo(1, id)).contains(1);
    assertThat(cluster.fenceSentTo(3, id)).contains(1);
    assertThat(cluster.fenceSentTo(2, id)).isEmpty();

    cluster.answerFence(3, id, 1, 0, 10);
    assertThat(cluster.partition("t", 0).epoch()).isZero();
    cluster.answerFence(1, id, 1, 0, 11);

    assertThat(cluster.partition("t", 0).leader()).contains(node(1));
    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(1);
  }

  @Test
  void aLeaderWhoseDiskFailedIsReplacedThoughItsBrokerLives() {
    PartitionId id = ledByTwo();

    cluster.step(new ControllerEvent.CannotLeadReported(node(2), id, 0));
    assertThat(cluster.fenceSentTo(1, id)).contains(1);
    cluster.answerFence(1, id, 1, 0, 10);
    assertThat(cluster.partition("t", 0).epoch()).as("one answer says nothing").isZero();
    cluster.answerFence(3, id, 1, 0, 11);

    assertThat(cluster.partition("t", 0).leader()).contains(node(3));
    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(1);
  }

  @Test
  void onlyTheLeaderOfNowCanSayThatItCannotLead() {
    PartitionId id = ledByTwo();

    cluster.step(new ControllerEvent.CannotLeadReported(node(1), id, 0));
    cluster.step(new ControllerEvent.CannotLeadReported(node(2), id, 1));

    assertThat(cluster.fences).isEmpty();
  }

  @Test
  void whatIsLeftGoesOnAloneOnlyWhenSomebodyAsksForIt() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.gone(3);
    assertThat(elected("t")).as("nobody has answered yet").isNotEqualTo(WireError.NONE);

    cluster.answerFence(1, id, 1, 0, 11);
    assertThat(cluster.partition("t", 0).epoch()).as("one answer says nothing").isZero();
    assertThat(elected("t")).isEqualTo(WireError.NONE);

    PartitionImage partition = cluster.partition("t", 0);
    assertThat(partition.leader()).contains(node(1));
    assertThat(partition.epoch()).isEqualTo(1);
    assertThat(partition.votingSet()).isEqualTo(new VotingSet(List.of(node(1)), 1));
    assertThat(elected("t")).isEqualTo(WireError.ELECTION_NOT_NEEDED);
  }

  private WireError elected(String topic) {
    Answer answer =
        cluster.ask(
            new Command.ElectLeaders(
                true, Optional.of(List.of(new Command.PartitionRef(topic, 0)))));
    return ((Answer.PartitionsDecided) answer).partitions().getFirst().result().error();
  }

  @Test
  void joinedEpochCountsBeforeTheEndOfTheLog() {
    PartitionId id = ledByTwo();

    cluster.gone(2);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.answerFence(1, id, 1, -1, 500);

    assertThat(cluster.partition("t", 0).leader()).contains(node(3));
  }

  @Test
  void amongEqualsTheOrderOfReplicasDecides() {
    PartitionId id = ledByTwo();

    cluster.gone(2);
    cluster.answerFence(1, id, 1, 0, 10);
    cluster.answerFence(3, id, 1, 0, 10);

    assertThat(cluster.partition("t", 0).leader()).contains(node(3));
  }

  @Test
  void answersOfAnotherLifeOrAnOlderEpochOrAnotherControllerDoNotCount() {
    PartitionId id = ledByTwo();
    Incarnation former = cluster.incarnation(3);
    cluster.gone(3);
    cluster.register(3);
    cluster.gone(2);

    cluster.answerFence(1, id, 1, 0, 10);
    cluster.answerFence(3, former, id, 1, 0, 10);
    cluster.answerFence(3, id, 0, 0, 10);
    cluster.step(
        new ControllerEvent.FencesAnswered(
            node(3),
            cluster.controllerEpoch + 1,
            cluster.incarnation(3),
            Long.MAX_VALUE,
            List.of(new ControllerEvent.FenceAnswer(id, 1, 0, 0, 10))));
    assertThat(cluster.partition("t", 0).epoch()).isZero();

    cluster.answerFence(3, id, 1, 0, 10);
    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(1);
  }

  @Test
  void twoAnswersAboutOnePartitionInOneMessageAppointOnce() {
    cluster.create("alone", 1, 1);
    PartitionImage alone = cluster.partition("alone", 0);
    int leader = alone.leader().orElseThrow().value();

    // Fenced twice for an election that the controller before left unfinished; it alone decides.
    var answer = new ControllerEvent.FenceAnswer(alone.id(), 4, 0, 0, 10);
    cluster.step(
        new ControllerEvent.FencesAnswered(
            node(leader),
            cluster.controllerEpoch,
            cluster.incarnation(leader),
            Long.MAX_VALUE,
            List.of(answer, answer)));

    assertThat(cluster.partition("alone", 0).epoch()).isEqualTo(4);
  }

  @Test
  void answerIsForgottenWhenItsBrokerDiesBeforeTheDecision() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.answerFence(3, id, 1, 0, 10);

    cluster.gone(3);
    cluster.answerFence(1, id, 1, 0, 10);

    assertThat(cluster.partition("t", 0).epoch()).isZero();
  }

  @Test
  void fenceIsRepeatedToThoseWhoDoNotAnswer() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.fences.clear();

    cluster.pass(250, 1, 3);

    assertThat(cluster.fenceSentTo(1, id)).contains(1);
    assertThat(cluster.fenceSentTo(3, id)).isEmpty();
  }

  @Test
  void lossOfTheLeaderIsToldOnceWhenNobodyCanReplaceIt() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.gone(3);

    cluster.pass(5_000, 1);

    assertThat(cluster.log).containsOnlyOnce(new MetadataRecord.LeaderLost(id, 0));
    assertThat(cluster.partition("t", 0).leader()).isEmpty();

    cluster.register(3);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.answerFence(1, id, 1, 0, 10);
    assertThat(cluster.partition("t", 0).leader()).contains(node(3));
  }

  @Test
  void newLifeOfTheLeaderMustBeElectedAnew() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.register(2);

    cluster.answerFence(2, id, 1, 0, 12);
    cluster.answerFence(3, id, 1, 0, 10);

    assertThat(cluster.partition("t", 0).leader()).contains(node(2));
    assertThat(cluster.partition("t", 0).leaderIncarnation()).isEqualTo(cluster.incarnation(2));
    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(1);
  }

  @Test
  void replicaThatKnowsAHigherEpochRaisesTheElectionToIt() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.fences.clear();

    cluster.answerFence(1, id, 7, 0, 10);
    assertThat(cluster.partition("t", 0).epoch()).isZero();
    assertThat(cluster.fenceSentTo(3, id)).contains(7);
    cluster.answerFence(3, id, 7, 0, 10);

    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(7);
  }

  @Test
  void nextControllerTakesUpAnUnfinishedElection() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.answerFence(3, id, 1, 0, 10);

    cluster.takeOver(3);
    assertThat(cluster.fenceSentTo(1, id)).contains(1);
    cluster.answerFence(1, id, 1, 0, 10);
    cluster.answerFence(3, id, 1, 0, 10);

    assertThat(cluster.partition("t", 0).leader()).contains(node(3));
  }

  @Test
  void nextControllerFindsReplicasThatWereFencedForNothing() {
    PartitionId id = oneTopic();

    cluster.takeOver(1);
    assertThat(cluster.fenceSentTo(2, id)).contains(0);
    cluster.answerFence(1, id, 0, 0, 5);
    cluster.answerFence(2, id, 1, 0, 5);

    assertThat(cluster.fenceSentTo(1, id)).contains(1);
    cluster.answerFence(1, id, 1, 0, 5);
    assertThat(cluster.partition("t", 0).epoch()).isEqualTo(1);
  }

  @Test
  void askingWhatAReplicaKnowsIsRepeatedUntilAnswered() {
    PartitionId id = oneTopic();
    cluster.takeOver(1);
    cluster.answerFence(1, id, 0, 0, 5);
    cluster.answerFence(2, id, 0, 0, 5);
    cluster.fences.clear();

    cluster.pass(250, 2, 3);
    assertThat(cluster.fenceSentTo(3, id)).contains(0);
    assertThat(cluster.fenceSentTo(1, id)).isEmpty();
    cluster.answerFence(3, id, 0, 0, 5);
    cluster.fences.clear();

    cluster.pass(500, 2, 3);
    assertThat(cluster.fences).isEmpty();
    assertThat(cluster.partition("t", 0).epoch()).isZero();
  }

  @Test
  void higherMinimumOfDurableCopiesNeedsFewerAnswers() {
    cluster.create(
        new Command.NewTopic(
            cluster.freshId(),
            "t",
            -1,
            -1,
            List.of(new Command.Assignment(0, nodes(2, 3, 1))),
            Map.of("min.insync.replicas", Optional.of("3")),
            false));
    PartitionId id = cluster.partition("t", 0).id();

    cluster.gone(2);
    cluster.answerFence(1, id, 1, 0, 10);

    assertThat(cluster.partition("t", 0).leader()).contains(node(1));
  }

  @Test
  void electionOfADeletedTopicIsForgotten() {
    PartitionId id = ledByTwo();
    cluster.gone(2);
    cluster.ask(new Command.DeleteTopics(List.of(new Command.TopicRef.ByName("t"))));

    cluster.answerFence(1, id, 1, 0, 10);
    cluster.answerFence(3, id, 1, 0, 10);
    cluster.fences.clear();
    cluster.pass(1_000, 1, 3);

    assertThat(cluster.image.topic("t")).isEmpty();
    assertThat(cluster.fences).isEmpty();
  }

  @Test
  void partitionMadeWhileAllItsReplicasAreDeadIsLedWhenOneComes() {
    TestCluster founded = TestCluster.ofFounders(1, 2, 3);
    founded.register(1);
    founded.create("t", 3, 1);
    founded.create("u", 2, 3);
    assertThat(founded.partition("u", 0).replicas())
        .containsExactlyInAnyOrderElementsOf(nodes(1, 2, 3));
    assertThat(founded.partition("u", 0).leader()).contains(node(1));

    founded.create("v", 1, 1);
    founded.register(2);
    assertThat(founded.partition("v", 0).leader()).isPresent();
  }

  @Test
  void thousandsOfPartitionsAreAskedInOneMessageAndAppointedInBatches() {
    cluster.create("t", 6_000, 3);
    cluster.fences.clear();
    cluster.batchSizes.clear();

    cluster.gone(2);
    assertThat(cluster.fences).hasSize(2);
    for (ControllerEffect.SendFence fence : List.copyOf(cluster.fences)) {
      cluster.step(
          new ControllerEvent.FencesAnswered(
              fence.to(),
              cluster.controllerEpoch,
              cluster.incarnation(fence.to().value()),
              Long.MAX_VALUE,
              fence.fences().stream()
                  .map(of -> new ControllerEvent.FenceAnswer(of.partition(), of.epoch(), 0, 0, 10))
                  .toList()));
    }

    assertThat(cluster.topic("t").partitions())
        .noneMatch(partition -> partition.leader().equals(Optional.of(node(2))));
    assertThat(cluster.batchSizes).allMatch(size -> size <= 1_000).hasSize(3);
  }
}
