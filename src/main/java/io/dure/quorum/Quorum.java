package io.dure.quorum;

import io.dure.base.Check;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.Patience;
import io.dure.log.EpochHistory;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import io.dure.replication.ReplicaState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
 *       late or repeated questions and returning nodes disturb nobody. A voter that is ahead of a
 *       leader's epoch tells it so (else it would be shut out for good), and the leader has itself
 *       elected anew in a later one.
 *   <li>Stepping down takes a new epoch, since an epoch is led at most once.
 *   <li>Where leaders are given up for their silence again and again, everybody's patience grows
 *       ({@link Patience}): on a machine too busy to be on time, elections only add to the load.
 * </ul>
 */
public final class Quorum {
  /** The epoch decides who may lead, not the process's life: votes are remembered durably. */
  private static final Incarnation ANY_LIFE = Incarnation.NONE;

  private static final Stand WAITS = new Stand.Waits();
  private static final long LONG_AGO = Long.MIN_VALUE / 2;

  private final NodeId self;
  private final List<NodeId> voters;
  private final QuorumSettings settings;
  private final Replica replica;
  private final Map<NodeId, Long> heardMs = new HashMap<>();
  private final Set<NodeId> gone = new HashSet<>();
  private final Patience patience;
  private Set<NodeId> learners = Set.of();
  private Optional<NodeId> votedFor;
  private Optional<NodeId> durableVote;
  private boolean voteUnanswered;
  private Stand stand = WAITS;
  private int seenEpoch;
  private int attempts;
  private long nowMs;
  private boolean started;
  private long standAtMs;
  private long resendAtMs;
  private long leaderHeardMs = LONG_AGO;
  private long saidLifeMs = LONG_AGO;
  private int toldEpoch = Integer.MIN_VALUE;
  private Optional<NodeId> toldLeader = Optional.empty();
  private List<QuorumEffect> effects = new ArrayList<>();

  /**
   * @param voters the same on every node and for good; a node that is not among them is a learner
   * @param flushedEnd what of the log is known to be durable (exclusive), as in {@link Replica}
   */
  public Quorum(
      NodeId self,
      List<NodeId> voters,
      QuorumState restored,
      EpochHistory history,
      long flushedEnd,
      QuorumSettings settings,
      ReplicaSettings replicaSettings) {
    this.self = self;
    this.voters = voters.stream().sorted().distinct().toList();
    this.settings = settings;
    this.patience = new Patience(settings.doublings());
    this.replica =
        new Replica(
            self,
            ANY_LIFE,
            new ReplicaState(restored.epoch(), restored.joinedEpoch()),
            history,
            flushedEnd,
            replicaSettings);
    this.votedFor = replica.epoch() > restored.epoch() ? Optional.empty() : restored.votedFor();
    this.durableVote = votedFor;
    this.seenEpoch = replica.epoch();
  }

  /** Advances by one event. The effects must be run in order, all before the next step. */
  public List<QuorumEffect> step(QuorumEvent event) {
    switch (event) {
      case QuorumEvent.Received(NodeId from, QuorumMessage message) -> onReceived(from, message);
      case QuorumEvent.ForReplica(ReplicaEvent inner) -> onReplicaEvent(inner);
      case QuorumEvent.Persisted(QuorumState state) -> onPersisted(state);
      case QuorumEvent.PeerGone(NodeId peer) -> onPeerGone(peer);
      case QuorumEvent.LearnersChanged(Set<NodeId> now) -> onLearnersChanged(now);
      case QuorumEvent.Tick(long now) -> onTick(now);
    }
    tellLeader();
    if (effects.isEmpty()) {
      return List.of();
    }
    List<QuorumEffect> result = effects;
    effects = new ArrayList<>(4);
    return result;
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
    return voters.contains(self);
  }

  public List<NodeId> voters() {
    return voters;
  }

  /** How many times as long as usual a silent leader is waited for now. */
  public int patience() {
    return patience.factor(nowMs);
  }

  // ---- the replica inside ----

  private void onReplicaEvent(ReplicaEvent event) {
    switch (event) {
      case ReplicaEvent.Received(NodeId from, ReplicaMessage message) ->
          onReplicaMessage(from, message, event);
      case ReplicaEvent.PeerConnected(NodeId peer) -> {
        gone.remove(peer);
        inReplica(event);
      }
      case ReplicaEvent.Appended _,
          ReplicaEvent.Flushed _,
          ReplicaEvent.Sent _,
          ReplicaEvent.StartMoved _ ->
          inReplica(event);
      case ReplicaEvent.Fenced _,
          ReplicaEvent.Registered _,
          ReplicaEvent.Appointed _,
          ReplicaEvent.Persisted _,
          ReplicaEvent.Tick _ ->
          Check.that(false, "an event that the quorum itself makes");
    }
  }

  private void onReplicaMessage(NodeId from, ReplicaMessage message, ReplicaEvent event) {
    gone.remove(from);
    if (message.epoch() < epoch()) {
      if (isLeaders(message) && isVoter() && leader().isEmpty()) {
        // Its leader does not know that an election has gone past it.
        send(from, new QuorumMessage.Vote(epoch(), false, false));
      }
      return;
    }
    inReplica(event);
    if (message.epoch() != epoch()) {
      return;
    }
    if (replica.leads()) {
      heardMs.put(from, nowMs);
      effects.add(new QuorumEffect.Heard(from));
    } else if (leader().equals(Optional.of(from))) {
      hearLeader();
      if (message instanceof ReplicaMessage.Advance) {
        replica.acknowledgement().ifPresent(ack -> sendOfReplica(from, ack));
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
    leaderHeardMs = nowMs;
    attempts = 0;
    stand = WAITS;
    standAtMs = nowMs + electionTimeoutMs() + jitterMs();
  }

  /** Steps the replica; what it asks to be persisted goes to disk together with the vote. */
  private void inReplica(ReplicaEvent event) {
    inReplica(event, Optional.empty());
  }

  /** As above; {@code vote} is the vote that comes with the new epoch, if the event brings one. */
  private void inReplica(ReplicaEvent event, Optional<NodeId> vote) {
    int before = replica.epoch();
    Optional<NodeId> leaderBefore = leader();
    List<ReplicaEffect> inner = replica.step(event);
    if (replica.epoch() > before) {
      // Whoever is not known to be gone was given up for nothing but its silence.
      leaderBefore.filter(node -> !gone.contains(node)).ifPresent(_ -> patience.tried(nowMs));
      votedFor = vote;
      durableVote = Optional.empty();
      voteUnanswered = false;
      stand = WAITS;
      seenEpoch = Math.max(seenEpoch, replica.epoch());
    }
    for (int i = 0; i < inner.size(); i++) {
      onReplicaEffect(inner.get(i));
    }
  }

  private void onReplicaEffect(ReplicaEffect effect) {
    switch (effect) {
      case ReplicaEffect.Persist(ReplicaState state) -> persist(state);
      case ReplicaEffect.AnswerFence _ -> {}
      case ReplicaEffect.Truncate _,
          ReplicaEffect.Reset _,
          ReplicaEffect.Append _,
          ReplicaEffect.Send _,
          ReplicaEffect.SendRecords _,
          ReplicaEffect.Committed _,
          ReplicaEffect.Leads _,
          ReplicaEffect.Opened _,
          ReplicaEffect.Resigned _,
          ReplicaEffect.InStep _ ->
          effects.add(new QuorumEffect.OfReplica(effect));
    }
  }

  private void persist(ReplicaState state) {
    effects.add(
        new QuorumEffect.Persist(new QuorumState(state.epoch(), state.joinedEpoch(), votedFor)));
  }

  private void onPersisted(QuorumState written) {
    if (written.epoch() == epoch() && written.votedFor().isPresent()) {
      durableVote = written.votedFor();
    }
    inReplica(new ReplicaEvent.Persisted(new ReplicaState(written.epoch(), written.joinedEpoch())));
    if (durableVote.isEmpty()) {
      return;
    }
    NodeId choice = durableVote.get();
    if (stand instanceof Stand.Runs(boolean asked, Set<NodeId> granted)
        && !asked
        && choice.equals(self)) {
      stand = new Stand.Runs(true, granted);
      askVotes();
      onGranted(self);
    } else if (voteUnanswered && !choice.equals(self)) {
      voteUnanswered = false;
      send(choice, new QuorumMessage.Vote(epoch(), false, true));
    }
  }

  // ---- voting ----

  private void onReceived(NodeId from, QuorumMessage message) {
    if (!isVoter() || !voters.contains(from) || from.equals(self)) {
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
      case QuorumMessage.Vote vote -> onVote(from, vote);
    }
  }

  /** Nothing is remembered of a pre-vote, but who would grant one lets the other go first. */
  private void onSounded(NodeId from, QuorumMessage.AskVote ask) {
    boolean would = ask.epoch() > epoch() && mayElect(from) && isFarEnough(ask);
    if (would) {
      standAtMs = Math.max(standAtMs, nowMs + settings.candidateTimeoutMs() + jitterMs());
    }
    send(from, new QuorumMessage.Vote(would ? ask.epoch() : epoch(), true, would));
  }

  private void onAskedToVote(NodeId from, QuorumMessage.AskVote ask) {
    seenEpoch = Math.max(seenEpoch, ask.epoch());
    boolean voted = ask.epoch() == epoch() && votedFor.isPresent();
    if (voted && votedFor.get().equals(from)) {
      voteUnanswered = true;
      answerVote();
    } else if (voted || ask.epoch() < epoch() || !mayElect(from) || !isFarEnough(ask)) {
      send(from, new QuorumMessage.Vote(epoch(), false, false));
    } else {
      vote(ask.epoch(), from);
      voteUnanswered = true;
      standAtMs = nowMs + electionTimeoutMs() + jitterMs();
    }
  }

  private void answerVote() {
    if (voteUnanswered && durableVote.isPresent()) {
      voteUnanswered = false;
      send(durableVote.get(), new QuorumMessage.Vote(epoch(), false, true));
    }
  }

  /** Remembers the vote; whoever gets it is told when it is durable. */
  private void vote(int epoch, NodeId candidate) {
    if (epoch > epoch()) {
      inReplica(new ReplicaEvent.Fenced(epoch), Optional.of(candidate));
    } else {
      Check.that(votedFor.isEmpty(), "a second vote in epoch %d", epoch, 0);
      votedFor = Optional.of(candidate);
      persist(replica.state());
    }
  }

  /** Nobody is elected while a leader is heard, except that leader itself. */
  private boolean mayElect(NodeId candidate) {
    if (replica.leads()) {
      return false;
    }
    Optional<NodeId> leader = leader();
    return leader.isEmpty()
        || leader.get().equals(candidate)
        || gone.contains(leader.get())
        || nowMs - leaderHeardMs >= electionTimeoutMs();
  }

  private long electionTimeoutMs() {
    return settings.electionTimeoutMs() * patience.factor(nowMs);
  }

  /**
   * Whether the candidate is at least as far as this voter, so that it holds all this voter has
   * acknowledged.
   */
  private boolean isFarEnough(QuorumMessage.AskVote ask) {
    int joined = replica.durable().joinedEpoch();
    return ask.joinedEpoch() > joined
        || (ask.joinedEpoch() == joined && ask.end() >= replica.history().end());
  }

  private void onVote(NodeId from, QuorumMessage.Vote vote) {
    if (!vote.granted()) {
      seenEpoch = Math.max(seenEpoch, vote.epoch());
      if (replica.leads() && vote.epoch() > epoch() && stand instanceof Stand.Waits) {
        sound();
      }
      return;
    }
    switch (stand) {
      case Stand.Sounds(int epoch, Set<NodeId> _) -> {
        if (vote.preVote() && vote.epoch() == epoch) {
          onGranted(from);
        }
      }
      case Stand.Runs(boolean asked, Set<NodeId> _) -> {
        if (!vote.preVote() && vote.epoch() == epoch() && asked) {
          onGranted(from);
        }
      }
      case Stand.Waits() -> {}
    }
  }

  // ---- standing ----

  private int majority() {
    return voters.size() / 2 + 1;
  }

  private void sound() {
    int next = Math.max(seenEpoch, epoch()) + 1;
    stand = new Stand.Sounds(next, Set.of());
    attempts++;
    standAtMs = nowMs + settings.candidateTimeoutMs() + jitterMs();
    askVotes();
    onGranted(self);
  }

  private void run(int epoch) {
    vote(epoch, self);
    stand = new Stand.Runs(false, Set.of());
    standAtMs = nowMs + settings.candidateTimeoutMs() + jitterMs();
  }

  /** Counts a vote; one's own as any other. */
  private void onGranted(NodeId from) {
    switch (stand) {
      case Stand.Sounds(int epoch, Set<NodeId> granted) -> {
        Set<NodeId> now = with(granted, from);
        stand = new Stand.Sounds(epoch, now);
        if (now.size() >= majority()) {
          run(epoch);
        }
      }
      case Stand.Runs(boolean asked, Set<NodeId> granted) -> {
        Set<NodeId> now = with(granted, from);
        stand = new Stand.Runs(asked, now);
        if (now.size() >= majority()) {
          win();
        }
      }
      case Stand.Waits() -> {}
    }
  }

  private static Set<NodeId> with(Set<NodeId> nodes, NodeId node) {
    var more = new HashSet<>(nodes);
    more.add(node);
    return Set.copyOf(more);
  }

  private void win() {
    stand = WAITS;
    attempts = 0;
    for (NodeId voter : voters) {
      heardMs.put(voter, gone.contains(voter) ? LONG_AGO : nowMs);
    }
    saidLifeMs = nowMs;
    inReplica(new ReplicaEvent.Appointed(appointment()));
  }

  private Appointment appointment() {
    List<NodeId> copies =
        learners.stream().filter(node -> !voters.contains(node)).sorted().toList();
    return new Appointment(epoch(), self, ANY_LIFE, voters, copies, majority());
  }

  private void askVotes() {
    resendAtMs = nowMs + settings.resendMs();
    switch (stand) {
      case Stand.Sounds(int epoch, Set<NodeId> granted) -> ask(epoch, true, granted);
      case Stand.Runs(boolean asked, Set<NodeId> granted) -> {
        if (asked) {
          ask(epoch(), false, granted);
        }
      }
      case Stand.Waits() -> {}
    }
  }

  private void ask(int epoch, boolean preVote, Set<NodeId> granted) {
    var question =
        new QuorumMessage.AskVote(
            epoch, preVote, replica.durable().joinedEpoch(), replica.history().end());
    for (NodeId voter : voters) {
      if (!voter.equals(self) && !granted.contains(voter)) {
        send(voter, question);
      }
    }
  }

  // ---- time, peers ----

  private void onTick(long now) {
    forgivePause(now);
    nowMs = now;
    if (!started) {
      started = true;
      standAtMs = voters.size() == 1 ? now : now + settings.firstElectionMs() + takeoverDelayMs();
    }
    inReplica(new ReplicaEvent.Tick(now));
    if (replica.leads()) {
      onLeaderTick();
    } else if (isVoter()) {
      onVoterTick();
    }
  }

  /**
   * Where this process itself did not run for a while, what the others said meanwhile is still
   * waiting to be read: their silence is our own. No more than half an election timeout of it
   * counts; that much does, since a process that always comes late must not wait for ever.
   */
  private void forgivePause(long now) {
    long forgivenMs = now - nowMs - settings.electionTimeoutMs() / 2;
    if (!started || forgivenMs <= 0) {
      return;
    }
    standAtMs += forgivenMs;
    leaderHeardMs = later(leaderHeardMs, forgivenMs);
    heardMs.replaceAll((_, atMs) -> later(atMs, forgivenMs));
  }

  private static long later(long atMs, long byMs) {
    return atMs == LONG_AGO ? LONG_AGO : atMs + byMs;
  }

  private void onLeaderTick() {
    if (stand instanceof Stand.Sounds && nowMs >= standAtMs) {
      stand = WAITS;
    }
    if (!majorityHeard()) {
      inReplica(new ReplicaEvent.Fenced(epoch() + 1));
      standAtMs = nowMs + electionTimeoutMs() + jitterMs();
      return;
    }
    if (nowMs - saidLifeMs >= settings.signOfLifeMs()) {
      saidLifeMs = nowMs;
      var life = new ReplicaMessage.Advance(epoch(), replica.highWatermark());
      for (NodeId voter : voters) {
        if (!voter.equals(self)) {
          sendOfReplica(voter, life);
        }
      }
      for (NodeId learner : appointment().learners()) {
        sendOfReplica(learner, life);
      }
    }
  }

  private boolean majorityHeard() {
    long silenceMs = settings.checkQuorumMs() * patience.factor(nowMs);
    int heard = 0;
    for (NodeId voter : voters) {
      if (voter.equals(self) || nowMs - heardMs.getOrDefault(voter, LONG_AGO) < silenceMs) {
        heard++;
      }
    }
    return heard >= majority();
  }

  private void onVoterTick() {
    boolean ownVoteOnItsWay = stand instanceof Stand.Runs(boolean asked, Set<NodeId> _) && !asked;
    if (ownVoteOnItsWay) {
      return;
    }
    if (nowMs >= standAtMs) {
      sound();
    } else if (nowMs >= resendAtMs) {
      askVotes();
    }
  }

  /**
   * The first in line stands at once, each further one a little later, so that they do not split
   * the votes.
   */
  private void onPeerGone(NodeId peer) {
    gone.add(peer);
    heardMs.put(peer, LONG_AGO);
    if (isVoter() && leader().equals(Optional.of(peer)) && stand instanceof Stand.Waits) {
      standAtMs = Math.min(standAtMs, nowMs + takeoverDelayMs());
      if (nowMs >= standAtMs) {
        sound();
      }
    }
  }

  private long takeoverDelayMs() {
    int before = 0;
    for (NodeId voter : voters) {
      if (voter.compareTo(self) < 0 && !gone.contains(voter)) {
        before++;
      }
    }
    return before * settings.takeoverStepMs();
  }

  private void onLearnersChanged(Set<NodeId> now) {
    learners = now;
    if (replica.leads()) {
      inReplica(new ReplicaEvent.Appointed(appointment()));
    }
  }

  /** Differs by node, epoch and attempt, and is the same in every repetition of a run. */
  private long jitterMs() {
    long mixed = (self.value() * 31L + epoch()) * 31L + attempts;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return Long.remainderUnsigned(mixed ^ (mixed >>> 31), settings.electionJitterMs());
  }

  private void tellLeader() {
    if (toldEpoch != epoch() || !toldLeader.equals(leader())) {
      toldEpoch = epoch();
      toldLeader = leader();
      effects.add(new QuorumEffect.LeaderIs(toldEpoch, toldLeader));
    }
  }

  private void send(NodeId to, QuorumMessage message) {
    effects.add(new QuorumEffect.Send(to, message));
  }

  private void sendOfReplica(NodeId to, ReplicaMessage message) {
    effects.add(new QuorumEffect.OfReplica(new ReplicaEffect.Send(to, message)));
  }
}
