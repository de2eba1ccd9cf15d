package io.dure.runtime;

import io.dure.base.Check;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.Rng;
import io.dure.controller.ControllerEvent;
import io.dure.controller.ControllerSettings;
import io.dure.log.BatchBuilder;
import io.dure.log.BatchSpan;
import io.dure.log.FlushTicket;
import io.dure.log.LogSettings;
import io.dure.log.PartitionLog;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.ImageSnapshot;
import io.dure.metadata.MetadataCodec;
import io.dure.metadata.MetadataRecord;
import io.dure.quorum.Quorum;
import io.dure.quorum.QuorumEffect;
import io.dure.quorum.QuorumEvent;
import io.dure.quorum.QuorumSettings;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaSettings;
import io.dure.runtime.MetadataSnapshots.Stored;
import io.dure.runtime.SnapshotTransfer.HeldRestart;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * This node's share in the metadata: the quorum's core with its log, the controller while this node
 * leads, the committed image and its snapshots. Belongs to the metadata loop; what others may see
 * of it is published ({@link MetadataView}).
 */
final class MetadataHost implements MetadataView, ControllerHost.MetadataLog {
  static final String FOLDER = "__cluster_metadata-0";

  private static final long TICK_MS = 25;

  /**
   * Without a metadata leader within reach for so long, this node takes itself to be cut off from
   * the majority.
   */
  private static final long MINORITY_MS = 1_000;

  /** A leader silent for so long when another takes over was voted out for its silence. */
  private static final long VOTED_OUT_MS = 400;

  private final LoopPorts ports;
  private final Rng rng;
  private final HostedLog hosted;
  private final Quorum quorum;
  private final ControllerHost controller;
  private final MetadataSnapshots snapshots;
  private final SnapshotTransfer transfer;
  private final Consumer<ClusterImage> onPublished;
  private final ArrayDeque<QuorumEvent> events = new ArrayDeque<>(4);
  private final Map<NodeId, MetadataStatus.Copy> acknowledged = new HashMap<>();
  private final Map<NodeId, UUID> processes = new HashMap<>();
  private boolean stepping;

  private int ledEpoch = -1;
  private Set<NodeId> brokers = Set.of();
  private long highWatermark;
  private long snapshotEnd;
  private boolean snapshotting;
  private Optional<HeldRestart> heldRestart = Optional.empty();
  private long leaderSeenMs;
  private Optional<NodeId> lastOtherLeader = Optional.empty();
  private final Set<NodeId> gone = new HashSet<>();
  private boolean closed;

  // Written by the loop, read by all.
  private volatile ClusterImage image;
  private volatile Optional<NodeId> leader = Optional.empty();
  private volatile int leaderEpoch = -1;
  private volatile Optional<Incarnation> incarnation = Optional.empty();
  private volatile boolean minority;
  private volatile MetadataStatus status;

  /**
   * Recovers what is on the disk; blocks. {@code onPublished} is told every newer image on the
   * loop.
   */
  MetadataHost(
      LoopPorts ports,
      Rng rng,
      QuorumSettings quorumSettings,
      ReplicaSettings replicaSettings,
      ControllerSettings controllerSettings,
      Consumer<ClusterImage> onPublished) {
    this.ports = ports;
    this.rng = rng;
    this.onPublished = onPublished;
    this.snapshots = new MetadataSnapshots(ports.disk(), FOLDER);
    this.transfer = new SnapshotTransfer(ports, snapshots);
    PartitionLog log = PartitionLog.open(ports.disk(), FOLDER, LogSettings.DEFAULT);
    PartitionFolders.mark(ports.disk(), FOLDER, PartitionId.METADATA.topic());
    this.image = snapshots.newest().orElse(ClusterImage.EMPTY);
    this.snapshotEnd = image.endOffset();
    this.hosted =
        new HostedLog(
            ports,
            FOLDER,
            log,
            this::onFlushed,
            why -> ports.fatal().stop("the metadata log failed: " + why.getMessage(), why));
    this.highWatermark = log.startOffset();
    this.quorum =
        new Quorum(
            ports.settings().self(),
            VoterLog.recovered(ports.settings().voters(), image, log),
            VoterLog::in,
            ports.states().quorum(),
            log.history(),
            log.flushedEnd(),
            quorumSettings,
            replicaSettings);
    this.controller = new ControllerHost(ports, this, controllerSettings);
    this.status = statusNow();
  }

  void start() {
    leaderSeenMs = ports.clock().nowMs();
    hosted.flushWhatIsNot();
    if (image.endOffset() > 0) {
      publish(image);
    }
    tick();
  }

  @Override
  public ClusterImage image() {
    return image;
  }

  @Override
  public Optional<Incarnation> incarnation() {
    return incarnation;
  }

  @Override
  public Optional<NodeId> leader() {
    return leader;
  }

  @Override
  public int leaderEpoch() {
    return leaderEpoch;
  }

  @Override
  public boolean isMinority() {
    return minority;
  }

  /**
   * On the loop: no leader speaks to this node. It may have been removed from the cluster while it
   * stood still, and nobody tells it, so what it knows of itself need not be true any more.
   */
  boolean hearsNothing() {
    return quorum.hearsNothing();
  }

  PartitionLog log() {
    return hosted.log();
  }

  Quorum quorum() {
    return quorum;
  }

  /** The metadata epoch this node leads; -1: none. */
  int ledEpoch() {
    return ledEpoch;
  }

  long highWatermark() {
    return highWatermark;
  }

  MetadataStatus status() {
    return status;
  }

  ControllerHost controller() {
    return controller;
  }

  // ---- what comes in ----

  void onReplication(NodeId from, ReplicaMessage message) {
    if (message instanceof ReplicaMessage.Acked acked && acked.epoch() == ledEpoch) {
      acknowledged.merge(from, copy(acked.flushedEnd()), MetadataHost::later);
    }
    if (message instanceof ReplicaMessage.Restart restart) {
      heldRestart = Optional.of(new HeldRestart(from, restart));
      startAnewIfCovered();
      return;
    }
    on(new QuorumEvent.ForReplica(new ReplicaEvent.Received(from, message)));
  }

  private MetadataStatus.Copy copy(long end) {
    long nowMs = ports.clock().nowMs();
    return new MetadataStatus.Copy(end, nowMs, end >= hosted.log().endOffset() ? nowMs : -1);
  }

  private static MetadataStatus.Copy later(MetadataStatus.Copy before, MetadataStatus.Copy now) {
    return new MetadataStatus.Copy(
        Math.max(before.end(), now.end()),
        now.heardMs(),
        Math.max(before.caughtUpMs(), now.caughtUpMs()));
  }

  void onQuorum(NodeId from, PeerMessage.Quorum message) {
    on(new QuorumEvent.Received(from, message.message()));
  }

  void onSnapshot(NodeId from, PeerMessage.Snapshot piece) {
    if (piece.end() <= image.endOffset() || snapshotting) {
      return;
    }
    transfer
        .onPiece(from, piece)
        .ifPresent(arrived ->
            persistSnapshot(arrived.name(), arrived.bytes(), () -> install(arrived.image())));
  }

  /** A process says who it is: signs of life count for it alone. */
  void onAlive(NodeId from, UUID process) {
    gone.remove(from);
    if (!process.equals(processes.put(from, process)) && isSucceeded(from, process)) {
      controller.tell(new ControllerEvent.Gone(from));
    }
  }

  /**
   * Whether the process that is registered for the node is another one, whose time must be over.
   */
  private boolean isSucceeded(NodeId node, UUID process) {
    return image.broker(node).filter(broker -> !broker.process().equals(process)).isPresent();
  }

  void onPeerConnected(NodeId peer) {
    gone.remove(peer);
    transfer.onPeerConnected(peer);
    on(new QuorumEvent.ForReplica(new ReplicaEvent.PeerConnected(peer)));
  }

  void onPeerGone(NodeId peer) {
    gone.add(peer);
    controller.tell(new ControllerEvent.Gone(peer));
    on(new QuorumEvent.PeerGone(peer));
  }

  private void tick() {
    if (closed) {
      return;
    }
    long nowMs = ports.clock().nowMs();
    on(new QuorumEvent.Tick(nowMs));
    if (controller.isActive()) {
      NodeId self = ports.settings().self();
      controller.tell(new ControllerEvent.Heard(self, ports.settings().process(), nowMs));
      tellWhoVotes();
      controller.tell(new ControllerEvent.Tick(nowMs));
    }
    if (leader.isPresent() && ports.peers().reachable(leader.get())) {
      leaderSeenMs = nowMs;
    }
    minority = nowMs - leaderSeenMs > MINORITY_MS;
    status = statusNow();
    ports.loop().schedule(TICK_MS, this::tick);
  }

  /** Who votes may change only while nothing of it is under way. */
  private void tellWhoVotes() {
    if (quorum.isSettled()) {
      Set<NodeId> inStep = new HashSet<>(brokers);
      inStep.addAll(quorum.voters());
      inStep.removeIf(node -> !quorum.replica().hasInStep(node));
      controller.tell(new ControllerEvent.QuorumSettled(inStep));
    }
  }

  private MetadataStatus statusNow() {
    return new MetadataStatus(
        leader,
        leaderEpoch,
        controller.isActive(),
        highWatermark,
        hosted.log().endOffset(),
        quorum.voters(),
        quorum.learners(),
        ledEpoch >= 0 ? acknowledged : Map.of());
  }

  // ---- the core and its effects ----

  private void on(QuorumEvent event) {
    if (closed) {
      return;
    }
    events.add(event);
    if (!stepping) {
      ports.whole("the metadata", this::stepAll);
    }
  }

  private void stepAll() {
    stepping = true;
    for (QuorumEvent next = events.poll(); next != null; next = events.poll()) {
      for (QuorumEffect effect : quorum.step(next)) {
        run(effect);
      }
    }
    stepping = false;
  }

  private void run(QuorumEffect effect) {
    switch (effect) {
      case QuorumEffect.Send e -> ports.sender().send(e.to(), new PeerMessage.Quorum(e.message()));
      case QuorumEffect.Persist e ->
          ports
              .states()
              .persist(e.state(), ports.loop(), () -> on(new QuorumEvent.Persisted(e.state())));
      case QuorumEffect.OfReplica e -> run(e.effect());
      case QuorumEffect.Heard e -> heard(e.node());
      case QuorumEffect.LeaderIs e -> {
        leaderEpoch = e.epoch();
        leader = e.leader();
        e.leader()
            .filter(node -> !node.equals(ports.settings().self()))
            .ifPresent(node -> lastOtherLeader = Optional.of(node));
        status = statusNow();
      }
    }
  }

  private void heard(NodeId node) {
    UUID process = processes.get(node);
    if (process != null) {
      controller.tell(new ControllerEvent.Heard(node, process, ports.clock().nowMs()));
    }
  }

  private void run(ReplicaEffect effect) {
    switch (effect) {
      case ReplicaEffect.Truncate e -> hosted.truncateTo(e.end());
      case ReplicaEffect.Reset e -> hosted.resetTo(e.start(), e.producers());
      case ReplicaEffect.Append e -> hosted.append(e.records());
      case ReplicaEffect.Send e -> {
        if (e.message() instanceof ReplicaMessage.Restart restart) {
          transfer.send(e.to(), restart.epoch());
        }
        send(e.to(), e.message());
      }
      case ReplicaEffect.SendRecords e -> {
        BatchSpan records =
            hosted.readForPush(e.from(), quorum.replica().history().end(), true).orElseThrow();
        send(e.to(), new ReplicaMessage.Append(e.epoch(), records, e.highWatermark()));
        forReplica(new ReplicaEvent.Sent(e.to(), e.epoch(), records.end()));
      }
      case ReplicaEffect.Committed e -> onCommitted(e.highWatermark());
      case ReplicaEffect.Leads e -> {
        ledEpoch = e.epoch();
        acknowledged.clear();
      }
      case ReplicaEffect.Opened e -> {
        Check.that(
            image.endOffset() == hosted.log().endOffset(),
            "the image ends at %d and the log at %d when the epoch opens",
            image.endOffset(),
            hosted.log().endOffset());
        controller.activate(
            e.epoch(), image, quorum.voters(), new UUID(rng.nextLong(), rng.nextLong()));
        tellWhoIsGone();
      }
      case ReplicaEffect.Resigned _ -> {
        ledEpoch = -1;
        hosted.forgetTail();
        controller.depose();
      }
      case ReplicaEffect.InStep _ -> {}
      case ReplicaEffect.Persist _, ReplicaEffect.AnswerFence _ ->
          Check.that(false, "the quorum keeps this to itself");
    }
  }

  /**
   * A new controller need not wait for the silence of those of whom it is known, the leader before
   * it above all.
   */
  private void tellWhoIsGone() {
    gone.forEach(node -> controller.tell(new ControllerEvent.Gone(node)));
    processes.forEach((node, process) -> {
      if (!gone.contains(node) && isSucceeded(node, process)) {
        controller.tell(new ControllerEvent.Gone(node));
      }
    });
    lastOtherLeader
        .filter(node -> !gone.contains(node))
        .filter(node -> ports.peers().silenceMs(node) > VOTED_OUT_MS * quorum.patience())
        .ifPresent(node -> controller.tell(new ControllerEvent.Gone(node)));
  }

  private void send(NodeId to, ReplicaMessage message) {
    ports.sender().send(to, new PeerMessage.Replication(PartitionId.METADATA, message));
  }

  /** What follows at once from an effect comes before whatever else has been waiting. */
  private void forReplica(ReplicaEvent event) {
    events.addFirst(new QuorumEvent.ForReplica(event));
  }

  private void onFlushed(FlushTicket ticket) {
    on(new QuorumEvent.ForReplica(new ReplicaEvent.Flushed(ticket.generation(), ticket.end())));
  }

  // ---- the log as the controller sees it ----

  @Override
  public long append(List<MetadataRecord> records) {
    Check.that(ledEpoch >= 0, "the controller decides while its node does not lead");
    var batch = new BatchBuilder();
    long wallMs = ports.clock().wallMs();
    for (MetadataRecord record : records) {
      batch.add(Optional.empty(), Optional.of(MetadataCodec.encode(record)), wallMs);
    }
    VoterLog.in(records, hosted.log().endOffset())
        .forEach(change -> on(new QuorumEvent.VotersAppended(change)));
    long end = hosted.appendAsLeader(batch.build(), ledEpoch, true).endOffset();
    on(new QuorumEvent.ForReplica(new ReplicaEvent.Appended(end)));
    return end;
  }

  @Override
  public long end() {
    return hosted.log().endOffset();
  }

  // ---- the committed image ----

  private void onCommitted(long upTo) {
    highWatermark = upTo;
    ClusterImage newer = MetadataReplay.through(hosted.log(), image, upTo);
    if (newer != image) {
      publish(newer);
      snapshotIfDue();
    }
    controller.onCommitted(upTo);
  }

  private void publish(ClusterImage newer) {
    image = newer;
    NodeId self = ports.settings().self();
    incarnation =
        newer
            .broker(self)
            .filter(broker -> broker.process().equals(ports.settings().process()))
            .map(BrokerImage::incarnation);
    Set<NodeId> now = new HashSet<>();
    newer.brokers().forEach(broker -> now.add(broker.node()));
    if (!now.equals(brokers)) {
      brokers = now;
      on(new QuorumEvent.BrokersChanged(now));
    }
    onPublished.accept(newer);
  }

  // ---- snapshots ----

  private void snapshotIfDue() {
    if (snapshotting || image.endOffset() - snapshotEnd < ports.settings().snapshotRecords()) {
      return;
    }
    long end = image.endOffset();
    long keepFrom = snapshotEnd;
    int lastEpoch = hosted.log().history().epochAt(end - 1);
    persistSnapshot(
        new Stored(end, lastEpoch), ImageSnapshot.write(image), () -> dropLogBefore(keepFrom));
  }

  /**
   * Obeys a leader's order to start anew once a durable snapshot says what the log will not say any
   * more: it is on its way from the leader, or, where this node knows enough, made here.
   */
  private void startAnewIfCovered() {
    if (closed || heldRestart.isEmpty() || snapshotting) {
      return;
    }
    HeldRestart held = heldRestart.get();
    long start = held.message().start();
    if (start <= snapshotEnd) {
      heldRestart = Optional.empty();
      on(new QuorumEvent.ForReplica(new ReplicaEvent.Received(held.from(), held.message())));
    } else if (start <= image.endOffset()) {
      long end = image.endOffset();
      persistSnapshot(
          new Stored(end, hosted.log().history().epochAt(end - 1)),
          ImageSnapshot.write(image),
          () -> {});
    }
  }

  private void persistSnapshot(Stored name, byte[] bytes, Runnable then) {
    snapshotting = true;
    ports
        .flushes()
        .submit(
            () -> snapshots.write(name, bytes),
            ports.loop(),
            () -> {
              snapshotting = false;
              snapshotEnd = name.end();
              then.run();
              startAnewIfCovered();
            });
  }

  /** The snapshot before the newest stands in for what the log held before it. */
  private void dropLogBefore(long start) {
    if (closed || start <= hosted.log().startOffset()) {
      return;
    }
    hosted.whenNotFlushing(() -> {
      hosted.log().advanceStart(start);
      on(new QuorumEvent.ForReplica(new ReplicaEvent.StartMoved(start)));
    });
  }

  private void install(ClusterImage snapshot) {
    if (closed) {
      return;
    }
    on(
        new QuorumEvent.VotersKnown(
            VoterLog.named(snapshot, ports.settings().voters()), snapshot.endOffset()));
    if (snapshot.endOffset() > image.endOffset()) {
      publish(snapshot);
    }
  }

  void close(Runnable then) {
    closed = true;
    controller.depose();
    hosted.close(then);
  }
}
