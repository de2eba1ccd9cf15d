package io.dure.controller;

import static io.dure.controller.TestCluster.node;
import static io.dure.controller.TestCluster.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.controller.Ballot.Standing;
import io.dure.metadata.VotingSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who may lead by the answers to a fence. */
class BallotTest {
  @Test
  void nothingCanBeSaidFromFewerAnswersThanMeetEveryQuorum() {
    Ballot one = ballot(3, 2, Map.of(node(1), new Standing(0, 0, 10)));

    assertThat(one.isEnough()).isFalse();
    assertThat(one.furthest(nodes(1, 2, 3))).isEmpty();
    assertThat(one.holdsAllCommitted(node(1))).isFalse();
  }

  @Test
  void allAnswersTogetherClearAReplicaThatIsNotTheFurthest() {
    Map<NodeId, Standing> answers = new HashMap<>();
    answers.put(node(1), new Standing(4, 0, 90));
    answers.put(node(2), new Standing(4, 0, 100));
    assertThat(ballot(3, 2, answers).holdsAllCommitted(node(1))).isFalse();

    answers.put(node(3), new Standing(4, 0, 90));
    assertThat(ballot(3, 2, answers).holdsAllCommitted(node(1))).isTrue();

    answers.put(node(3), new Standing(4, 0, 91));
    assertThat(ballot(3, 2, answers).holdsAllCommitted(node(1))).isFalse();
  }

  @Test
  void replicaOfAnOlderEpochIsNeverCleared() {
    Ballot ballot =
        ballot(
            3,
            2,
            Map.of(
                node(1), new Standing(3, 0, 100),
                node(2), new Standing(4, 0, 50),
                node(3), new Standing(3, 0, 100)));

    assertThat(ballot.holdsAllCommitted(node(1))).isFalse();
    assertThat(ballot.holdsAllCommitted(node(2))).isTrue();
    assertThat(ballot.furthest(nodes(1, 2, 3))).contains(node(2));
  }

  /**
   * All that a record's commit says is that a quorum of the epoch reaches past it. So with the
   * standings of all replicas known, nobody cleared by any sufficient part of them may reach less
   * far than the quorum does.
   */
  @Test
  void nobodyIsClearedWhoMightLackACommittedRecord() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      int replicas = 1 + random.nextInt(5);
      int commitQuorum = replicas / 2 + 1 + random.nextInt(replicas - replicas / 2);
      commitQuorum = Math.min(commitQuorum, replicas);
      List<NodeId> nodes = new ArrayList<>();
      Map<NodeId, Standing> all = new HashMap<>();
      for (int i = 0; i < replicas; i++) {
        nodes.add(node(i));
        all.put(node(i), new Standing(random.nextInt(3), 0, random.nextInt(6)));
      }
      Collections.shuffle(nodes, random);
      int answering = replicas - commitQuorum + 1 + random.nextInt(commitQuorum);
      Map<NodeId, Standing> answers = new HashMap<>();
      nodes.stream().limit(answering).forEach(node -> answers.put(node, all.get(node)));
      Ballot ballot = new Ballot(List.of(new VotingSet(nodes, commitQuorum)), answers);

      Standing needed = leastThatHoldsAllCommitted(all, commitQuorum);
      for (NodeId node : nodes) {
        if (ballot.holdsAllCommitted(node)) {
          assertThat(all.get(node)).as("%s of %s", node, all).isGreaterThanOrEqualTo(needed);
        }
      }
      Optional<NodeId> furthest = ballot.furthest(nodes);
      assertThat(furthest).isPresent();
      assertThat(ballot.holdsAllCommitted(furthest.orElseThrow())).isTrue();
    }
  }

  private static Ballot ballot(int replicas, int commitQuorum, Map<NodeId, Standing> answers) {
    List<NodeId> nodes = nodes(1, 2, 3, 4, 5).subList(0, replicas);
    return new Ballot(List.of(new VotingSet(nodes, commitQuorum)), answers);
  }

  /** The newest epoch that a quorum has joined, and the end that a quorum of it reaches. */
  private static Standing leastThatHoldsAllCommitted(Map<NodeId, Standing> all, int commitQuorum) {
    for (int epoch = 3; epoch >= 0; epoch--) {
      int joined = epoch;
      List<Long> ends =
          all.values().stream()
              .filter(standing -> standing.joinedEpoch() == joined)
              .map(Standing::end)
              .sorted(Comparator.reverseOrder())
              .toList();
      if (ends.size() >= commitQuorum) {
        return new Standing(epoch, 0, ends.get(commitQuorum - 1));
      }
    }
    return new Standing(-1, 0, 0);
  }

  @Test
  void whatOneOfEnoughHasDeletedIsDeleted() {
    Ballot ballot =
        ballot(3, 2, Map.of(node(1), new Standing(4, 7, 90), node(3), new Standing(4, 30, 80)));

    assertThat(ballot.furthest(ballot.answers().keySet())).contains(node(1));
    assertThat(ballot.logStart()).isEqualTo(30);
  }
}
