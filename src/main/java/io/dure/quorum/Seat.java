package io.dure.quorum;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What electing and leading both stand on: the replica inside, who votes as its log says, the own
 * vote, who was heard, the time, and the effects of the step under way. Mutable; owned by one
 * {@link Quorum}.
 */
final class Seat {
  /** The epoch decides who may lead, not the process's life: votes are remembered durably. */
  static final Incarnation ANY_LIFE = Incarnation.NONE;

  final NodeId self;
  final QuorumSettings settings;
  final VoterSets voters;
  final Replica replica;
  final OwnVote vote;
  final Candidacy candidacy;
  final Hearing hearing;

  private final VoterRecords voterRecords;
  private Set<NodeId> brokers = Set.of();
  private int seenEpoch;
  private boolean ticks;
  private long nowMs;
  private List<QuorumEffect> effects = new ArrayList<>();

  Seat(
      NodeId self,
      QuorumSettings settings,
      VoterSets voters,
      VoterRecords voterRecords,
      Replica replica,
      Optional<NodeId> votedFor) {
    this.self = self;
    this.settings = settings;
    this.voters = voters;
    this.voterRecords = voterRecords;
    this.replica = replica;
    this.vote = new OwnVote(votedFor);
    this.candidacy = new Candidacy(self, settings);
    this.hearing = new Hearing(self, settings);
    this.seenEpoch = replica.epoch();
  }

  int epoch() {
    return replica.epoch();
  }

  Optional<NodeId> leader() {
    return replica.leader();
  }

  /** Who votes as this node's log says. */
  List<NodeId> voters() {
    return voters.newest();
  }

  boolean isVoter() {
    return voters().contains(self);
  }

  /** Everybody in the epoch that this node leads, or would lead. */
  Appointment appointment() {
    List<NodeId> copies =
        brokers.stream()
            .filter(node -> !voters().contains(node) && !node.equals(self))
            .sorted()
            .toList();
    return new Appointment(epoch(), self, ANY_LIFE, voters(), copies, voters().size() / 2 + 1);
  }

  void brokers(Set<NodeId> now) {
    brokers = now;
  }

  /** The newest epoch heard of, be it only in a question. */
  int seenEpoch() {
    return Math.max(seenEpoch, epoch());
  }

  void saw(int epoch) {
    seenEpoch = Math.max(seenEpoch, epoch);
  }

  // ---- the replica inside ----

  /** Steps the replica; what it asks to be persisted goes to disk together with the vote. */
  void inReplica(ReplicaEvent event) {
    inReplica(event, Optional.empty());
  }

  /** As above; {@code given} is the vote that comes with the new epoch, if the event brings one. */
  void inReplica(ReplicaEvent event, Optional<NodeId> given) {
    int before = replica.epoch();
    Optional<NodeId> leaderBefore = leader();
    List<ReplicaEffect> inner = replica.step(event);
    if (replica.epoch() > before) {
      hearing.succeeded(leaderBefore, nowMs);
      vote.newEpoch(given);
      candidacy.giveUp();
    }
    for (int i = 0; i < inner.size(); i++) {
      onReplicaEffect(inner.get(i));
    }
  }

  private void onReplicaEffect(ReplicaEffect effect) {
    switch (effect) {
      case ReplicaEffect.Persist(ReplicaState state) -> {
        persist(state);
        return;
      }
      case ReplicaEffect.AnswerFence _ -> {
        return;
      }
      case ReplicaEffect.Truncate(long end) -> voters.cutTo(end);
      case ReplicaEffect.Reset e -> voters.resetTo(e.start());
      case ReplicaEffect.Append(BatchSpan records) ->
          voterRecords.in(records).forEach(voters::appended);
      case ReplicaEffect.Committed(long end) -> voters.committedTo(end);
      case ReplicaEffect.Send _,
          ReplicaEffect.SendRecords _,
          ReplicaEffect.Leads _,
          ReplicaEffect.Opened _,
          ReplicaEffect.Resigned _,
          ReplicaEffect.InStep _ -> {}
    }
    effects.add(new QuorumEffect.OfReplica(effect));
  }

  void persist(ReplicaState state) {
    effects.add(
        new QuorumEffect.Persist(
            new QuorumState(state.epoch(), state.joinedEpoch(), vote.given())));
  }

  // ---- time, effects ----

  long nowMs() {
    return nowMs;
  }

  /**
   * Where this process itself did not run for a while, what the others said meanwhile is still
   * waiting to be read: their silence is our own. No more than half an election timeout of it
   * counts; that much does, since a process that always comes late must not wait for ever.
   */
  void timeIs(long now) {
    long forgivenMs = now - nowMs - settings.electionTimeoutMs() / 2;
    if (ticks && forgivenMs > 0) {
      hearing.forgive(forgivenMs);
      candidacy.forgive(forgivenMs);
    }
    ticks = true;
    nowMs = now;
  }

  /** A leader is there, or may be soon. */
  void waitForLeader() {
    candidacy.waitFor(hearing.electionTimeoutMs(nowMs), epoch(), nowMs);
  }

  void emit(QuorumEffect effect) {
    effects.add(effect);
  }

  void send(NodeId to, QuorumMessage message) {
    effects.add(new QuorumEffect.Send(to, message));
  }

  void sendOfReplica(NodeId to, ReplicaMessage message) {
    effects.add(new QuorumEffect.OfReplica(new ReplicaEffect.Send(to, message)));
  }

  List<QuorumEffect> takeEffects() {
    if (effects.isEmpty()) {
      return List.of();
    }
    List<QuorumEffect> taken = effects;
    effects = new ArrayList<>(4);
    return taken;
  }
}
