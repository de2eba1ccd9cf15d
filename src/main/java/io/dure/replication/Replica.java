package io.dure.replication;

import io.dure.base.Check;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.EpochHistory;
import java.util.List;
import java.util.Optional;

/**
 * One replica of one log, as a protocol core: events in, effects out. Owned by the event loop that
 * owns the log.
 *
 * <pre>
 *   Unattached ── Appointed(other), a leader's message ─▶ Following ── Begin ─▶ Copying
 *                                                         Following ── Begin ─▶ Stranded ── Restart ─▶ Copying
 *   Unattached ── Appointed(self, this life) ──▶ Leading
 *   any ── Fenced(newer epoch) ─▶ Unattached      any ── newer epoch's leader ─▶ its role there
 * </pre>
 *
 * <p>Why the rules are as they are:
 *
 * <ul>
 *   <li>A Begin always carries the same log, the leader's as it was when the epoch began. A
 *       follower that already holds a record of the epoch has a prefix of its leader's log and cuts
 *       nothing, so a late repetition cannot take away what was acknowledged. So does one that has
 *       dropped, as committed, everything up to behind the leader's starting end.
 *   <li>A follower cuts exactly what its leader never had. Cutting more would take committed
 *       records away from a replica that others may need soon.
 *   <li>An epoch is joined only when the cut is durable, too, and not only the copy. Otherwise a
 *       power cut could bring the cut records back under a replica that calls itself joined, and
 *       with them it would look further ahead than those that hold what was committed.
 *   <li>Where a log shares no epoch with its leader's and starts before it, nothing can be said
 *       about its records before the leader's start. It is dropped as a whole (Stranded), but only
 *       when the leader says where to start: until then it may be the one that holds something
 *       committed.
 *   <li>A dropped log counts as not durable until a flush says otherwise, even though it is empty:
 *       after a power cut it may be the old one again.
 *   <li>A power cut may leave records of an epoch and lose the epoch itself, as the two are flushed
 *       apart. The epoch is then taken from the log, and persisted before anything is answered.
 * </ul>
 *
 * <p>Offsets count records and every "end" is exclusive.
 */
public final class Replica {
  private static final Role UNATTACHED = new Role.Unattached();

  private final Ground ground;
  private final FollowerSide following;
  private final LeaderSide leading;
  private Incarnation incarnation;
  private int unansweredFence = -1;
  private Role role = UNATTACHED;

  /**
   * @param incarnation the life of this process, or NONE until {@link ReplicaEvent.Registered}
   *     tells
   * @param history the log as recovered
   * @param flushedEnd what of it is known to be durable (exclusive), the cuts before included: the
   *     log's end says that all of it is, -1 that nothing is known. After a crash of the process
   *     alone cuts and records may still be in the page cache only, so all of it may be said after
   *     a flush; the host makes one without being asked.
   */
  public Replica(
      NodeId self,
      Incarnation incarnation,
      ReplicaState restored,
      EpochHistory history,
      long flushedEnd,
      ReplicaSettings settings) {
    this.incarnation = incarnation;
    this.ground = new Ground(self, restored, history, flushedEnd, settings);
    this.following = new FollowerSide(ground);
    this.leading = new LeaderSide(ground);
  }

  /** Advances by one event. The effects must be run in order, all before the next step. */
  public List<ReplicaEffect> step(ReplicaEvent event) {
    switch (event) {
      case ReplicaEvent.Fenced e -> onFenced(e.epoch());
      case ReplicaEvent.Registered e -> incarnation = e.incarnation();
      case ReplicaEvent.Appointed e -> onAppointed(e.appointment());
      case ReplicaEvent.VotersChanged e -> onVotersChanged(e.appointment());
      case ReplicaEvent.Received e -> onReceived(e.from(), e.message());
      case ReplicaEvent.Appended e -> onAppended(e.end());
      case ReplicaEvent.Flushed e -> onFlushed(e.generation(), e.end());
      case ReplicaEvent.Persisted e -> onPersisted(e.state());
      case ReplicaEvent.Sent e ->
          asLeaderOf(e.epoch(), e.to(), (_, f) -> leading.onSent(f, e.end()));
      case ReplicaEvent.StartMoved e -> onStartMoved(e.start());
      case ReplicaEvent.PeerConnected e -> onPeerConnected(e.peer());
      case ReplicaEvent.Tick e -> onTick(e.nowMs());
    }
    ground.checkInvariants();
    return ground.takeEffects();
  }

  public NodeId self() {
    return ground.self;
  }

  public int epoch() {
    return ground.epoch();
  }

  public Role role() {
    return role;
  }

  /** What was decided; {@link #durable} may still be behind. */
  public ReplicaState state() {
    return ground.state();
  }

  /** What is known to be on disk. */
  public ReplicaState durable() {
    return ground.durable();
  }

  /** The log's shape, all appends included. */
  public EpochHistory history() {
    return ground.history();
  }

  public long flushedEnd() {
    return ground.flushedEnd();
  }

  /** Everything below (exclusive) is committed as far as this replica knows; never falls. */
  public long highWatermark() {
    return ground.highWatermark();
  }

  public boolean leads() {
    return role instanceof Role.Leading;
  }

  /** Whether this replica leads and everything it started with is committed. */
  public boolean isOpen() {
    return role instanceof Role.Leading(Leadership leadership) && leadership.opened();
  }

  /** Whether this replica leads and {@code node} (it may be itself) has joined and keeps up. */
  public boolean hasInStep(NodeId node) {
    return role instanceof Role.Leading(Leadership leadership)
        && leading.isInStep(leadership, node);
  }

  /** The leader of the epoch as far as known here. */
  public Optional<NodeId> leader() {
    return leaderIn(role, ground.self);
  }

  static Optional<NodeId> leaderIn(Role role, NodeId self) {
    return switch (role) {
      case Role.Unattached() -> Optional.empty();
      case Role.Following(NodeId leader) -> Optional.of(leader);
      case Role.Stranded(NodeId leader, long _) -> Optional.of(leader);
      case Role.Copying(NodeId leader, long _) -> Optional.of(leader);
      case Role.Leading _ -> Optional.of(self);
    };
  }

  /**
   * Nothing is under way that time could change: the host may leave out ticks until another event
   * comes.
   */
  public boolean idle() {
    return switch (role) {
      case Role.Unattached _, Role.Copying _ -> true;
      case Role.Following _, Role.Stranded _ -> false;
      case Role.Leading(Leadership leadership) -> leading.quiet(leadership);
    };
  }

  /** What this replica can acknowledge to its leader now; empty while it has not begun with it. */
  public Optional<ReplicaMessage> acknowledgement() {
    return role instanceof Role.Copying ? Optional.of(following.acked()) : Optional.empty();
  }

  // ---- epochs ----

  /**
   * An answer counts in the choice of the next leader, so it is given only when the refusal is
   * durable. Who asks for an older epoch is answered with the newer one, so that it learns of it.
   */
  private void onFenced(int epoch) {
    if (epoch > ground.epoch()) {
      enter(epoch, UNATTACHED);
    }
    unansweredFence = ground.epoch();
    answerFence();
  }

  private void answerFence() {
    ReplicaState durable = ground.durable();
    if (unansweredFence == ground.epoch() && durable.epoch() >= unansweredFence) {
      ground.emit(
          new ReplicaEffect.AnswerFence(
              unansweredFence, durable.joinedEpoch(), ground.history().end()));
      unansweredFence = -1;
    }
  }

  /** Adopts an epoch in {@code newRole}; newer epochs are persisted. */
  private void enter(int epoch, Role newRole) {
    if (role instanceof Role.Leading) {
      ground.emit(new ReplicaEffect.Resigned(ground.epoch()));
    }
    ground.adopt(epoch);
    role = newRole;
    following.entered();
  }

  private void onPersisted(ReplicaState written) {
    boolean justJoined = ground.onPersisted(written);
    answerFence();
    if (justJoined) {
      switch (role) {
        case Role.Leading(Leadership leadership) -> leading.onDurable(leadership);
        case Role.Copying copying -> ground.send(copying.leader(), following.acked());
        case Role.Unattached _, Role.Following _, Role.Stranded _ -> {}
      }
    }
  }

  /**
   * Takes a role for an epoch. Only the life of the process that was appointed may lead: after a
   * restart it could write offsets anew that its followers have already copied.
   */
  private void onAppointed(Appointment appointment) {
    int epoch = appointment.epoch();
    if (epoch < ground.epoch()) {
      return;
    }
    boolean newer = epoch > ground.epoch();
    if (!appointment.leader().equals(ground.self)) {
      if (newer || role instanceof Role.Unattached) {
        enter(epoch, new Role.Following(appointment.leader()));
        following.sayFollow(appointment.leader());
      }
      return;
    }
    boolean thisLife = appointment.leaderIncarnation().equals(incarnation);
    if (!newer && role instanceof Role.Leading(Leadership leadership)) {
      if (thisLife) {
        leading.takeMembers(leadership, appointment);
      }
    } else if (thisLife) {
      lead(appointment);
    } else if (newer) {
      enter(epoch, UNATTACHED);
    }
  }

  private void onVotersChanged(Appointment appointment) {
    if (role instanceof Role.Leading(Leadership leadership)
        && appointment.epoch() == ground.epoch()) {
      leading.takeVoters(leadership, appointment);
    }
  }

  private void lead(Appointment appointment) {
    var leadership = new Leadership(ground.self, appointment, ground.history(), ground.settings);
    enter(appointment.epoch(), new Role.Leading(leadership));
    leading.begin(leadership);
  }

  // ---- messages ----

  private void onReceived(NodeId from, ReplicaMessage message) {
    if (message.epoch() < ground.epoch() || from.equals(ground.self)) {
      return;
    }
    int epoch = message.epoch();
    switch (message) {
      case ReplicaMessage.Begin m -> {
        if (listensTo(from, epoch)) {
          role = following.onBegin(role, from, m.startLog());
        }
      }
      case ReplicaMessage.Append m -> {
        if (listensTo(from, epoch)) {
          onAppend(from, m);
        }
      }
      case ReplicaMessage.Advance m -> {
        if (listensTo(from, epoch)) {
          onAdvance(from, m);
        }
      }
      case ReplicaMessage.Restart m -> {
        if (listensTo(from, epoch)) {
          onRestart(from, m);
        }
      }
      case ReplicaMessage.Follow _ -> asLeaderOf(epoch, from, leading::beginAnew);
      case ReplicaMessage.Began m -> asLeaderOf(epoch, from, (_, f) -> leading.onBegan(f, m.end()));
      case ReplicaMessage.Acked m -> asLeaderOf(epoch, from, (l, f) -> leading.onAcked(l, f, m));
    }
  }

  /**
   * Whether {@code from} leads {@code epoch}; a newer epoch is adopted, since only its leader sends
   * such messages. It may come before the appointment is known here.
   */
  private boolean listensTo(NodeId from, int epoch) {
    if (epoch > ground.epoch() || role instanceof Role.Unattached) {
      enter(epoch, new Role.Following(from));
    }
    return !leads() && leader().equals(Optional.of(from));
  }

  private void onAppend(NodeId leader, ReplicaMessage.Append append) {
    switch (role) {
      case Role.Copying copying -> following.onAppend(copying, append);
      case Role.Following _ -> following.sayFollowAgain(leader);
      case Role.Unattached _, Role.Stranded _, Role.Leading _ -> {}
    }
  }

  private void onAdvance(NodeId leader, ReplicaMessage.Advance advance) {
    switch (role) {
      case Role.Copying _ -> following.onAdvance(advance.highWatermark());
      case Role.Following _ -> following.sayFollowAgain(leader);
      case Role.Unattached _, Role.Stranded _, Role.Leading _ -> {}
    }
  }

  /**
   * Only what ends before the start is dropped, or what the last Begin could not be compared with.
   */
  private void onRestart(NodeId leader, ReplicaMessage.Restart restart) {
    switch (role) {
      case Role.Stranded(NodeId _, long startEnd) ->
          role = following.restartAt(leader, startEnd, restart);
      case Role.Copying(NodeId _, long startEnd) -> {
        if (ground.history().end() < restart.start()) {
          role = following.restartAt(leader, startEnd, restart);
        }
      }
      case Role.Following _ -> following.sayFollowAgain(leader);
      case Role.Unattached _, Role.Leading _ -> {}
    }
  }

  private void asLeaderOf(int epoch, NodeId from, LeaderSide.LeaderStep then) {
    if (epoch == ground.epoch() && role instanceof Role.Leading(Leadership leadership)) {
      leading.with(leadership, from, then);
    }
  }

  // ---- log, streams, time ----

  private void onAppended(long end) {
    Check.that(leads(), "records appended by a replica that does not lead");
    ground.appended(end);
    if (role instanceof Role.Leading(Leadership leadership)) {
      leading.pumpAll(leadership);
    }
  }

  private void onFlushed(long generation, long end) {
    if (ground.onFlushed(generation, end)) {
      switch (role) {
        case Role.Leading(Leadership leadership) -> leading.onDurable(leadership);
        case Role.Copying copying -> following.onFlushed(copying);
        case Role.Unattached _, Role.Following _, Role.Stranded _ -> {}
      }
    }
  }

  private void onStartMoved(long start) {
    long kept = Math.min(start, ground.history().end());
    ground.startAt(kept);
    ground.commitTo(kept);
  }

  private void onPeerConnected(NodeId peer) {
    asLeaderOf(ground.epoch(), peer, leading::beginAnew);
    following.onConnected(role, peer);
  }

  private void onTick(long nowMs) {
    ground.timeIs(nowMs);
    switch (role) {
      case Role.Leading(Leadership leadership) -> leading.onTick(leadership);
      case Role.Following(NodeId leader) -> following.sayFollowAgain(leader);
      case Role.Stranded(NodeId leader, long _) -> following.sayFollowAgain(leader);
      case Role.Unattached _, Role.Copying _ -> {}
    }
  }
}
