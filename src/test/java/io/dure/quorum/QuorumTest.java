package io.dure.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.NodeId;
import io.dure.log.EpochHistory;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Elections of the metadata log's leader, as one voter sees them. */
class QuorumTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);
  private static final List<NodeId> VOTERS = List.of(SELF, TWO, THREE);
  private static final EpochHistory LOG = EpochHistory.EMPTY.append(3, 10);

  private static Quorum voter(QuorumState state, EpochHistory log) {
    return voter(SELF, VOTERS, state, log);
  }

  private static Quorum voter(
      NodeId self, List<NodeId> voters, QuorumState state, EpochHistory log) {
    return new Quorum(
        self,
        new VoterSets(voters, 0),
        _ -> List.of(),
        state,
        log,
        log.end(),
        QuorumSettings.DEFAULT,
        ReplicaSettings.DEFAULT);
  }

  private static QuorumState state(int epoch, int joined) {
    return new QuorumState(epoch, joined, Optional.empty());
  }

  private static QuorumState state(int epoch, int joined, NodeId votedFor) {
    return new QuorumState(epoch, joined, Optional.of(votedFor));
  }

  private static List<QuorumEffect> ask(
      Quorum quorum, NodeId from, int epoch, boolean pre, int joined, long end) {
    return quorum.step(
        new QuorumEvent.Received(from, new QuorumMessage.AskVote(epoch, pre, joined, end)));
  }

  private static List<QuorumEffect> granted(Quorum quorum, NodeId from, int epoch, boolean pre) {
    return quorum.step(new QuorumEvent.Received(from, new QuorumMessage.Vote(epoch, pre, true)));
  }

  private static List<QuorumEffect> tick(Quorum quorum, long nowMs) {
    return quorum.step(new QuorumEvent.Tick(nowMs));
  }

  /** Ticks as a process does that is never late, up to {@code toMs} inclusive. */
  private static List<QuorumEffect> pass(Quorum quorum, long fromMs, long toMs) {
    List<QuorumEffect> effects = new ArrayList<>();
    for (long now = fromMs; now <= toMs; now += 20) {
      effects.addAll(tick(quorum, now));
    }
    return effects;
  }

  private static List<QuorumEffect> fromLeader(
      Quorum quorum, NodeId leader, ReplicaMessage message) {
    return quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Received(leader, message)));
  }

  private static QuorumEffect vote(NodeId to, int epoch, boolean pre, boolean granted) {
    return new QuorumEffect.Send(to, new QuorumMessage.Vote(epoch, pre, granted));
  }

  private static QuorumEffect told(int epoch) {
    return new QuorumEffect.LeaderIs(epoch, Optional.empty());
  }

  private static QuorumEffect of(ReplicaEffect effect) {
    return new QuorumEffect.OfReplica(effect);
  }

  /** Wins epoch 4 with the vote of TWO, at 60 ms. */
  private static Quorum leading() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    tick(quorum, 60);
    granted(quorum, TWO, 4, true);
    quorum.step(new QuorumEvent.Persisted(state(4, 3, SELF)));
    granted(quorum, TWO, 4, false);
    return quorum;
  }

  @Test
  void aSingleVoterLeadsAtOnce() {
    Quorum quorum = voter(SELF, List.of(SELF), QuorumState.INITIAL, EpochHistory.EMPTY);

    assertThat(tick(quorum, 5)).contains(new QuorumEffect.Persist(state(0, -1, SELF)));
    assertThat(quorum.step(new QuorumEvent.Persisted(state(0, -1, SELF))))
        .contains(of(new ReplicaEffect.Leads(0)), new QuorumEffect.LeaderIs(0, Optional.of(SELF)));
    assertThat(quorum.step(new QuorumEvent.Persisted(state(0, 0, SELF))))
        .contains(of(new ReplicaEffect.Opened(0)));
  }

  @Test
  void soundsOutTheOthersBeforeItStands() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);

    assertThat(tick(quorum, 60))
        .containsExactly(
            new QuorumEffect.Send(TWO, new QuorumMessage.AskVote(4, true, 3, 10)),
            new QuorumEffect.Send(THREE, new QuorumMessage.AskVote(4, true, 3, 10)));
    assertThat(quorum.epoch()).isEqualTo(3);
    assertThat(granted(quorum, TWO, 4, true)).contains(new QuorumEffect.Persist(state(4, 3, SELF)));
  }

  @Test
  void asksForVotesOnlyWhenItsOwnIsDurable() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    tick(quorum, 60);

    assertThat(granted(quorum, TWO, 4, true))
        .doesNotHaveAnyElementsOfTypes(QuorumEffect.Send.class);
    assertThat(quorum.step(new QuorumEvent.Persisted(state(4, 3, SELF))))
        .contains(new QuorumEffect.Send(TWO, new QuorumMessage.AskVote(4, false, 3, 10)));
    assertThat(granted(quorum, TWO, 4, false)).contains(of(new ReplicaEffect.Leads(4)));
  }

  @Test
  void aVoteIsAnsweredOnlyWhenItIsDurable() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);

    assertThat(ask(quorum, TWO, 4, false, 3, 10))
        .contains(new QuorumEffect.Persist(state(4, 3, TWO)))
        .doesNotContain(vote(TWO, 4, false, true));
    assertThat(quorum.step(new QuorumEvent.Persisted(state(4, 3, TWO))))
        .contains(vote(TWO, 4, false, true));
  }

  @Test
  void votesOnceInAnEpochAndRemembersItThroughARestart() {
    Quorum quorum = voter(state(4, 3, TWO), LOG);
    tick(quorum, 0);

    assertThat(ask(quorum, THREE, 4, false, 3, 99)).containsExactly(vote(THREE, 4, false, false));
    assertThat(ask(quorum, TWO, 4, false, 3, 10)).containsExactly(vote(TWO, 4, false, true));
  }

  @Test
  void refusesWhoHasLessThanItself() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);

    assertThat(ask(quorum, TWO, 4, false, 3, 9)).containsExactly(vote(TWO, 3, false, false));
    assertThat(ask(quorum, TWO, 4, false, 2, 99)).containsExactly(vote(TWO, 3, false, false));
  }

  @Test
  void aReturningNodeDoesNotDisturbALeaderThatIsHeard() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    fromLeader(quorum, TWO, new ReplicaMessage.Begin(3, LOG));

    assertThat(ask(quorum, THREE, 9, true, 3, 10)).containsExactly(vote(THREE, 3, true, false));
    assertThat(ask(quorum, THREE, 9, false, 3, 10)).containsExactly(vote(THREE, 3, false, false));
    pass(quorum, 0, 600);
    assertThat(ask(quorum, THREE, 9, true, 3, 10)).containsExactly(vote(THREE, 9, true, true));
  }

  @Test
  void standsAtOnceWhenTheLeaderIsGone() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    fromLeader(quorum, TWO, new ReplicaMessage.Begin(3, LOG));

    assertThat(quorum.step(new QuorumEvent.PeerGone(TWO)))
        .contains(new QuorumEffect.Send(THREE, new QuorumMessage.AskVote(4, true, 3, 10)));
  }

  @Test
  void letsTheVoterBeforeItStandFirstWhenTheLeaderIsGone() {
    Quorum quorum = voter(THREE, VOTERS, state(3, 3), LOG);
    tick(quorum, 0);
    fromLeader(quorum, TWO, new ReplicaMessage.Begin(3, LOG));

    assertThat(quorum.step(new QuorumEvent.PeerGone(TWO))).isEmpty();
    assertThat(ask(quorum, SELF, 4, true, 3, 10)).containsExactly(vote(SELF, 4, true, true));
    assertThat(tick(quorum, 60)).isEmpty();
  }

  @Test
  void aLeaderThatNoMajorityHearsStepsDown() {
    Quorum quorum = leading();

    assertThat(pass(quorum, 60, 1_040)).doesNotContain(of(new ReplicaEffect.Resigned(4)));
    assertThat(tick(quorum, 1_060)).contains(of(new ReplicaEffect.Resigned(4)));
    assertThat(quorum.leader()).isEmpty();
  }

  @Test
  void doesNotBlameALeaderForAPauseOfItsOwn() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    fromLeader(quorum, TWO, new ReplicaMessage.Begin(3, LOG));

    assertThat(tick(quorum, 5_000)).isEmpty();
    assertThat(ask(quorum, THREE, 9, true, 3, 10)).containsExactly(vote(THREE, 3, true, false));
    // But one that always comes late gives it up all the same.
    tick(quorum, 10_000);
    assertThat(tick(quorum, 15_000))
        .contains(new QuorumEffect.Send(TWO, new QuorumMessage.AskVote(4, true, 3, 10)));
  }

  @Test
  void waitsLongerWhereLeadersAreGivenUpForTheirSilenceAgainAndAgain() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    for (int epoch = 4; epoch <= 6; epoch++) {
      fromLeader(quorum, epoch % 2 == 0 ? TWO : THREE, new ReplicaMessage.Begin(epoch, LOG));
    }
    // Epochs 5 and 6 each came while the leader before was not known to be gone.
    assertThat(quorum.patience()).isEqualTo(2);

    pass(quorum, 0, 1_180);
    assertThat(ask(quorum, THREE, 9, true, 6, 10)).containsExactly(vote(THREE, 6, true, false));
    tick(quorum, 1_200);
    assertThat(ask(quorum, THREE, 9, true, 6, 10)).containsExactly(vote(THREE, 9, true, true));
    assertThat(pass(quorum, 1_200, 130_000)).isNotEmpty();
    assertThat(quorum.patience()).isEqualTo(1);
  }

  @Test
  void aLeaderThatIsKnownToBeGoneCostsNoPatience() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    for (int epoch = 4; epoch <= 8; epoch++) {
      fromLeader(quorum, TWO, new ReplicaMessage.Begin(epoch, LOG));
      quorum.step(new QuorumEvent.PeerGone(TWO));
      ask(quorum, THREE, epoch + 1, false, 9, 99);
    }

    assertThat(quorum.patience()).isEqualTo(1);
  }

  @Test
  void aLeaderSaysThatItIsThereAndHearsWhoAnswers() {
    Quorum quorum = leading();
    quorum.step(new QuorumEvent.BrokersChanged(Set.of(new NodeId(7))));

    assertThat(tick(quorum, 160))
        .contains(
            of(new ReplicaEffect.Send(TWO, new ReplicaMessage.Advance(4, 0))),
            of(new ReplicaEffect.Send(new NodeId(7), new ReplicaMessage.Advance(4, 0))));
    assertThat(fromLeader(quorum, TWO, new ReplicaMessage.Acked(4, false, 10)))
        .contains(new QuorumEffect.Heard(TWO));
  }

  private static QuorumEvent named(long offset, NodeId... voters) {
    return new QuorumEvent.VotersAppended(new VoterSets.Change(offset, List.of(voters)));
  }

  /** Alone, in epoch 0, which is open; TWO copies and is in step. */
  private static Quorum aloneWithALearner() {
    Quorum quorum = voter(SELF, List.of(SELF), QuorumState.INITIAL, EpochHistory.EMPTY);
    tick(quorum, 5);
    quorum.step(new QuorumEvent.Persisted(state(0, -1, SELF)));
    quorum.step(new QuorumEvent.Persisted(state(0, 0, SELF)));
    quorum.step(new QuorumEvent.BrokersChanged(Set.of(SELF, TWO, THREE)));
    fromLeader(quorum, TWO, new ReplicaMessage.Began(0, 0));
    assertThat(quorum.mayBecome(List.of(SELF, TWO))).isFalse();
    fromLeader(quorum, TWO, new ReplicaMessage.Acked(0, true, 0));
    tick(quorum, 10);
    return quorum;
  }

  @Test
  void onlyALearnerInStepIsMadeAVoterAndOneAtATime() {
    Quorum quorum = aloneWithALearner();

    assertThat(quorum.mayBecome(List.of(SELF, TWO))).isTrue();
    assertThat(quorum.mayBecome(List.of(SELF, THREE))).isFalse();
    assertThat(quorum.mayBecome(List.of(SELF, TWO, THREE))).isFalse();
  }

  @Test
  void aVoterCountsFromWhenItsRecordIsAppendedAndTheNextChangeWaitsForTheCommit() {
    Quorum quorum = aloneWithALearner();
    quorum.step(named(0, SELF, TWO));
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Appended(1)));

    assertThat(quorum.voters()).containsExactly(SELF, TWO);
    assertThat(quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Flushed(0, 1))))
        .doesNotContain(of(new ReplicaEffect.Committed(1)));
    assertThat(quorum.mayBecome(List.of(SELF))).isFalse();
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Sent(TWO, 0, 1)));
    assertThat(fromLeader(quorum, TWO, new ReplicaMessage.Acked(0, true, 1)))
        .contains(of(new ReplicaEffect.Committed(1)));
    assertThat(quorum.mayBecome(List.of(SELF))).isTrue();
  }

  @Test
  void aLeaderWithoutAVoteLeavesOnceThatIsCommitted() {
    Quorum quorum = aloneWithALearner();
    quorum.step(named(0, SELF, TWO));
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Appended(1)));
    fromLeader(quorum, TWO, new ReplicaMessage.Acked(0, true, 1));
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Flushed(0, 1)));
    quorum.step(named(1, TWO));
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Appended(2)));
    quorum.step(new QuorumEvent.ForReplica(new ReplicaEvent.Flushed(0, 2)));

    tick(quorum, 50);
    assertThat(quorum.leader()).contains(SELF);
    fromLeader(quorum, TWO, new ReplicaMessage.Acked(0, true, 2));
    assertThat(tick(quorum, 100)).contains(of(new ReplicaEffect.Resigned(0)));
    for (long now = 150; now < 5_000; now += 50) {
      assertThat(tick(quorum, now)).doesNotHaveAnyElementsOfTypes(QuorumEffect.Send.class);
    }
  }

  @Test
  void votersOfARecordThatIsCutDoNotVote() {
    VoterSets sets = new VoterSets(VOTERS, 0);
    sets.appended(new VoterSets.Change(4, List.of(SELF, TWO)));
    assertThat(sets.newest()).containsExactly(SELF, TWO);

    sets.cutTo(4);
    assertThat(sets.newest()).isEqualTo(VOTERS);
    sets.known(List.of(THREE), 9);
    sets.appended(new VoterSets.Change(5, List.of(SELF, TWO)));
    assertThat(sets.newest()).containsExactly(THREE);
  }

  @Test
  void aFollowerAnswersEverySignOfLife() {
    Quorum quorum = voter(state(3, 3), LOG);
    tick(quorum, 0);
    fromLeader(quorum, TWO, new ReplicaMessage.Begin(3, LOG));

    assertThat(fromLeader(quorum, TWO, new ReplicaMessage.Advance(3, 0)))
        .containsExactly(of(new ReplicaEffect.Send(TWO, new ReplicaMessage.Acked(3, true, 10))));
  }

  @Test
  void aVoterAheadOfALeaderSaysSoAndTheLeaderIsElectedAnew() {
    Quorum ahead = voter(state(6, 3, THREE), LOG);
    tick(ahead, 0);
    assertThat(fromLeader(ahead, TWO, new ReplicaMessage.Advance(4, 0)))
        .containsExactly(vote(TWO, 6, false, false));

    Quorum leader = leading();
    assertThat(
            leader.step(new QuorumEvent.Received(THREE, new QuorumMessage.Vote(6, false, false))))
        .contains(new QuorumEffect.Send(TWO, new QuorumMessage.AskVote(7, true, 3, 10)));
    assertThat(granted(leader, TWO, 7, true))
        .contains(of(new ReplicaEffect.Resigned(4)), new QuorumEffect.Persist(state(7, 4, SELF)));
  }

  @Test
  void aLearnerNeverStandsAndVotesWhenItIsAsked() {
    Quorum learner = voter(new NodeId(7), VOTERS, state(3, 3), LOG);

    for (long now = 0; now < 5_000; now += 50) {
      assertThat(tick(learner, now)).doesNotHaveAnyElementsOfTypes(QuorumEffect.Send.class);
    }
    assertThat(ask(learner, TWO, 4, false, 3, 10))
        .containsExactly(new QuorumEffect.Persist(state(4, 3, TWO)), told(4));
  }

  @Test
  void whoHasJoinedNothingVotesOnlyAsAFounder() {
    Quorum joining = voter(new NodeId(7), VOTERS, QuorumState.INITIAL, EpochHistory.EMPTY);
    assertThat(ask(joining, TWO, 4, true, 3, 10)).contains(vote(TWO, -1, true, false));
    assertThat(ask(joining, TWO, 4, false, 3, 10)).containsExactly(vote(TWO, -1, false, false));

    Quorum founder = voter(SELF, VOTERS, QuorumState.INITIAL, EpochHistory.EMPTY);
    assertThat(ask(founder, TWO, 4, false, -1, 0))
        .contains(new QuorumEffect.Persist(state(4, -1, TWO)));
  }

  @Test
  void whoIsSpokenToByNoLeaderForLongHearsNothing() {
    long patienceMs = 2 * QuorumSettings.DEFAULT.electionTimeoutMs();
    Quorum learner = voter(new NodeId(7), VOTERS, state(3, 3), LOG);
    tick(learner, 10_000);
    assertThat(learner.hearsNothing()).isTrue();

    fromLeader(learner, TWO, new ReplicaMessage.Advance(3, 0));
    assertThat(learner.hearsNothing()).isFalse();
    pass(learner, 10_000, 10_000 + patienceMs - 1);
    assertThat(learner.hearsNothing()).isFalse();
    tick(learner, 10_000 + patienceMs);
    assertThat(learner.hearsNothing()).isTrue();
  }

  @Test
  void whoLeadsHearsItself() {
    assertThat(leading().hearsNothing()).isFalse();
  }
}
