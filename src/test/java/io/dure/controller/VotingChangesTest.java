package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.VotingSet;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How the replicas and the commit quorum of a partition change. */
class VotingChangesTest {
  private final TestCluster cluster = TestCluster.of(5);

  /** Led by 1, with replicas 1, 2 and 3, all in step. */
  private PartitionId topic() {
    cluster.create(
        new Command.NewTopic(
            cluster.freshId(),
            "t",
            -1,
            -1,
            List.of(new Command.Assignment(0, nodes(1, 2, 3))),
            Map.of(),
            false));
    cluster.inStep("t", 0, 1, 2, 3);
    pass(100);
    return cluster.partition("t", 0).id();
  }

  private void pass(long ms) {
    cluster.pass(ms, 1, 2, 3, 4, 5);
  }

  private PartitionImage partition() {
    return cluster.partition("t", 0);
  }

  private WireError move(Integer... replicas) {
    return alter(Optional.of(nodes(replicas)), true);
  }

  private WireError alter(Optional<List<NodeId>> replicas, boolean mayChangeCopies) {
    Answer answer =
        cluster.ask(
            new Command.AlterReassignments(
                List.of(new Command.Reassignment("t", 0, replicas)), mayChangeCopies));
    return ((Answer.PartitionsDecided) answer).partitions().getFirst().result().error();
  }

  /** All of {@code nodes} answer the fence of the next epoch alike. */
  private void allAnswer(int epoch, Integer... nodes) {
    for (int node : nodes) {
      cluster.answerFence(node, partition().id(), epoch, 0, 10);
    }
    pass(100);
  }

  private void opened(int by, int epoch) {
    cluster.step(new ControllerEvent.OpenedReported(node(by), partition().id(), epoch));
    pass(50);
  }

  @Test
  void newReplicasCopyAsLearnersUntilAllAreInStep() {
    topic();
    assertThat(move(4, 5, 1)).isEqualTo(WireError.NONE);
    cluster.inStep("t", 0, 1, 2, 3, 4);
    pass(600);

    assertThat(partition().learners()).isEqualTo(nodes(4, 5));
    assertThat(partition().members()).isEqualTo(nodes(4, 5, 1, 2, 3));
    assertThat(partition().removing()).isEqualTo(nodes(2, 3));
    assertThat(partition().epoch()).isZero();
    assertThat(cluster.fenceSentTo(4, partition().id())).contains(0);
  }

  @Test
  void theSetChangesInAPlannedElectionAndTheOldOneIsForgottenWhenTheEpochIsOpen() {
    topic();
    move(4, 5, 1);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(600);
    allAnswer(1, 4, 5, 3, 2, 1);

    assertThat(partition().epoch()).isEqualTo(1);
    assertThat(partition().leader()).contains(node(4));
    assertThat(partition().replicas()).isEqualTo(nodes(4, 5, 1));
    assertThat(partition().earlier()).containsExactly(new VotingSet(nodes(1, 2, 3), 2));
    assertThat(partition().hasMember(node(2))).isTrue();
    assertThat(partition().isChanging()).isTrue();

    opened(4, 1);

    assertThat(partition().earlier()).isEmpty();
    assertThat(partition().hasMember(node(2))).isFalse();
    assertThat(partition().isChanging()).isFalse();
  }

  @Test
  void aPlannedElectionWaitsForNoAnswerThatCouldNotMakeItBetter() {
    topic();
    move(2, 1, 3);
    pass(300);
    cluster.answerFence(1, partition().id(), 1, 0, 10);
    assertThat(partition().epoch()).as("one answer is not enough").isZero();
    cluster.answerFence(2, partition().id(), 1, 0, 10);

    assertThat(partition().epoch()).isEqualTo(1);
    assertThat(partition().leader()).contains(node(2));
  }

  @Test
  void itWaitsAWhileForWhoShouldLead() {
    topic();
    move(2, 1, 3);
    pass(300);
    cluster.answerFence(1, partition().id(), 1, 0, 10);
    cluster.answerFence(3, partition().id(), 1, 0, 10);
    assertThat(partition().epoch()).isZero();
    pass(400);

    assertThat(partition().epoch()).isEqualTo(1);
    assertThat(partition().leader()).contains(node(1));
  }

  @Test
  void untilThenElectionsHearBothSets() {
    topic();
    move(4, 5);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(600);
    allAnswer(1, 4, 5, 3, 2, 1);
    cluster.gone(4);
    cluster.answerFence(5, partition().id(), 2, 0, 10);
    pass(100);
    assertThat(partition().epoch()).isEqualTo(1);

    cluster.answerFence(1, partition().id(), 2, 0, 10);
    assertThat(partition().epoch()).isEqualTo(1);
    cluster.answerFence(2, partition().id(), 2, 0, 10);

    assertThat(partition().epoch()).isEqualTo(2);
    assertThat(partition().leader()).contains(node(5));
  }

  @Test
  void whoIsFurthestLeadsWithTheOldSetIfItIsOfThatOnlyAndTheChangeIsWantedAnew() {
    topic();
    move(4, 5);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(600);
    allAnswer(1, 4, 5, 3, 2, 1);
    cluster.gone(4);
    cluster.answerFence(5, partition().id(), 2, 0, 10);
    cluster.answerFence(1, partition().id(), 2, 0, 12);
    cluster.answerFence(2, partition().id(), 2, 0, 10);

    assertThat(partition().leader()).contains(node(1));
    assertThat(partition().replicas()).isEqualTo(nodes(1, 2, 3));
    assertThat(partition().target()).isEqualTo(nodes(4, 5));
    assertThat(partition().earlier()).containsExactly(new VotingSet(nodes(4, 5), 2));
  }

  @Test
  void anOpenEpochOfBeforeForgetsNothing() {
    topic();
    move(4, 5);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(600);
    allAnswer(1, 4, 5, 3, 2, 1);

    opened(1, 0);

    assertThat(partition().earlier()).isNotEmpty();
  }

  @Test
  void cancellingDropsTheLearners() {
    topic();
    move(4, 5, 1);
    assertThat(alter(Optional.empty(), true)).isEqualTo(WireError.NONE);

    assertThat(partition().members()).isEqualTo(nodes(1, 2, 3));
    assertThat(alter(Optional.empty(), true)).isEqualTo(WireError.NO_REASSIGNMENT_IN_PROGRESS);
  }

  @Test
  void whatAFormerCopyAnsweredSaysNothingAboutTheNext() {
    PartitionId id = topic();
    move(1, 2, 3, 4);
    cluster.inStep("t", 0, 1, 2, 3, 4);
    long seenBefore = cluster.image.endOffset();
    alter(Optional.empty(), true);
    move(4);
    cluster.inStep("t", 0, 1, 2, 3, 4);
    pass(600);
    for (int node : List.of(1, 2)) {
      cluster.answerFence(node, id, 1, 0, 10);
    }
    cluster.step(
        new ControllerEvent.FencesAnswered(
            node(4),
            cluster.controllerEpoch,
            cluster.incarnation(4),
            seenBefore,
            List.of(new ControllerEvent.FenceAnswer(id, 1, 0, 0, 99))));
    pass(400);

    assertThat(partition().epoch()).isEqualTo(1);
    assertThat(partition().leader()).isNotEqualTo(Optional.of(node(4)));
    assertThat(partition().replicas()).isEqualTo(nodes(1, 2, 3));
  }

  @Test
  void anotherCommitQuorumIsAnotherEpochOfTheSameLeader() {
    topic();
    assertThat(partition().commitQuorum()).isEqualTo(2);
    cluster.configure(
        new MetadataRecord.TopicConfigured(
            partition().id().topic(), "min.insync.replicas", Optional.of("3")));
    pass(600);
    allAnswer(1, 1, 2, 3);

    assertThat(partition().epoch()).isEqualTo(1);
    assertThat(partition().leader()).contains(node(1));
    assertThat(partition().commitQuorum()).isEqualTo(3);
    assertThat(partition().earlier()).containsExactly(new VotingSet(nodes(1, 2, 3), 2));
    assertThat(partition().isChanging()).isFalse();
  }

  @Test
  void aDeletedTopicMovesNoMore() {
    topic();
    move(4, 5, 1);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(600);
    cluster.ask(new Command.DeleteTopics(List.of(new Command.TopicRef.ByName("t"))));
    pass(600);

    assertThat(cluster.image.topic("t")).isEmpty();
  }

  @Test
  void theNextControllerGoesOnWithTheChange() {
    topic();
    move(4, 5, 1);
    cluster.inStep("t", 0, 1, 2, 3, 4, 5);
    pass(50);
    cluster.takeOver(2);
    pass(600);
    allAnswer(1, 4, 5, 3, 2, 1);

    assertThat(partition().replicas()).isEqualTo(nodes(4, 5, 1));
  }

  @Test
  void copiesAreCountedWhereTheyAreGoing() {
    topic();
    move(4, 5, 1);
    Answer.BrokerUnregistered refused = unregister(2);
    assertThat(refused.result().message().orElse("")).contains("alive");
    cluster.gone(2);
    assertThat(unregister(2).result().message().orElse("")).contains("1 partitions");
    alter(Optional.empty(), true);
    cluster.gone(4);

    assertThat(unregister(4).result()).isEqualTo(Answer.Result.DONE);
    assertThat(cluster.image.broker(node(4))).isEmpty();
    assertThat(unregister(4).result().error()).isEqualTo(WireError.BROKER_ID_NOT_REGISTERED);
  }

  private Answer.BrokerUnregistered unregister(int broker) {
    return (Answer.BrokerUnregistered) cluster.ask(new Command.UnregisterBroker(node(broker)));
  }

  @Test
  void anotherNumberOfCopiesIsRefusedWhereThatWasNotMeant() {
    topic();

    assertThat(alter(Optional.of(nodes(1, 2)), false))
        .isEqualTo(WireError.INVALID_REPLICATION_FACTOR);
    assertThat(alter(Optional.of(nodes(1, 9, 3)), true))
        .isEqualTo(WireError.INVALID_REPLICA_ASSIGNMENT);
    assertThat(partition().target()).isEmpty();
  }
}
