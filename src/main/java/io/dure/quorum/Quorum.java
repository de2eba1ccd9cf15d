package io.dure.quorum;

import io.dure.base.Check;
import io.dure.base.NodeId;
import io.dure.base.Patience;
import io.dure.log.EpochHistory;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import io.dure.replication.ReplicaState;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One node's share in the metadata quorum, as a protocol core: a {@link Replica} of the metadata
 * log and the election that decides who leads it. Owned by the loop that owns the metadata log.
 *
 * <pre>
 *   Waits ── leader silent or gone ─▶ Sounds ── a majority would ─▶ Runs ── a majority did ─▶ (replica leads)
 *     ▲                                 │                            │
 *     └────── a leader is heard, a vote is given to another ─────────┴── no majority in time ─▶ Sounds
 * </pre>
 *
 * <p>The rules, and why:
 *
 * <ul>
 *   <li>A vote is a fence: who votes in epoch e refuses everything older from then on. So a
 *       majority of votes meets every commit quorum, and a candidate that is at least as far, by
 *       (joined epoch, end), as each of its voters holds all that was committed.
 *   <li>A vote is answered, and the own one counted and followed by questions to others, only when
 *       it is durable. A candidate that asked sooner could lose epoch and log in a power cut, stand
 *       in the same epoch again, and win it with votes that were meant for the longer log it had
 *       before.
 *   <li>Nobody is elected while a leader is heard, neither in a pre-vote nor in a vote, so that
 *       late or repeated questions and returning nodes disturb nobody. A node that is ahead of a
 *       leader's epoch tells it so (else it would be shut out for good), and the leader has itself
 *       elected anew in a later one.
 *   <li>Stepping down takes a new epoch, since an epoch is led at most once.
 *   <li>Where leaders are given up for their silence again and again, everybody's patience grows
 *       ({@link Patience}): on a machine too busy to be on time, elections only add to the load.
 *   <li>Voters change one at a time, by a record in the log that holds from when it is appended
 *       (decision 23), so that a majority of either set meets each majority of the other. Who is
 *       asked votes, whether or not its own log says that it does: the one who asks counts.
 * </ul>
 */
public final class Quorum {
  private final NodeId self;
  private final Seat seat;
  private final Election election;
  private final Replica replica;
  private final VoterSets voters;
  private long saidLifeMs = Hearing.LONG_AGO;
  private int toldEpoch = Integer.MIN_VALUE;
  private Optional<NodeId> toldLeader = Optional.empty();

  /**
   * @param voters who votes as the snapshot and the recovered log say; this core's from now on
   * @param voterRecords finds in what is copied from a leader who votes
   * @param flushedEnd what of the log is known to be durable (exclusive), as in {@link Replica}
   */
  public Quorum(
      NodeId self,
      VoterSets voters,
      VoterRecords voterRecords,
      QuorumState restored,
      EpochHistory history,
      long flushedEnd,
      QuorumSettings settings,
      ReplicaSettings replicaSettings) {
    this.self = self;
    this.voters = voters;
    this.replica =
        new Replica(
            self,
            Seat.ANY_LIFE,
            new ReplicaState(restored.epoch(), restored.joinedEpoch()),
            history,
            flushedEnd,
            replicaSettings);
    boolean newer = replica.epoch() > restored.epoch();
    this.seat =
        new Seat(
            self,
            settings,
            voters,
            voterRecords,
            replica,
            newer ? Optional.empty() : restored.votedFor());
    this.election = new Election(seat);
  }

  /** Advances by one event. The effects must be run in order, all before the next step. */
  public List<QuorumEffect> step(QuorumEvent event) {
    switch (event) {
      case QuorumEvent.Received(NodeId from, QuorumMessage message) ->
          election.onReceived(from, message);
      case QuorumEvent.ForReplica(ReplicaEvent inner) -> onReplicaEvent(inner);
      case QuorumEvent.Persisted(QuorumState state) -> election.onPersisted(state);
      case QuorumEvent.PeerGone(NodeId peer) -> election.onPeerGone(peer);
      case QuorumEvent.BrokersChanged(Set<NodeId> now) -> onBrokersChanged(now);
      case QuorumEvent.VotersAppended(VoterSets.Change change) -> onVotersAppended(change);
      case QuorumEvent.VotersKnown(List<NodeId> known, long end) -> voters.known(known, end);
      case QuorumEvent.Tick(long now) -> onTick(now);
    }
    tellLeader();
    return seat.takeEffects();
  }

  /** For looking only: its events go through {@link #step}. */
  public Replica replica() {
    return replica;
  }

  public int epoch() {
    return replica.epoch();
  }

  public Optional<NodeId> leader() {
    return replica.leader();
  }

  public boolean isVoter() {
    return seat.isVoter();
  }

  /**
   * Whether this node does not lead and no leader has spoken to it for twice as long as voters wait
   * before they elect another one: either there is none, or this node is not one of its members.
   */
  public boolean hearsNothing() {
    return !replica.leads()
        && seat.hearing.leaderSilentFor(seat.nowMs(), 2 * seat.settings.electionTimeoutMs());
  }

  /** Who votes as this node's log says, be it committed or not; sorted. */
  public List<NodeId> voters() {
    return voters.newest();
  }

  /** The brokers that copy without a vote. */
  public Set<NodeId> learners() {
    return Set.copyOf(seat.appointment().learners());
  }

  /** How many times as long as usual a silent leader is waited for now. */
  public int patience() {
    return seat.hearing.patience(seat.nowMs());
  }

  // ---- who votes ----

  /**
   * Whether this leader may append a record that makes these the voters: one more or one fewer (or
   * the same once more), none before this epoch is open, none before the last change is committed,
   * nobody new that is not in step, and no set of which a majority is not.
   */
  public boolean mayBecome(List<NodeId> next) {
    return isSettled()
        && voters.isOneStepTo(next)
        && next.stream().allMatch(node -> voters().contains(node) || replica.hasInStep(node))
        && (voters().equals(next)
            || next.stream().filter(replica::hasInStep).count() > next.size() / 2);
  }

  /** Whether this node leads, its epoch is open, and the last change of voters is committed. */
  public boolean isSettled() {
    return replica.isOpen() && voters.isSettled();
  }

  private void onVotersAppended(VoterSets.Change change) {
    Check.that(mayBecome(change.voters()), "%s may not vote now, %s do", change.voters(), voters);
    voters.appended(change);
    seat.hearing.votesFromNow(voters(), seat.nowMs());
    seat.inReplica(new ReplicaEvent.VotersChanged(seat.appointment()));
  }

  private void onBrokersChanged(Set<NodeId> now) {
    seat.brokers(now);
    if (replica.leads()) {
      seat.inReplica(new ReplicaEvent.Appointed(seat.appointment()));
    }
  }

  // ---- the replica inside ----

  private void onReplicaEvent(ReplicaEvent event) {
    switch (event) {
      case ReplicaEvent.Received(NodeId from, ReplicaMessage message) ->
          onReplicaMessage(from, message, event);
      case ReplicaEvent.PeerConnected(NodeId peer) -> {
        seat.hearing.back(peer);
        seat.inReplica(event);
      }
      case ReplicaEvent.Appended _,
          ReplicaEvent.Flushed _,
          ReplicaEvent.Sent _,
          ReplicaEvent.StartMoved _ ->
          seat.inReplica(event);
      case ReplicaEvent.Fenced _,
          ReplicaEvent.Registered _,
          ReplicaEvent.Appointed _,
          ReplicaEvent.VotersChanged _,
          ReplicaEvent.Persisted _,
          ReplicaEvent.Tick _ ->
          Check.that(false, "an event that the quorum itself makes");
    }
  }

  private void onReplicaMessage(NodeId from, ReplicaMessage message, ReplicaEvent event) {
    seat.hearing.back(from);
    if (message.epoch() < epoch()) {
      if (isLeaders(message) && leader().isEmpty()) {
        // Its leader does not know that an election has gone past it.
        seat.send(from, new QuorumMessage.Vote(epoch(), false, false));
      }
      return;
    }
    seat.inReplica(event);
    if (message.epoch() != epoch()) {
      return;
    }
    if (replica.leads()) {
      seat.hearing.answered(from, seat.nowMs());
      seat.emit(new QuorumEffect.Heard(from));
    } else if (leader().equals(Optional.of(from))) {
      hearLeader();
      if (message instanceof ReplicaMessage.Advance) {
        replica.acknowledgement().ifPresent(ack -> seat.sendOfReplica(from, ack));
      }
    }
  }

  private static boolean isLeaders(ReplicaMessage message) {
    return switch (message) {
      case ReplicaMessage.Begin _,
          ReplicaMessage.Append _,
          ReplicaMessage.Advance _,
          ReplicaMessage.Restart _ ->
          true;
      case ReplicaMessage.Follow _, ReplicaMessage.Began _, ReplicaMessage.Acked _ -> false;
    };
  }

  private void hearLeader() {
    seat.hearing.leader(seat.nowMs());
    seat.candidacy.over();
    seat.waitForLeader();
  }

  // ---- time, peers ----

  private void onTick(long now) {
    seat.timeIs(now);
    seat.inReplica(new ReplicaEvent.Tick(now));
    if (replica.leads()) {
      onLeaderTick();
    } else {
      election.onTick();
    }
  }

  private void onLeaderTick() {
    if (seat.candidacy.stand() instanceof Stand.Sounds && seat.candidacy.isTime(seat.nowMs())) {
      seat.candidacy.giveUp();
    }
    // Who has no vote any more leads on until that is committed, and no longer.
    boolean removed = voters.isSettled() && !isVoter();
    if (removed || !seat.hearing.isMajorityHeard(voters(), seat.nowMs())) {
      seat.inReplica(new ReplicaEvent.Fenced(epoch() + 1));
      seat.waitForLeader();
      return;
    }
    if (seat.nowMs() - saidLifeMs >= seat.settings.signOfLifeMs()) {
      saidLifeMs = seat.nowMs();
      var life = new ReplicaMessage.Advance(epoch(), replica.highWatermark());
      for (NodeId voter : voters()) {
        if (!voter.equals(self)) {
          seat.sendOfReplica(voter, life);
        }
      }
      for (NodeId learner : seat.appointment().learners()) {
        seat.sendOfReplica(learner, life);
      }
    }
  }

  private void tellLeader() {
    if (toldEpoch != epoch() || !toldLeader.equals(leader())) {
      toldEpoch = epoch();
      toldLeader = leader();
      seat.emit(new QuorumEffect.LeaderIs(toldEpoch, toldLeader));
    }
  }
}
