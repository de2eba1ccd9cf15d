package io.dure.runtime;

import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.controller.Answer;
import io.dure.controller.Command;
import io.dure.controller.ControllerEvent;
import io.dure.controller.ControllerSettings;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.quorum.QuorumSettings;
import io.dure.replication.ReplicaSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One node without sockets and without threads of its own: its share in the metadata quorum, the
 * controller while it leads that, and its partitions. The same object runs in production over event
 * loops and in the simulator on one thread.
 *
 * <p>All methods may be called from any thread, {@link #start} and {@link #close} once each. The
 * metadata lives on the first loop; each partition on one of all loops; nothing is shared between
 * them but what is immutable or published.
 */
public final class Node {
  private static final long ALIVE_MS = 200;
  private static final long REGISTER_MS = 200;

  private final NodeSettings settings;
  private final NodePorts ports;
  private final ReplicaStates states;
  private final Peers peers;
  private final DiskRoom room;
  private final MetadataHost metadata;
  private final List<Shard> shards = new ArrayList<>();
  private final List<LoopPorts> loopPorts = new ArrayList<>();
  private final LoopPartitions partitions;
  private final Asks asks;
  private final NodeAsks nodeAsks;
  private final ConcurrentHashMap<String, Partitions.LeadershipListener> listeners =
      new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Consumer<ClusterImage>> imageListeners =
      new CopyOnWriteArrayList<>();
  private volatile AskHandler askHandler = (_, answer) -> answer.accept(Optional.empty());
  private volatile AskHandler nodeAskHandler = (_, answer) -> answer.accept(Optional.empty());
  // The metadata loop's own.
  private final Set<NodeId> connected = new HashSet<>();
  private boolean toldLow;
  private volatile boolean closed;

  /**
   * Recovers the node's own state from the disk, which blocks; partitions are opened when the
   * metadata tells of them.
   */
  public Node(NodeSettings settings, NodePorts ports) {
    this(
        settings,
        ports,
        QuorumSettings.DEFAULT,
        ReplicaSettings.DEFAULT,
        ControllerSettings.DEFAULTS);
  }

  /** The controller's default of {@code min.insync.replicas} is the node's. */
  public Node(
      NodeSettings settings,
      NodePorts ports,
      QuorumSettings quorumSettings,
      ReplicaSettings replicaSettings,
      ControllerSettings controllerSettings) {
    this.settings = settings;
    this.ports = ports;
    this.peers = new Peers(settings.self(), ports.clock());
    PartitionFolders.buryAll(ports.disk());
    this.room = new DiskRoom(ports.disk(), settings.diskReserveBytes());
    this.states = ReplicaStates.open(ports.disk(), ports.flushes());
    CopyRates copyRates = new CopyRates();
    for (Loop loop : ports.loops()) {
      PeerSender sender =
          new PeerSender(settings.self(), loop, ports.outbox(), this::onPeerMessage);
      loopPorts.add(
          new LoopPorts(
              settings,
              loop,
              sender,
              ports.flushes(),
              ports.chores(),
              ports.disk(),
              ports.clock(),
              peers,
              states,
              new ByteBudget(LoopPorts.TAIL_BYTES),
              copyRates,
              room,
              ports.fatal()));
    }
    this.metadata =
        new MetadataHost(
            loopPorts.getFirst(),
            ports.rng(),
            quorumSettings,
            replicaSettings,
            controllerSettings.withStarted(settings.started()),
            this::onPublished);
    for (int i = 0; i < loopPorts.size(); i++) {
      int index = i;
      shards.add(
          new Shard(
              loopPorts.get(i),
              partition -> LoopPartitions.loopOf(partition, loopPorts.size()) == index,
              metadata,
              new CoordinatorListeners(listeners),
              replicaSettings));
    }
    this.partitions = new LoopPartitions(List.copyOf(shards), metadata, listeners);
    this.asks = new Asks(loopPorts.getFirst(), metadata, ports.rng().nextLong());
    this.nodeAsks = new NodeAsks(loopPorts.getFirst(), ports.rng().nextLong());
  }

  /** Takes part from now on. */
  public void start() {
    shards.forEach(shard -> shard.loop().run(shard::start));
    metadataLoop()
        .run(() -> {
          metadata.start();
          sayAlive();
          register();
          tickAsks();
        });
  }

  private Loop metadataLoop() {
    return ports.loops().getFirst();
  }

  private PeerSender metadataSender() {
    return loopPorts.getFirst().sender();
  }

  // ---- peers ----

  /** Takes a message of {@code from}. Messages of one stream are given in their order. */
  public void onPeerMessage(NodeId from, PeerMessage message) {
    peers.heard(from);
    switch (message) {
      case PeerMessage.Replication m -> {
        if (m.partition().equals(PartitionId.METADATA)) {
          onMetadataLoop(() -> metadata.onReplication(from, m.message()));
        } else {
          Shard shard = shards.get(LoopPartitions.loopOf(m.partition(), shards.size()));
          onLoop(shard.loop(), () -> shard.onReplication(from, m));
        }
      }
      case PeerMessage.LogStart m -> {
        Shard shard = shards.get(LoopPartitions.loopOf(m.partition(), shards.size()));
        onLoop(shard.loop(), () -> shard.onLogStart(from, m));
      }
      case PeerMessage.Quorum m -> onMetadataLoop(() -> metadata.onQuorum(from, m));
      case PeerMessage.Snapshot m -> onMetadataLoop(() -> metadata.onSnapshot(from, m));
      case PeerMessage.Fence m -> onFence(from, m);
      case PeerMessage.Fenced m -> onMetadataLoop(() -> tellController(fencesAnswered(from, m)));
      case PeerMessage.Register m -> onMetadataLoop(() -> onRegister(from, m));
      case PeerMessage.InStep m ->
          onMetadataLoop(() ->
              tellController(
                  new ControllerEvent.InStepReported(
                      from, m.partition(), m.epoch(), m.replicas())));
      case PeerMessage.Loads m -> onMetadataLoop(() -> tellController(loadsTold(from, m)));
      case PeerMessage.Opened m ->
          onMetadataLoop(() ->
              tellController(new ControllerEvent.OpenedReported(from, m.partition(), m.epoch())));
      case PeerMessage.CannotLead m ->
          onMetadataLoop(() ->
              tellController(
                  new ControllerEvent.CannotLeadReported(from, m.partition(), m.epoch())));
      case PeerMessage.Stopping m ->
          onMetadataLoop(
              () -> tellController(new ControllerEvent.StopAsked(from, m.incarnation())));
      case PeerMessage.Ask m -> onMetadataLoop(() -> onAsk(from, m));
      case PeerMessage.Answer m -> onMetadataLoop(() -> asks.onAnswer(from, m));
      case PeerMessage.NodeAsk m -> onMetadataLoop(() -> onNodeAsk(from, m));
      case PeerMessage.NodeAnswer m -> onMetadataLoop(() -> nodeAsks.onAnswer(from, m));
      case PeerMessage.Alive m -> {
        peers.saysItsDiskIsLow(from, m.diskLow());
        onMetadataLoop(() -> metadata.onAlive(from, m.process()));
      }
    }
  }

  private void onMetadataLoop(Runnable task) {
    onLoop(metadataLoop(), task);
  }

  private void onLoop(Loop loop, Runnable task) {
    loop.run(() -> {
      if (!closed) {
        task.run();
      }
    });
  }

  private void onFence(NodeId from, PeerMessage.Fence fence) {
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      List<PeerMessage.FenceOf> here = fence.partitions();
      if (shards.size() > 1) {
        int index = i;
        here =
            here.stream()
                .filter(each -> LoopPartitions.loopOf(each.partition(), shards.size()) == index)
                .toList();
      }
      if (!here.isEmpty()) {
        List<PeerMessage.FenceOf> asked = here;
        onLoop(shard.loop(), () -> shard.onFence(from, fence.controllerEpoch(), asked));
      }
    }
  }

  private static ControllerEvent fencesAnswered(NodeId from, PeerMessage.Fenced fenced) {
    return new ControllerEvent.FencesAnswered(
        from,
        fenced.controllerEpoch(),
        fenced.incarnation(),
        fenced.imageEnd(),
        fenced.partitions().stream()
            .map(each ->
                new ControllerEvent.FenceAnswer(
                    each.partition(), each.epoch(), each.joinedEpoch(), each.start(), each.end()))
            .toList());
  }

  private static ControllerEvent loadsTold(NodeId from, PeerMessage.Loads loads) {
    return new ControllerEvent.LoadsTold(
        from,
        loads.partitions().stream()
            .map(each ->
                new ControllerEvent.Load(each.partition(), each.bytes(), each.bytesPerSecond()))
            .toList());
  }

  private void tellController(ControllerEvent event) {
    metadata.controller().tell(event);
  }

  /** A node that does not know the leader yet tells whom it reaches; they pass it on, once. */
  private void onRegister(NodeId from, PeerMessage.Register register) {
    if (from.equals(register.node())) {
      // What others pass on may be late and of a process that is long over.
      metadata.onAlive(register.node(), register.process());
    }
    if (register.node().equals(settings.self()) && !register.process().equals(settings.process())) {
      return; // a former life of this very node asked it, through a peer that was slow to pass it
      // on
    }
    if (metadata.controller().isActive()) {
      tellController(
          new ControllerEvent.RegistrationAsked(
              register.node(), register.process(), register.endpoint(), register.rack()));
    } else if (from.equals(register.node()) && !from.equals(settings.self())) {
      metadata
          .leader()
          .filter(leader -> !leader.equals(settings.self()))
          .ifPresent(leader -> metadataSender().send(leader, register));
    }
  }

  private void onAsk(NodeId from, PeerMessage.Ask ask) {
    if (!metadata.controller().isActive()) {
      metadataSender().send(from, new PeerMessage.Answer(ask.id(), Optional.empty()));
      return;
    }
    askHandler.handle(
        ask.request(),
        answer ->
            onMetadataLoop(
                () -> metadataSender().send(from, new PeerMessage.Answer(ask.id(), answer))));
  }

  private void onNodeAsk(NodeId from, PeerMessage.NodeAsk ask) {
    if (!nodeAsks.isInTime(from, ask)) {
      return;
    }
    nodeAskHandler.handle(
        ask.request(),
        answer ->
            onMetadataLoop(
                () -> metadataSender().send(from, new PeerMessage.NodeAnswer(ask.id(), answer))));
  }

  /**
   * A new stream to {@code peer} stands. Also to be told when a stream takes messages again after
   * it had to drop some.
   */
  public void peerConnected(NodeId peer) {
    onMetadataLoop(() -> {
      connected.add(peer);
      metadataSender().send(peer, alive());
      metadata.onPeerConnected(peer);
      asks.onPeerReset(peer);
      nodeAsks.onPeerReset(peer);
      if (incarnation().isEmpty()) {
        sendRegistration();
      }
    });
    for (Shard shard : shards) {
      onLoop(shard.loop(), () -> shard.onPeerConnected(peer));
    }
  }

  /** The peer's process is gone: its stream broke, and dialling it again was refused. */
  public void peerGone(NodeId peer) {
    peers.gone(peer);
    onMetadataLoop(() -> {
      connected.remove(peer);
      metadata.onPeerGone(peer);
      asks.onPeerReset(peer);
      nodeAsks.onPeerReset(peer);
    });
    for (Shard shard : shards) {
      onLoop(shard.loop(), shard::onPeerGone);
    }
  }

  /**
   * Whether something was heard of {@code peer} within about the last second; true for this node
   * itself.
   */
  public boolean reachable(NodeId peer) {
    return peers.reachable(peer);
  }

  private PeerMessage.Alive alive() {
    return new PeerMessage.Alive(settings.process(), room.isLow());
  }

  /** Whether producers' records are refused here for want of room on the disk. */
  public boolean diskIsLow() {
    return room.isLow();
  }

  private void sayAlive() {
    if (closed) {
      return;
    }
    // Whoever takes us for a former life by something that came late hears no word of ours as this
    // one's, whatever we say: so it is told which life this is until we are taken for live.
    boolean mistaken = !isServing();
    room.look();
    boolean news = room.isLow() != toldLow;
    toldLow = room.isLow();
    for (NodeId peer : connected) {
      if (!metadataSender().takeSpokenTo(peer) || mistaken || news) {
        metadataSender().send(peer, alive());
      }
    }
    metadataLoop().schedule(ALIVE_MS, this::sayAlive);
  }

  /**
   * A node that believes to be registered says so again when no leader speaks to it. It may have
   * been removed from the cluster while it stood still or was cut off: a leader speaks to members
   * and voters only, so nothing would ever tell it.
   */
  private void register() {
    if (closed) {
      return;
    }
    if (incarnation().isEmpty() || metadata.hearsNothing()) {
      sendRegistration();
    }
    metadataLoop().schedule(REGISTER_MS, this::register);
  }

  private void sendRegistration() {
    var registration =
        new PeerMessage.Register(
            settings.self(), settings.process(), settings.endpoint(), settings.rack());
    Optional<NodeId> leader = metadata.leader();
    if (leader.isPresent() && !metadata.hearsNothing()) {
      metadataSender().send(leader.get(), registration);
    } else {
      connected.forEach(peer -> metadataSender().send(peer, registration));
    }
  }

  // ---- metadata ----

  private void onPublished(ClusterImage image) {
    Optional<Incarnation> own = metadata.incarnation();
    for (Shard shard : shards) {
      shard.loop().run(() -> shard.onImage(image, own));
    }
    imageListeners.forEach(listener -> listener.accept(image));
  }

  /** The newest committed image this node knows. */
  public ClusterImage image() {
    return metadata.image();
  }

  /** Tells {@code listener} every newer committed image, on the metadata loop. */
  public void onImage(Consumer<ClusterImage> listener) {
    imageListeners.add(listener);
  }

  /** This life's registration, once it stands in the committed metadata. */
  public Optional<Incarnation> incarnation() {
    return metadata.incarnation();
  }

  /** Whether this life of the node is registered and counted among the living. */
  public boolean isServing() {
    return incarnation().isPresent()
        && image().broker(settings.self()).filter(BrokerImage::live).isPresent();
  }

  public MetadataStatus metadata() {
    return metadata.status();
  }

  // ---- partitions ----

  public Partitions partitions() {
    return partitions;
  }

  /**
   * Whom a client should be sent to for a partition: the leader of the committed image; but without
   * a metadata leader, and with that leader out of reach, this node itself where it holds a replica
   * (it then serves reads of what it knows to be committed). Empty: nobody leads.
   */
  public Optional<Partitions.Leadership> leaderForClients(PartitionId partition) {
    return image()
        .partition(partition)
        .flatMap(each -> {
          boolean lost = each.leader().filter(peers::reachable).isEmpty();
          if (lost && metadata.isMinority() && each.hasMember(settings.self())) {
            return Optional.of(new Partitions.Leadership(settings.self(), each.epoch()));
          }
          return each.leader().map(leader -> new Partitions.Leadership(leader, each.epoch()));
        });
  }

  /** What all partitions here have done since the start, counted loop by loop. */
  public void numbers(Executor caller, Consumer<PartitionNumbers> done) {
    addNumbers(0, new PartitionNumbers(), caller, done);
  }

  private void addNumbers(
      int index, PartitionNumbers sum, Executor caller, Consumer<PartitionNumbers> done) {
    if (index == shards.size()) {
      caller.execute(() -> done.accept(sum));
      return;
    }
    Shard shard = shards.get(index);
    shard
        .loop()
        .execute(() -> {
          shard.numbers().holds(shard.hosts().size());
          sum.add(shard.numbers());
          addNumbers(index + 1, sum, caller, done);
        });
  }

  /** How this node's replica of a partition stands, for people; on the partition's loop only. */
  public String describe(PartitionId partition) {
    return shards
        .get(LoopPartitions.loopOf(partition, shards.size()))
        .host(partition)
        .map(PartitionHost::toString)
        .orElse("no replica of " + partition);
  }

  /** For who checks whole nodes in the simulator. */
  List<Shard> shards() {
    return List.copyOf(shards);
  }

  /** As {@link #shards}. */
  MetadataHost metadataHost() {
    return metadata;
  }

  // ---- the controller ----

  /**
   * Has a Kafka request (header included) decided by the active controller, wherever it runs.
   * Answers with the response body; with nothing when no controller could be reached before {@code
   * deadlineMs} (monotonic).
   */
  public void ask(
      ByteBuffer request, long deadlineMs, Executor caller, Consumer<Optional<ByteBuffer>> done) {
    metadataLoop().run(() -> asks.add(request, deadlineMs, caller, done));
  }

  /**
   * Who decides requests that any node (this one included) asks this one as the active controller.
   */
  public void answerAsks(AskHandler handler) {
    askHandler = handler;
  }

  /**
   * Has a Kafka request (header included) answered by one node, possibly this one. Sent once;
   * answers with nothing when {@code deadlineMs} (monotonic) passes, the node is out of reach or
   * goes, or it has no answer; the request may have been carried out all the same.
   */
  public void askNode(
      NodeId to,
      ByteBuffer request,
      long deadlineMs,
      Executor caller,
      Consumer<Optional<ByteBuffer>> done) {
    metadataLoop().run(() -> nodeAsks.add(to, request, deadlineMs, caller, done));
  }

  /** Who answers what other nodes (or this one) ask this node itself. */
  public void answerNodeAsks(AskHandler handler) {
    nodeAskHandler = handler;
  }

  /**
   * Has a command decided by this node's own controller; for the {@link AskHandler}. Answers when
   * the decision is committed; with nothing when this node is not the active controller, or not any
   * more before it was committed.
   */
  public void command(Command command, Executor caller, Consumer<Optional<Answer>> done) {
    metadataLoop().run(() -> metadata.controller().command(command, caller, done));
  }

  /**
   * Has other nodes lead what this one leads, as far as others can, and goes on answering
   * meanwhile; then, at the latest after {@code withinMs}, runs {@code then} on the metadata loop.
   */
  public void handOver(long withinMs, Runnable then) {
    metadataLoop()
        .run(() ->
            new HandOver(loopPorts.getFirst(), metadata, ports.clock().nowMs() + withinMs, then)
                .step());
  }

  private void tickAsks() {
    if (closed) {
      return;
    }
    asks.onTick(ports.clock().nowMs());
    nodeAsks.onTick(ports.clock().nowMs());
    metadataLoop().schedule(20, this::tickAsks);
  }

  /**
   * Stops taking part and closes all files, then runs {@code then} on the metadata loop. The loops
   * and the flush queue must go on running until then.
   */
  public void close(Runnable then) {
    closed = true;
    var left = new AtomicInteger(shards.size() + 1);
    Runnable oneLess =
        () -> {
          if (left.decrementAndGet() == 0) {
            metadataLoop()
                .run(() -> {
                  states.close();
                  then.run();
                });
          }
        };
    for (Shard shard : shards) {
      shard.loop().run(() -> shard.close(oneLess));
    }
    metadataLoop().run(() -> metadata.close(oneLess));
  }
}
