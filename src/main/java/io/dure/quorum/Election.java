package io.dure.quorum;

import io.dure.base.Check;
import io.dure.base.NodeId;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaState;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node takes part in elections: it votes, and it stands. Its rules and why they are so, see
 * {@link Quorum}, whose part it is.
 */
final class Election {
  private final NodeId self;
  private final Seat seat;
  private boolean started;

  Election(Seat seat) {
    this.seat = seat;
    this.self = seat.self;
  }

  // ---- time, peers ----

  /** Time passes for a node that does not lead. */
  void onTick() {
    if (!started) {
      started = true;
      boolean alone = seat.voters().equals(List.of(self));
      long patienceMs = alone ? 0 : seat.settings.firstElectionMs() + takeoverDelayMs();
      seat.candidacy.standAt(seat.nowMs() + patienceMs);
    }
    if (seat.voters.mayNeed(self)) {
      onVoterTick();
    }
  }

  private void onVoterTick() {
    if (seat.candidacy.awaitsOwnVote()) {
      return;
    }
    if (seat.candidacy.isTime(seat.nowMs())) {
      sound();
    } else if (seat.candidacy.isTimeToAskAgain(seat.nowMs())) {
      askVotes();
    }
  }

  /**
   * The first in line stands at once, each further one a little later, so that they do not split
   * the votes.
   */
  void onPeerGone(NodeId peer) {
    seat.hearing.gone(peer);
    if (seat.voters.mayNeed(self)
        && seat.leader().equals(Optional.of(peer))
        && seat.candidacy.waits()) {
      seat.candidacy.standNoLaterThan(seat.nowMs() + takeoverDelayMs());
      if (seat.candidacy.isTime(seat.nowMs())) {
        sound();
      }
    }
  }

  private long takeoverDelayMs() {
    int before = 0;
    for (NodeId voter : seat.voters()) {
      if (voter.compareTo(self) < 0 && !seat.hearing.isGone(voter)) {
        before++;
      }
    }
    return before * seat.settings.takeoverStepMs();
  }

  /** A state with a vote in it, or not, is durable. */
  void onPersisted(QuorumState written) {
    if (written.epoch() == seat.epoch()) {
      written.votedFor().ifPresent(seat.vote::isDurable);
    }
    seat.inReplica(
        new ReplicaEvent.Persisted(new ReplicaState(written.epoch(), written.joinedEpoch())));
    if (seat.vote.durable().equals(Optional.of(self))) {
      if (seat.candidacy.awaitsOwnVote()) {
        seat.candidacy.runs();
        askVotes();
        onGranted(self);
      }
    } else {
      answerVote();
    }
  }

  // ---- voting ----

  void onReceived(NodeId from, QuorumMessage message) {
    if (from.equals(self)) {
      return;
    }
    switch (message) {
      case QuorumMessage.AskVote ask -> {
        if (ask.preVote()) {
          onSounded(from, ask);
        } else {
          onAskedToVote(from, ask);
        }
      }
      case QuorumMessage.Vote answer -> onVote(from, answer);
    }
  }

  /** Nothing is remembered of a pre-vote, but who would grant one lets the other go first. */
  private void onSounded(NodeId from, QuorumMessage.AskVote ask) {
    boolean would = ask.epoch() > seat.epoch() && hasSay() && mayElect(from) && isFarEnough(ask);
    if (would) {
      seat.candidacy.letOtherGoFirst(seat.epoch(), seat.nowMs());
    }
    seat.send(from, new QuorumMessage.Vote(would ? ask.epoch() : seat.epoch(), true, would));
  }

  private void onAskedToVote(NodeId from, QuorumMessage.AskVote ask) {
    seat.saw(ask.epoch());
    Optional<NodeId> voted = ask.epoch() == seat.epoch() ? seat.vote.given() : Optional.empty();
    if (voted.equals(Optional.of(from))) {
      seat.vote.asked();
      answerVote();
    } else if (voted.isPresent()
        || ask.epoch() < seat.epoch()
        || !hasSay()
        || !mayElect(from)
        || !isFarEnough(ask)) {
      seat.send(from, new QuorumMessage.Vote(seat.epoch(), false, false));
    } else {
      vote(ask.epoch(), from);
      seat.vote.asked();
      seat.waitForLeader();
    }
  }

  private void answerVote() {
    seat.vote
        .takeAnswer()
        .ifPresent(
            candidate -> seat.send(candidate, new QuorumMessage.Vote(seat.epoch(), false, true)));
  }

  /** Remembers the vote; whoever gets it is told when it is durable. */
  private void vote(int epoch, NodeId candidate) {
    if (epoch > seat.epoch()) {
      seat.inReplica(new ReplicaEvent.Fenced(epoch), Optional.of(candidate));
    } else {
      Check.that(seat.vote.given().isEmpty(), "a second vote in epoch %d", epoch, 0);
      seat.vote.give(candidate);
      seat.persist(seat.replica.state());
    }
  }

  /**
   * Who has joined no epoch and is no founder has no log to compare a candidate's with, and is
   * needed by nobody: whoever is made a voter has joined one. It may be a node that left without
   * its log and came back under its old number, which sets of long ago name.
   */
  private boolean hasSay() {
    return seat.replica.durable().joinedEpoch() >= 0 || seat.isVoter();
  }

  /** Nobody is elected while a leader is heard, except that leader itself. */
  private boolean mayElect(NodeId candidate) {
    return !seat.replica.leads()
        && (seat.leader().equals(Optional.of(candidate))
            || seat.hearing.leaderMissing(seat.leader(), seat.nowMs()));
  }

  /**
   * Whether the candidate is at least as far as this voter, so that it holds all this voter has
   * acknowledged.
   */
  private boolean isFarEnough(QuorumMessage.AskVote ask) {
    int joined = seat.replica.durable().joinedEpoch();
    return ask.joinedEpoch() > joined
        || (ask.joinedEpoch() == joined && ask.end() >= seat.replica.history().end());
  }

  private void onVote(NodeId from, QuorumMessage.Vote answer) {
    if (!answer.granted()) {
      seat.saw(answer.epoch());
      if (seat.replica.leads()
          && seat.isVoter()
          && answer.epoch() > seat.epoch()
          && seat.candidacy.waits()) {
        sound();
      }
      return;
    }
    boolean counts =
        switch (seat.candidacy.stand()) {
          case Stand.Waits() -> false;
          case Stand.Sounds(int epoch, Set<NodeId> _) ->
              answer.preVote() && answer.epoch() == epoch;
          case Stand.Runs(boolean asked, Set<NodeId> _) ->
              !answer.preVote() && answer.epoch() == seat.epoch() && asked;
        };
    if (counts) {
      onGranted(from);
    }
  }

  // ---- standing ----

  void sound() {
    seat.candidacy.sound(seat.seenEpoch() + 1, seat.epoch(), seat.nowMs());
    askVotes();
    onGranted(self);
  }

  private void onGranted(NodeId from) {
    if (!seat.candidacy.isEnoughWith(from, seat.voters())) {
      return;
    }
    switch (seat.candidacy.stand()) {
      case Stand.Sounds(int epoch, Set<NodeId> _) -> {
        vote(epoch, self);
        seat.candidacy.run(seat.epoch(), seat.nowMs());
      }
      case Stand.Runs _ -> win();
      case Stand.Waits() -> {}
    }
  }

  private void win() {
    seat.candidacy.over();
    seat.hearing.beginsToLead(seat.voters(), seat.nowMs());
    seat.inReplica(new ReplicaEvent.Appointed(seat.appointment()));
  }

  private void askVotes() {
    seat.candidacy.asked(seat.nowMs());
    switch (seat.candidacy.stand()) {
      case Stand.Sounds(int epoch, Set<NodeId> granted) -> ask(epoch, true, granted);
      case Stand.Runs(boolean asked, Set<NodeId> granted) -> {
        if (asked) {
          ask(seat.epoch(), false, granted);
        }
      }
      case Stand.Waits() -> {}
    }
  }

  private void ask(int epoch, boolean preVote, Set<NodeId> granted) {
    var question =
        new QuorumMessage.AskVote(
            epoch, preVote, seat.replica.durable().joinedEpoch(), seat.replica.history().end());
    for (NodeId voter : seat.voters()) {
      if (!voter.equals(self) && !granted.contains(voter)) {
        seat.send(voter, question);
      }
    }
  }
}
