package io.dure.runtime;

import io.dure.base.DiskException;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.log.AppendInfo;
import io.dure.log.EpochHistory;
import io.dure.log.FlushTicket;
import io.dure.log.LogSettings;
import io.dure.log.PartitionLog;
import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.replication.Appointment;
import io.dure.replication.Replica;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.runtime.Partitions.AppendOutcome;
import io.dure.runtime.Partitions.Leadership;
import io.dure.wire.WireError;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One replica of one partition: runs what its core decides, and holds who waits for it. Belongs to
 * its loop.
 *
 * <p>Events are worked off one at a time, each with all its effects, in the order of their arrival;
 * answers given in place may call back into this host.
 */
final class PartitionHost implements WaitingClients.Site {
  /** How long a host counts as busy after something happened to it, and is ticked at full rate. */
  private static final long BUSY_MS = 2_000;

  private static final int NOT_LEADING = -1;

  private final PartitionId id;
  private final String topicName;

  /** Coordinators keep what they know in it: written as long as there is any room. */
  private final boolean internal;

  private final LoopPorts ports;
  private final Shard shard;
  private final HostedLog hosted;
  private final Replica replica;
  private final ArrayDeque<ReplicaEvent> events = new ArrayDeque<>(2);
  private boolean stepping;
  private boolean closed;

  private PartitionImage image;
  private int appointedEpoch = -1;
  private List<NodeId> learners = List.of();
  private int ledEpoch = NOT_LEADING;
  private boolean opened;
  private long highWatermark;
  private long busyUntilMs;
  private boolean resting;
  private Optional<FenceAsked> fenceAsked = Optional.empty();

  private final WaitingClients clients;
  private final FollowerPushes pushes;
  private final LeaderReports reports;
  private final PendingMarkers markers = new PendingMarkers();
  private final LogStart start;
  private final PartitionLoad load = new PartitionLoad();

  /** Who asked for the newest fence, to be told when it is durable. */
  record FenceAsked(NodeId by, int controllerEpoch) {}

  PartitionHost(
      PartitionImage image,
      TopicImage topic,
      Incarnation own,
      PartitionLog log,
      LoopPorts ports,
      Shard shard) {
    this.id = image.id();
    this.topicName = topic.name();
    this.internal = topic.internal();
    this.image = image;
    this.ports = ports;
    this.shard = shard;
    this.hosted =
        new HostedLog(
            ports, PartitionFolders.name(topicName, id.index()), log, this::onFlushed, this::fail);
    this.pushes = new FollowerPushes(id, ports, shard, hosted);
    this.reports = new LeaderReports(id, shard);
    this.clients =
        new WaitingClients(this, shard.waitingBytes(), shard.numbers().commits(), ports.clock());
    this.replica =
        new Replica(
            ports.settings().self(),
            own,
            ports.states().of(id),
            log.history(),
            log.flushedEnd(),
            shard.replicaSettings());
    this.highWatermark = log.history().start();
    this.start = new LogStart(id, ports, hosted, new StartSite());
  }

  /** To be called once, after the host can be found by others. */
  void begin() {
    hosted.flushWhatIsNot();
  }

  HostedLog hosted() {
    return hosted;
  }

  LogStart start() {
    return start;
  }

  PartitionLoad load() {
    return load;
  }

  /** Whether this copy is still being made. */
  boolean isLearner() {
    return learners.contains(ports.settings().self());
  }

  PartitionId id() {
    return id;
  }

  String topicName() {
    return topicName;
  }

  PartitionLog log() {
    return hosted.log();
  }

  Replica replica() {
    return replica;
  }

  int ledEpoch() {
    return ledEpoch;
  }

  @Override
  public boolean leads() {
    return ledEpoch != NOT_LEADING;
  }

  boolean isOpened() {
    return opened;
  }

  long highWatermark() {
    return highWatermark;
  }

  /**
   * What a reader of committed transactions may see (exclusive): nothing of one that is open, or
   * whose end is not committed itself.
   */
  long lastStable() {
    PartitionLog log = hosted.log();
    return Math.min(highWatermark, Math.max(log.startOffset(), log.producers().firstUnstable()));
  }

  EpochHistory history() {
    return hosted.log().history();
  }

  WaitingClients clients() {
    return clients;
  }

  int commitQuorum() {
    return image.commitQuorum();
  }

  int imageEpoch() {
    return image.epoch();
  }

  /**
   * Who leads as far as known here; empty when this very node is said to, which then does not lead
   * (yet, or any more). A new leader's first message may come before the image that names it.
   */
  Optional<Leadership> leadershipElsewhere() {
    if (replica.epoch() > image.epoch()) {
      return leaderElsewhere().map(leader -> new Leadership(leader, replica.epoch()));
    }
    return image
        .leader()
        .filter(leader -> !leader.equals(ports.settings().self()))
        .map(leader -> new Leadership(leader, image.epoch()));
  }

  /** Of the epoch that this node leads. */
  Leadership leadership() {
    return new Leadership(ports.settings().self(), ledEpoch);
  }

  private Optional<NodeId> leaderElsewhere() {
    return replica.leader().filter(leader -> !leader.equals(ports.settings().self()));
  }

  boolean leaderReachable() {
    return image.leader().filter(leader -> ports.peers().reachable(leader)).isPresent();
  }

  /**
   * Takes what the committed metadata says of this partition. An epoch without a leader is adopted
   * all the same: this may be a new copy at a node that kept one before and has forgotten what that
   * had promised, and a leader of long ago may still be about.
   */
  void onImage(PartitionImage newer) {
    image = newer;
    boolean news = newer.epoch() > appointedEpoch || !newer.learners().equals(learners);
    if (newer.leader().isEmpty()) {
      if (newer.epoch() > replica.epoch()) {
        on(new ReplicaEvent.Fenced(newer.epoch()));
      }
    } else if (news) {
      if (newer.epoch() > appointedEpoch) {
        start.onEpoch(newer.logStart());
      }
      appointedEpoch = newer.epoch();
      learners = newer.learners();
      on(
          new ReplicaEvent.Appointed(
              new Appointment(
                  newer.epoch(),
                  newer.leader().get(),
                  newer.leaderIncarnation(),
                  newer.replicas(),
                  learners,
                  newer.commitQuorum())));
      clients.watches().wakeAll();
    }
  }

  /** Other settings of the topic are in force; nothing happens where they are the same. */
  void onSettings(LogSettings settings) {
    if (!settings.equals(hosted.log().settings())) {
      hosted.log().settings(settings);
      start.settingsChanged();
    }
  }

  void onRegistered(Incarnation own) {
    on(new ReplicaEvent.Registered(own));
  }

  void onFence(FenceAsked asked, int epoch) {
    fenceAsked = Optional.of(asked);
    on(new ReplicaEvent.Fenced(epoch));
  }

  /** Records that the disk has no room for count as lost on the way: they come again. */
  void onMessage(NodeId from, ReplicaMessage message) {
    if (message instanceof ReplicaMessage.Append append
        && !internal
        && !ports.room().takesCopies(append.records().sizeBytes())) {
      return;
    }
    on(new ReplicaEvent.Received(from, message));
  }

  void onPeerConnected(NodeId peer) {
    if (image.hasMember(peer)) {
      start.onPeerConnected(peer);
      on(new ReplicaEvent.PeerConnected(peer));
    }
  }

  /** About every 50 ms for a busy host, and about every second for the others. */
  void onTick(long nowMs) {
    clients.expire(nowMs);
    if (closed) {
      return;
    }
    start.onTick(nowMs);
    hosted.onTick(nowMs);
    clients.endTooLongInterregnum(nowMs);
    boolean busy = isBusy(nowMs);
    step(new ReplicaEvent.Tick(nowMs));
    if (!busy && hosted.isIdle()) {
      hosted.forgetTail();
    }
    if (leads() && reports.isDue(nowMs)) {
      tellController();
    }
  }

  boolean isBusy(long nowMs) {
    return nowMs < busyUntilMs
        || !clients.appends().isEmpty()
        || start.isWaiting()
        || !replica.idle();
  }

  /**
   * Where nothing has happened for long: gives back what the log holds for more to come, and moves
   * its recovery point to the end. Tells whether there was anything to do.
   */
  boolean rest(long nowMs) {
    boolean due =
        !closed
            && !resting
            && nowMs >= busyUntilMs + ports.settings().restMs()
            && !isBusy(nowMs)
            && hosted.isIdle();
    if (due) {
      resting = true;
      hosted.log().rest();
    }
    return due;
  }

  @Override
  public boolean enoughReachable() {
    return isCommitQuorum(ports.peers()::reachable);
  }

  /** Whether this leader's disk, and enough of those it can reach, take so many bytes more. */
  boolean enoughRoom(int bytes) {
    Peers peers = ports.peers();
    return internal
        || (ports.room().takesRecords(bytes)
            && isCommitQuorum(node -> peers.reachable(node) && !peers.diskIsLow(node)));
  }

  private boolean isCommitQuorum(Predicate<NodeId> counts) {
    int counted = 0;
    for (NodeId replica : image.replicas()) {
      if (counts.test(replica)) {
        counted++;
      }
    }
    return counted >= Math.max(1, image.commitQuorum());
  }

  PendingMarkers markers() {
    return markers;
  }

  /** Whether an append must wait until the event under way has had all its effects. */
  boolean isStepping() {
    return stepping;
  }

  /**
   * Puts checked batches into the log as the leader; {@link #written} is to follow at once.
   *
   * @throws DiskException when this replica is out of use from now on
   */
  AppendInfo write(ByteBuffer batches) {
    try {
      AppendInfo info = hosted.appendAsLeader(batches, ledEpoch, image.members().size() > 1);
      load.took(info.records().sizeBytes());
      return info;
    } catch (DiskException e) {
      if (e.isFull()) {
        throw ports.failed(id, e);
      }
      fail(e);
      throw e;
    } catch (RuntimeException e) {
      throw ports.failed(id, e);
    }
  }

  /**
   * The disk failed under this replica alone. It takes part in nothing any more in this life of the
   * node, as if it were gone: what it has promised and acknowledged is durable and stays true, and
   * what else its files hold nobody knows.
   */
  private void fail(DiskException why) {
    if (closed) {
      return;
    }
    closed = true;
    stepping = false;
    events.clear();
    hosted.abandon();
    endLeadership();
    shard.failed(this, why);
  }

  /** For good. */
  private void endLeadership() {
    clients.endInterregnum();
    if (leads()) {
      onResigned(ledEpoch);
    }
    clients.close();
  }

  void written(AppendInfo info) {
    on(new ReplicaEvent.Appended(info.endOffset()));
  }

  @Override
  public AppendOutcome.Refused refused(WireError error, String reason) {
    return new AppendOutcome.Refused(error, reason, leadershipElsewhere());
  }

  private void on(ReplicaEvent event) {
    if (closed) {
      // What was persisted for it on the way: its files may be gone by now.
      return;
    }
    long nowMs = ports.clock().nowMs();
    if (nowMs >= busyUntilMs) {
      shard.busy(this);
    }
    busyUntilMs = nowMs + BUSY_MS;
    resting = false;
    step(event);
  }

  private void step(ReplicaEvent event) {
    events.add(event);
    if (stepping) {
      return;
    }
    try {
      stepAll();
      clients.interregnum().release();
    } catch (DiskException e) {
      if (e.isFull()) {
        throw ports.failed(id, e);
      }
      fail(e);
    } catch (RuntimeException e) {
      throw ports.failed(id, e);
    }
  }

  private void stepAll() {
    stepping = true;
    for (ReplicaEvent next = events.poll(); next != null; next = events.poll()) {
      if (next instanceof ReplicaEvent.Fenced(int epoch) && epoch > replica.epoch() && !internal) {
        clients.interregnum().begin(ports.clock().nowMs(), leads());
      }
      for (ReplicaEffect effect : replica.step(next)) {
        run(effect);
      }
      if (replica.leader().isPresent()) {
        clients.endInterregnum();
      }
    }
    stepping = false;
  }

  private void run(ReplicaEffect effect) {
    switch (effect) {
      case ReplicaEffect.Truncate e -> {
        hosted.truncateTo(e.end());
        hosted.log().producers().committedTo(highWatermark);
      }
      case ReplicaEffect.Reset e -> hosted.resetTo(e.start(), e.producers());
      case ReplicaEffect.Append e -> {
        hosted.append(e.records());
        load.took(e.records().sizeBytes());
      }
      case ReplicaEffect.Persist e ->
          ports
              .states()
              .persist(
                  id, e.state(), ports.loop(), () -> on(new ReplicaEvent.Persisted(e.state())));
      case ReplicaEffect.Send e -> {
        if (e.message() instanceof ReplicaMessage.Restart restart) {
          pushes.restart(e.to(), restart);
        } else {
          pushes.message(e.to(), e.message());
        }
      }
      case ReplicaEffect.SendRecords e -> {
        long sentTo = pushes.records(e, replica.history().end(), image);
        events.addFirst(new ReplicaEvent.Sent(e.to(), e.epoch(), sentTo));
      }
      case ReplicaEffect.AnswerFence e ->
          fenceAsked.ifPresent(asked ->
              shard.answerFence(
                  asked,
                  new PeerMessage.FencedAt(
                      id, e.epoch(), e.joinedEpoch(), hosted.log().startOffset(), e.end())));
      case ReplicaEffect.Committed e -> onCommitted(e.highWatermark());
      case ReplicaEffect.Leads e -> {
        ledEpoch = e.epoch();
        start.onLeads();
      }
      case ReplicaEffect.Opened e -> {
        opened = true;
        tellController();
        shard.opened(this, e.epoch());
        clients.watches().wakeAll();
      }
      case ReplicaEffect.Resigned e -> onResigned(e.epoch());
      case ReplicaEffect.InStep e -> {
        reports.keepingUp(e.replicas());
        tellController();
      }
    }
  }

  private void onCommitted(long upTo) {
    highWatermark = upTo;
    hosted.log().producers().committedTo(upTo);
    // The coordinator that lives here comes first: who ordered the marker may ask it at once.
    markers.committed(upTo, (marker, offset) -> shard.markerCommitted(this, marker, offset));
    clients.committed(upTo, lastStable());
    start.onCommitted();
  }

  private void onResigned(int epoch) {
    ledEpoch = NOT_LEADING;
    opened = false;
    reports.resigned();
    hosted.forgetTail();
    markers.clear();
    start.onResigned();
    clients.resigned();
    shard.resigned(this, epoch);
  }

  private void tellController() {
    reports.tell(image, ledEpoch, opened);
  }

  private void onFlushed(FlushTicket ticket) {
    on(new ReplicaEvent.Flushed(ticket.generation(), ticket.end()));
    start.onFlushed();
  }

  /** What the log's start needs to know and to tell. */
  private final class StartSite implements LogStart.Site {
    @Override
    public boolean leads() {
      return PartitionHost.this.leads();
    }

    @Override
    public boolean isOpened() {
      return opened;
    }

    @Override
    public long highWatermark() {
      return highWatermark;
    }

    @Override
    public int epoch() {
      return replica.epoch();
    }

    @Override
    public Optional<NodeId> leader() {
      return replica.leader();
    }

    @Override
    public Set<NodeId> inStep() {
      return reports.inStep();
    }

    @Override
    public List<NodeId> members() {
      return image.members();
    }

    @Override
    public List<NodeId> voters() {
      return image.replicas();
    }

    @Override
    public int commitQuorum() {
      return Math.max(1, image.commitQuorum());
    }

    @Override
    public void startMoved(long batchStart) {
      on(new ReplicaEvent.StartMoved(batchStart));
    }
  }

  /** For people who look for what is wrong. */
  @Override
  public String toString() {
    return "%s %s %s end %d flushed %d committed %d%s"
        .formatted(
            id,
            replica.role().getClass().getSimpleName(),
            replica.state(),
            replica.history().end(),
            replica.flushedEnd(),
            highWatermark,
            opened ? " open" : "");
  }

  /** Ends the replica here: nothing of it is led, watched or waited for any more. */
  void close(Runnable then) {
    closed = true;
    endLeadership();
    hosted.close(then);
  }
}
