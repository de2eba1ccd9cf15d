package io.dure.replication;

import io.dure.base.Check;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One replica of one log, as a protocol core: events in, effects out. Owned by the event loop that owns the log.
 *
 * <pre>
 *   Unattached ── Appointed(other), a leader's message ─▶ Following ── Begin ─▶ Copying
 *                                                         Following ── Begin ─▶ Stranded ── Restart ─▶ Copying
 *   Unattached ── Appointed(self, this life) ──▶ Leading
 *   any ── Fenced(newer epoch) ─▶ Unattached      any ── newer epoch's leader ─▶ its role there
 * </pre>
 *
 * <p>What is durable and what is only decided are kept apart: {@code state} is what was decided, {@code durable} what is known
 * to be on disk, and only the latter is ever told to others. Why the rules are as they are:
 *
 * <ul>
 *   <li>A Begin always carries the same log, the leader's as it was when the epoch began. A follower that already holds a
 *       record of the epoch has a prefix of its leader's log and cuts nothing, so a late repetition cannot take away
 *       what was acknowledged.
 *   <li>A follower cuts exactly what its leader never had. Cutting more would take committed records away from a
 *       replica that others may need soon.
 *   <li>An epoch is joined only when the cut is durable, too, and not only the copy. Otherwise a power cut could
 *       bring the cut records back under a replica that calls itself joined, and with them it would look further ahead
 *       than those that hold what was committed.
 *   <li>Where a log shares no epoch with its leader's and starts before it, nothing can be said about its records
 *       before the leader's start. It is dropped as a whole (Stranded), but only when the leader says where to start:
 *       until then it may be the one that holds something committed.
 *   <li>A dropped log counts as not durable until a flush says otherwise, even though it is empty: after a power cut it
 *       may be the old one again.
 * </ul>
 *
 * <p>Offsets count records and every "end" is exclusive.
 */
public final class Replica {
    private static final Role UNATTACHED = new Role.Unattached();

    private final NodeId self;
    private final ReplicaSettings settings;
    private final Retry follow;
    private Incarnation incarnation;
    private ReplicaState state;
    private ReplicaState durable;
    private EpochHistory history;
    private long generation;
    private boolean shapeDurable;
    private long flushedEnd;
    private long highWatermark;
    private int unansweredFence = -1;
    private long gapReportedAt = -1;
    private long nowMs;
    private Role role = UNATTACHED;
    private List<ReplicaEffect> effects = new ArrayList<>();

    /**
     * @param incarnation the life of this process, or NONE until {@link ReplicaEvent.Registered} tells
     * @param history the log as recovered
     * @param flushedEnd what of it is known to be durable (exclusive), the cuts before included: the log's end says that all
     *     of it is, -1 that nothing is known. After a crash of the process alone cuts and records may still be in the page
     *     cache only, so all of it may be said after a flush; the host makes one without being asked.
     */
    public Replica(
            NodeId self,
            Incarnation incarnation,
            ReplicaState restored,
            EpochHistory history,
            long flushedEnd,
            ReplicaSettings settings) {
        this.self = self;
        this.incarnation = incarnation;
        this.state = restored;
        this.durable = restored;
        if (history.lastEpoch() > restored.epoch()) {
            // The power went when the records were on disk and the epoch that they came with was not yet.
            persist(new ReplicaState(history.lastEpoch(), restored.joinedEpoch()));
        }
        this.history = history;
        this.shapeDurable = flushedEnd >= history.end();
        this.flushedEnd = Math.clamp(flushedEnd, 0, history.end());
        this.highWatermark = history.start();
        this.settings = settings;
        this.follow = new Retry(settings);
    }

    /** Advances by one event. The effects must be run in order, all before the next step. */
    public List<ReplicaEffect> step(ReplicaEvent event) {
        switch (event) {
            case ReplicaEvent.Fenced e -> onFenced(e.epoch());
            case ReplicaEvent.Registered e -> incarnation = e.incarnation();
            case ReplicaEvent.Appointed e -> onAppointed(e.appointment());
            case ReplicaEvent.Received e -> onReceived(e.from(), e.message());
            case ReplicaEvent.Appended e -> onAppended(e.end());
            case ReplicaEvent.Flushed e -> onFlushed(e.generation(), e.end());
            case ReplicaEvent.Persisted e -> onPersisted(e.state());
            case ReplicaEvent.Sent e -> onSent(e);
            case ReplicaEvent.StartMoved e -> onStartMoved(e.start());
            case ReplicaEvent.PeerConnected e -> onPeerConnected(e.peer());
            case ReplicaEvent.Tick e -> onTick(e.nowMs());
        }
        checkInvariants();
        if (effects.isEmpty()) {
            return List.of();
        }
        List<ReplicaEffect> result = effects;
        effects = new ArrayList<>(4);
        return result;
    }

    public NodeId self() {
        return self;
    }

    public int epoch() {
        return state.epoch();
    }

    public Role role() {
        return role;
    }

    /** What was decided; {@link #durable} may still be behind. */
    public ReplicaState state() {
        return state;
    }

    /** What is known to be on disk. */
    public ReplicaState durable() {
        return durable;
    }

    /** The log's shape, all appends included. */
    public EpochHistory history() {
        return history;
    }

    public long flushedEnd() {
        return flushedEnd;
    }

    /** Everything below (exclusive) is committed as far as this replica knows; never falls. */
    public long highWatermark() {
        return highWatermark;
    }

    public boolean leads() {
        return role instanceof Role.Leading;
    }

    /** Whether this replica leads and everything it started with is committed. */
    public boolean isOpen() {
        return role instanceof Role.Leading(Leadership leadership) && leadership.opened();
    }

    /** The leader of the epoch as far as known here. */
    public Optional<NodeId> leader() {
        return switch (role) {
            case Role.Unattached() -> Optional.empty();
            case Role.Following(NodeId leader) -> Optional.of(leader);
            case Role.Stranded(NodeId leader, long _) -> Optional.of(leader);
            case Role.Copying(NodeId leader, long _) -> Optional.of(leader);
            case Role.Leading _ -> Optional.of(self);
        };
    }

    /** Nothing is under way that time could change: the host may leave out ticks until another event comes. */
    public boolean idle() {
        return switch (role) {
            case Role.Unattached _ -> true;
            case Role.Following _ -> false;
            case Role.Stranded _ -> false;
            case Role.Copying _ -> true;
            case Role.Leading(Leadership leadership) -> leadership.quiet(history.end(), highWatermark);
        };
    }

    /** What this replica can acknowledge to its leader now; empty while it has not begun with it. */
    public Optional<ReplicaMessage> acknowledgement() {
        return role instanceof Role.Copying ? Optional.of(acked()) : Optional.empty();
    }

    // ---- epochs -----------------------------------------------------------------------------------------------------

    /**
     * An answer counts in the choice of the next leader, so it is given only when the refusal is durable. An older fence is
     * answered with the newer epoch that stands here: a new controller learns so of what the one before left half done.
     */
    private void onFenced(int epoch) {
        if (epoch > state.epoch()) {
            enter(epoch, UNATTACHED);
        }
        unansweredFence = state.epoch();
        answerFence();
    }

    private void answerFence() {
        if (unansweredFence == state.epoch() && durable.epoch() >= unansweredFence) {
            effects.add(new ReplicaEffect.AnswerFence(unansweredFence, durable.joinedEpoch(), history.end()));
            unansweredFence = -1;
        }
    }

    /** Adopts an epoch in {@code newRole}; newer epochs are persisted. */
    private void enter(int epoch, Role newRole) {
        if (role instanceof Role.Leading) {
            effects.add(new ReplicaEffect.Resigned(state.epoch()));
        }
        if (epoch > state.epoch()) {
            persist(new ReplicaState(epoch, state.joinedEpoch()));
        }
        role = newRole;
        gapReportedAt = -1;
        follow.reset();
    }

    private void persist(ReplicaState next) {
        state = next;
        effects.add(new ReplicaEffect.Persist(next));
    }

    private void onPersisted(ReplicaState written) {
        int joinedBefore = durable.joinedEpoch();
        durable = new ReplicaState(
                Math.max(durable.epoch(), written.epoch()), Math.max(durable.joinedEpoch(), written.joinedEpoch()));
        answerFence();
        if (durable.joinedEpoch() > joinedBefore && durable.joinedEpoch() == state.epoch()) {
            onJoined();
        }
    }

    private void onJoined() {
        switch (role) {
            case Role.Leading(Leadership leadership) -> commit(leadership);
            case Role.Copying(NodeId leader, long _) -> send(leader, acked());
            case Role.Unattached _, Role.Following _, Role.Stranded _ -> {}
        }
    }

    private boolean hasJoined() {
        return durable.joinedEpoch() == state.epoch();
    }

    /** Records the epoch as joined once all its leader started with is durable here, the cut before it included. */
    private void joinIfDurable(long startEnd) {
        if (state.joinedEpoch() < state.epoch() && shapeDurable && flushedEnd >= startEnd) {
            persist(new ReplicaState(state.epoch(), state.epoch()));
        }
    }

    /**
     * Takes a role for an epoch. Only the life of the process that was appointed may lead: after a restart it could
     * write offsets anew that its followers have already copied.
     */
    private void onAppointed(Appointment appointment) {
        if (appointment.epoch() < state.epoch()) {
            return;
        }
        if (!appointment.leader().equals(self)) {
            followAppointed(appointment.epoch(), appointment.leader());
            return;
        }
        boolean thisLife = appointment.leaderIncarnation().equals(incarnation);
        if (role instanceof Role.Leading(Leadership leadership) && appointment.epoch() == state.epoch()) {
            if (thisLife) {
                takeMembers(leadership, appointment);
            }
            return;
        }
        if (thisLife) {
            lead(appointment);
        } else if (appointment.epoch() > state.epoch()) {
            enter(appointment.epoch(), UNATTACHED);
        }
    }

    private void followAppointed(int epoch, NodeId leader) {
        boolean known = epoch == state.epoch() && !(role instanceof Role.Unattached);
        if (!known) {
            follow(epoch, leader);
        }
    }

    private void follow(int epoch, NodeId leader) {
        enter(epoch, new Role.Following(leader));
        sayFollow(leader);
    }

    private void sayFollow(NodeId leader) {
        send(leader, new ReplicaMessage.Follow(state.epoch()));
        follow.said(nowMs);
    }

    // ---- messages ---------------------------------------------------------------------------------------------------

    private void onReceived(NodeId from, ReplicaMessage message) {
        if (message.epoch() < state.epoch() || from.equals(self)) {
            return;
        }
        switch (message) {
            case ReplicaMessage.Begin m -> {
                if (listensTo(from, m.epoch())) {
                    onBegin(from, m);
                }
            }
            case ReplicaMessage.Append m -> {
                if (listensTo(from, m.epoch())) {
                    onAppend(m);
                }
            }
            case ReplicaMessage.Advance m -> {
                if (listensTo(from, m.epoch())) {
                    onAdvance(m.highWatermark());
                }
            }
            case ReplicaMessage.Restart m -> {
                if (listensTo(from, m.epoch())) {
                    onRestart(m.start());
                }
            }
            case ReplicaMessage.Follow m -> asLeaderOf(m.epoch(), from, this::onFollow);
            case ReplicaMessage.Began m -> asLeaderOf(m.epoch(), from, (l, f) -> onBegan(f, m.end()));
            case ReplicaMessage.Acked m -> asLeaderOf(m.epoch(), from, (l, f) -> onAcked(l, f, m));
        }
    }

    /**
     * Whether {@code from} leads {@code epoch}; a newer epoch is adopted, since only its leader sends such messages. It may
     * come before the appointment is known here.
     */
    private boolean listensTo(NodeId from, int epoch) {
        if (epoch > state.epoch() || role instanceof Role.Unattached) {
            enter(epoch, new Role.Following(from));
        }
        return !leads() && leader().equals(Optional.of(from));
    }

    private interface LeaderStep {
        void with(Leadership leadership, FollowerProgress follower);
    }

    private void asLeaderOf(int epoch, NodeId from, LeaderStep then) {
        if (epoch == state.epoch() && role instanceof Role.Leading(Leadership leadership)) {
            leadership.follower(from).ifPresent(follower -> then.with(leadership, follower));
        }
    }

    // ---- following --------------------------------------------------------------------------------------------------

    private void onBegin(NodeId leader, ReplicaMessage.Begin begin) {
        EpochHistory startLog = begin.startLog();
        long startEnd = startLog.end();
        boolean prefix = role instanceof Role.Copying || isOfThisEpoch(startEnd);
        if (!prefix && !comparable(startLog)) {
            role = new Role.Stranded(leader, startEnd);
            follow.said(nowMs);
            // Below the leader's start, so that it answers with a Restart.
            send(leader, new ReplicaMessage.Began(state.epoch(), Math.min(history.end(), startLog.start() - 1)));
            return;
        }
        if (!prefix) {
            cutTo(history.commonEndWith(startLog));
        }
        role = new Role.Copying(leader, startEnd);
        gapReportedAt = -1;
        send(leader, new ReplicaMessage.Began(state.epoch(), history.end()));
        joinIfDurable(startEnd);
        if (flushedEnd > history.start() || hasJoined()) {
            send(leader, acked());
        }
    }

    /**
     * Whether this log was copied from this epoch's leader already, before a restart: it holds a record of the epoch, or it has
     * dropped, as committed, what the leader can only have written in it.
     */
    private boolean isOfThisEpoch(long startEnd) {
        return history.lastEpoch() == state.epoch() || history.start() > startEnd;
    }

    /** Whether it can be told where the two logs part: they share an epoch, or none of ours lies before their start. */
    private boolean comparable(EpochHistory startLog) {
        if (history.end() < startLog.start()) {
            return false;
        }
        if (history.start() >= startLog.start() || history.start() == history.end()) {
            return true;
        }
        for (EpochHistory.Entry entry : history.entries()) {
            for (EpochHistory.Entry other : startLog.entries()) {
                if (entry.epoch() == other.epoch()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void cutTo(long end) {
        if (end >= history.end()) {
            return;
        }
        Check.that(end >= highWatermark, "cut to %d below the high watermark %d", end, highWatermark);
        history = history.truncateTo(end);
        reshaped(Math.min(flushedEnd, end));
        effects.add(new ReplicaEffect.Truncate(end));
    }

    private void reshaped(long newFlushedEnd) {
        generation++;
        shapeDurable = false;
        flushedEnd = newFlushedEnd;
    }

    private void onAppend(ReplicaMessage.Append append) {
        BatchSpan records = append.records();
        if (!(role instanceof Role.Copying(NodeId leader, long _))) {
            askToBegin();
            return;
        }
        if (records.end() <= history.end()) {
            send(leader, acked());
        } else if (records.from() == history.end()) {
            history = withRecords(records);
            effects.add(new ReplicaEffect.Append(records));
        } else {
            reportGap(leader);
            return;
        }
        advanceTo(Math.min(append.highWatermark(), history.end()));
    }

    /** Once per gap: every message behind a lost one would ask for the same again. */
    private void reportGap(NodeId leader) {
        if (gapReportedAt != history.end()) {
            gapReportedAt = history.end();
            send(leader, new ReplicaMessage.Began(state.epoch(), history.end()));
        }
    }

    private EpochHistory withRecords(BatchSpan records) {
        List<EpochHistory.Entry> epochs = records.epochs();
        EpochHistory longer = history;
        for (int i = 0; i < epochs.size(); i++) {
            long end = i + 1 < epochs.size() ? epochs.get(i + 1).start() : records.end();
            longer = longer.append(epochs.get(i).epoch(), end);
        }
        Check.that(longer.lastEpoch() <= state.epoch(), "records of a later epoch than the leader's");
        return longer;
    }

    private void onAdvance(long toldHighWatermark) {
        if (role instanceof Role.Copying) {
            advanceTo(Math.min(toldHighWatermark, history.end()));
        } else {
            askToBegin();
        }
    }

    /** Only what ends before the start is dropped, or what the last Begin could not be compared with. */
    private void onRestart(long start) {
        long startEnd;
        NodeId leader;
        if (role instanceof Role.Stranded(NodeId l, long end)) {
            leader = l;
            startEnd = end;
        } else if (role instanceof Role.Copying(NodeId l, long end) && history.end() < start) {
            leader = l;
            startEnd = end;
        } else {
            askToBegin();
            return;
        }
        history = EpochHistory.emptyAt(start);
        reshaped(0);
        effects.add(new ReplicaEffect.Reset(start));
        role = new Role.Copying(leader, startEnd);
        gapReportedAt = -1;
        send(leader, new ReplicaMessage.Began(state.epoch(), start));
        advanceTo(start);
    }

    /** The leader spoke, but not with a Begin, which must have been lost. */
    private void askToBegin() {
        if (role instanceof Role.Following(NodeId leader) && follow.due(nowMs)) {
            sayFollow(leader);
        }
    }

    private ReplicaMessage acked() {
        return new ReplicaMessage.Acked(state.epoch(), hasJoined(), flushedEnd);
    }

    // ---- leading ----------------------------------------------------------------------------------------------------

    private void lead(Appointment appointment) {
        Check.that(
                2 * appointment.commitQuorum() > appointment.replicas().size(),
                "a commit quorum of %d of %d replicas is no majority",
                appointment.commitQuorum(),
                appointment.replicas().size());
        Check.that(appointment.replicas().contains(self), "appointed without being a replica");
        var leadership = new Leadership(self, appointment, history, settings);
        enter(appointment.epoch(), new Role.Leading(leadership));
        effects.add(new ReplicaEffect.Leads(appointment.epoch()));
        joinIfDurable(history.end());
        for (FollowerProgress follower : leadership.followers()) {
            begin(leadership, follower);
        }
    }

    private void takeMembers(Leadership leadership, Appointment appointment) {
        Appointment now = leadership.appointment();
        Check.that(
                appointment.replicas().equals(now.replicas()) && appointment.commitQuorum() == now.commitQuorum(),
                "the replicas of an epoch changed within it");
        for (FollowerProgress added : leadership.takeMembers(appointment)) {
            begin(leadership, added);
        }
    }

    private void begin(Leadership leadership, FollowerProgress follower) {
        follower.awaitBegan();
        follower.retry.said(nowMs);
        send(follower.node, new ReplicaMessage.Begin(state.epoch(), leadership.startLog()));
    }

    private void onFollow(Leadership leadership, FollowerProgress follower) {
        follower.retry.reset();
        begin(leadership, follower);
    }

    private void onBegan(FollowerProgress follower, long end) {
        if (end > history.end()) {
            return;
        }
        follower.retry.reset();
        if (end < history.start()) {
            restart(follower);
            return;
        }
        follower.onBegan(end);
        pump(follower);
    }

    private void restart(FollowerProgress follower) {
        follower.awaitBegan();
        follower.retry.waitMs(nowMs, settings.longestTimeoutMs());
        send(follower.node, new ReplicaMessage.Restart(state.epoch(), history.start()));
    }

    private void onAcked(Leadership leadership, FollowerProgress follower, ReplicaMessage.Acked acked) {
        if (acked.flushedEnd() > history.end()) {
            return;
        }
        boolean news = follower.onAcked(acked.joined(), acked.flushedEnd());
        if (news) {
            follower.retry.reset();
            follower.retry.waitMs(nowMs, settings.recordsTimeoutMs());
            commit(leadership);
        }
        pump(follower);
    }

    /** Commits what q joined replicas hold durably; that includes all this leader started with, or nothing. */
    private void commit(Leadership leadership) {
        long committed = leadership.committedEnd(hasJoined(), flushedEnd);
        if (committed < 0) {
            return;
        }
        boolean advanced = committed > highWatermark;
        advanceTo(committed);
        if (!leadership.opened()) {
            leadership.open();
            effects.add(new ReplicaEffect.Opened(state.epoch()));
        }
        if (advanced) {
            pumpAll(leadership);
        }
    }

    private void pumpAll(Leadership leadership) {
        List<FollowerProgress> followers = leadership.followers();
        for (int i = 0; i < followers.size(); i++) {
            pump(followers.get(i));
        }
    }

    /** Sends what the follower lacks and its window allows; the high watermark alone when nothing else is left to send. */
    private void pump(FollowerProgress follower) {
        if (!follower.begun() || follower.sending()) {
            return;
        }
        long next = follower.nextOffset();
        if (next < history.start()) {
            restart(follower);
        } else if (next < history.end()) {
            if (follower.windowOpen()) {
                follower.startSending();
                follower.told(highWatermark);
                effects.add(new ReplicaEffect.SendRecords(follower.node, state.epoch(), next, highWatermark));
            }
        } else if (follower.nothingInFlight() && !follower.knows(highWatermark)) {
            follower.told(highWatermark);
            send(follower.node, new ReplicaMessage.Advance(state.epoch(), highWatermark));
        }
    }

    private void onSent(ReplicaEvent.Sent sent) {
        asLeaderOf(sent.epoch(), sent.to(), (leadership, follower) -> {
            if (!follower.sending()) {
                return;
            }
            boolean first = !follower.anythingInFlight();
            if (!follower.onSent(sent.end())) {
                follower.told(-1);
                return;
            }
            if (first) {
                follower.retry.waitMs(nowMs, settings.recordsTimeoutMs());
            }
            pump(follower);
        });
    }

    private void onAppended(long end) {
        Check.that(leads(), "records appended by a replica that does not lead");
        history = history.append(state.epoch(), end);
        if (role instanceof Role.Leading(Leadership leadership)) {
            pumpAll(leadership);
        }
    }

    // ---- log, streams, time -----------------------------------------------------------------------------------------

    /** A flush of the log as it was before a cut says nothing about the log as it is. */
    private void onFlushed(long flushedGeneration, long end) {
        if (flushedGeneration != generation) {
            return;
        }
        boolean news = end > flushedEnd || !shapeDurable;
        shapeDurable = true;
        flushedEnd = Math.max(flushedEnd, end);
        if (!news) {
            return;
        }
        switch (role) {
            case Role.Leading(Leadership leadership) -> {
                joinIfDurable(leadership.startLog().end());
                commit(leadership);
            }
            case Role.Copying(NodeId leader, long startEnd) -> {
                joinIfDurable(startEnd);
                send(leader, acked());
            }
            case Role.Unattached _, Role.Following _, Role.Stranded _ -> {}
        }
    }

    private void onStartMoved(long start) {
        if (start <= history.end()) {
            history = history.startAt(start);
        }
        advanceTo(Math.min(start, history.end()));
    }

    private void onPeerConnected(NodeId peer) {
        switch (role) {
            case Role.Leading(Leadership leadership) -> leadership.follower(peer).ifPresent(follower -> {
                follower.retry.reset();
                begin(leadership, follower);
            });
            case Role.Following(NodeId leader) -> {
                if (leader.equals(peer)) {
                    follow.reset();
                    sayFollow(leader);
                }
            }
            case Role.Copying(NodeId leader, long _) -> {
                if (leader.equals(peer)) {
                    send(leader, acked());
                }
            }
            case Role.Unattached _, Role.Stranded _ -> {}
        }
    }

    private void onTick(long now) {
        nowMs = now;
        switch (role) {
            case Role.Leading(Leadership leadership) -> onLeaderTick(leadership);
            case Role.Following(NodeId leader) -> {
                if (follow.due(nowMs)) {
                    sayFollow(leader);
                }
            }
            case Role.Stranded(NodeId leader, long _) -> {
                if (follow.due(nowMs)) {
                    sayFollow(leader);
                }
            }
            case Role.Unattached _, Role.Copying _ -> {}
        }
    }

    private void onLeaderTick(Leadership leadership) {
        for (FollowerProgress follower : leadership.followers()) {
            if (follower.owesAnswer(history.end()) && follower.retry.due(nowMs)) {
                begin(leadership, follower);
            } else {
                follower.sendingGaveUp();
                pump(follower);
            }
        }
        leadership
                .inStepToReport(hasJoined(), history.end(), nowMs)
                .ifPresent(inStep -> effects.add(new ReplicaEffect.InStep(state.epoch(), inStep)));
    }

    private void advanceTo(long committed) {
        if (committed > highWatermark) {
            highWatermark = committed;
            effects.add(new ReplicaEffect.Committed(committed));
        }
    }

    private void send(NodeId to, ReplicaMessage message) {
        effects.add(new ReplicaEffect.Send(to, message));
    }

    private void checkInvariants() {
        Check.that(highWatermark <= history.end(), "high watermark %d past log end %d", highWatermark, history.end());
        Check.that(flushedEnd <= history.end(), "flushed %d past log end %d", flushedEnd, history.end());
        Check.that(history.lastEpoch() <= state.epoch(), "log epoch %d past own %d", history.lastEpoch(), state.epoch());
        Check.that(state.joinedEpoch() <= state.epoch(), "joined %d past own %d", state.joinedEpoch(), state.epoch());
    }
}
