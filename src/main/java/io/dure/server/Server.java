package io.dure.server;

import io.dure.base.DiskException;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.broker.NodeClient;
import io.dure.broker.NodeCluster;
import io.dure.console.Console;
import io.dure.controller.BalanceSettings;
import io.dure.controller.ControllerSettings;
import io.dure.metadata.BrokerImage;
import io.dure.metadata.ClusterImage;
import io.dure.net.Listener;
import io.dure.net.NetSettings;
import io.dure.net.PeerEvents;
import io.dure.net.PeerLinks;
import io.dure.net.SocketLoop;
import io.dure.quorum.QuorumSettings;
import io.dure.replication.ReplicaSettings;
import io.dure.runtime.EventLoop;
import io.dure.runtime.FileDisk;
import io.dure.runtime.Flusher;
import io.dure.runtime.Loop;
import io.dure.runtime.Node;
import io.dure.runtime.NodePorts;
import io.dure.runtime.NodeSettings;
import io.dure.runtime.PeerMessage;
import io.dure.runtime.SystemClock;
import io.dure.runtime.SystemRng;
import io.dure.wire.PeerHello;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node as a process: its folder, port, loops and streams, and the order in which they come up
 * and go down. Belongs to the main thread; what the loops see that concerns the start (who is met,
 * a new image) is posted to it.
 *
 * <p>A node listens first, so that the others can learn its id; it takes part once the voters are
 * known; it lets requests in when it serves, or after a moment if no majority is there, to answer
 * what it can without one.
 */
final class Server implements PeerEvents {
  private static final Logger log = LoggerFactory.getLogger(Server.class);

  /** Requests wait at most so long for a node that has started but does not serve yet. */
  private static final long OPEN_ANYWAY_MS = 1_500;

  /** A node alone serves before it has dialled those that it was told of. */
  private static final long STARTING_MS = 5_000;

  private static final long REPORT_EVERY_MS = 5_000;
  private static final long CLOSE_WITHIN_MS = 8_000;
  private static final long HAND_OVER_WITHIN_MS = 5_000;

  /** What the loops may post; more than ever happens at a start. */
  private static final int TASKS = 10_000;

  private final Config config;
  private final Consumer<String> announce;
  private final long startedMs;
  private final SystemClock clock = new SystemClock();
  private final SystemRng rng = new SystemRng();
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>(TASKS);

  private final FileDisk disk;
  private final List<EventLoop> loops = new ArrayList<>();
  private final Flusher flusher;
  private final Flusher chores;
  private final Listener listener;
  private final PeerLinks peers;
  private final Membership membership;
  private final ConsoleAsks consoleAsks =
      new ConsoleAsks(Executors.newVirtualThreadPerTaskExecutor());
  private final Console console;
  private String consoleAt = "off";
  private volatile MetaFile meta;
  private PeerHello hello;
  private Optional<FreeNumber> number = Optional.empty();
  private boolean serving;
  private boolean open;

  private final Set<NodeId> connected = ConcurrentHashMap.newKeySet();
  private volatile Optional<Node> node = Optional.empty();
  private volatile Optional<Handlers> handlers = Optional.empty();
  private volatile boolean stopping;

  private interface Task {
    void run() throws BadConfig;
  }

  /** Takes the data folder and the port, or throws and leaves nothing behind. */
  Server(Config config, Consumer<String> announce) throws BadConfig, InterruptedException {
    this.config = config;
    this.announce = announce;
    this.startedMs = clock.nowMs();
    Endpoint listen = config.get(Settings.LISTENERS);
    disk = FileDisk.open(Path.of(config.get(Settings.LOG_DIRS)));
    UUID process = new UUID(rng.nextLong(), rng.nextLong());
    meta = identity(listen, process);
    flusher = new Flusher("flusher", this::onFatal);
    chores = new Flusher("chores", this::onFatal);
    List<SocketLoop> sockets = makeLoops(config.get(Settings.LOOPS));
    List<String> founders = config.list(Settings.CLUSTER);
    hello = new PeerHello(meta.node(), process, meta.cluster(), listen, founders, meta.voters());
    peers = new PeerLinks(sockets, clock, netSettings(), hello, this);
    console = makeConsole(sockets);
    listener = bind(listen, sockets);
    Endpoint advertised = advertised(listen, listener.port());
    membership = Membership.of(config, meta, advertised);
    hello =
        new PeerHello(meta.node(), process, meta.cluster(), advertised, founders, meta.voters());
    peers.introduce(hello);
  }

  // ---- what the node is made of

  private MetaFile identity(Endpoint listen, UUID process) throws BadConfig, InterruptedException {
    Optional<MetaFile> found = DataFolder.owner(disk, disk.root().toString());
    boolean given = config.isGiven(Settings.NODE_ID);
    if (found.isPresent()) {
      NodeId owner = found.get().node();
      if (given && owner.value() != config.get(Settings.NODE_ID)) {
        throw new BadConfig(
            "the data folder %s belongs to node %d, but this node was started as node %d; leave --node away, or choose another folder with --data"
                .formatted(disk.root(), owner.value(), config.get(Settings.NODE_ID)));
      }
      return found.get();
    }
    NodeId self;
    if (given) {
      self = new NodeId(config.get(Settings.NODE_ID));
    } else if (config.isGiven(Settings.JOIN)) {
      var free = new FreeNumber(Membership.joined(config), process, listen);
      self = free.claim();
      number = Optional.of(free);
    } else {
      self = Membership.defaultId(config, listen);
    }
    return new MetaFile(self, Optional.empty(), List.of(), List.of());
  }

  private List<SocketLoop> makeLoops(int count) {
    var sockets = new ArrayList<SocketLoop>();
    for (int i = 0; i < count; i++) {
      var source = new SocketLoop();
      var loop = new EventLoop("loop-" + i, source, clock, this::onFatal);
      source.attach(loop);
      sockets.add(source);
      loops.add(loop);
    }
    return sockets;
  }

  private Console makeConsole(List<SocketLoop> sockets) {
    var vantage =
        new NodeVantage(
            meta.node(),
            () -> node,
            () -> handlers.map(Handlers::clients),
            new NodeVantage.Machinery(loops, sockets, flusher, peers),
            consoleAsks,
            new File(config.get(Settings.LOG_DIRS)).getAbsoluteFile(),
            clock);
    var desk = new ClientDesk(meta.node(), consoleAsks::client, vantage::image, clock);
    return new Console(vantage, desk, new PartitionShelf(() -> node.map(Node::partitions)));
  }

  private NetSettings netSettings() {
    return new NetSettings(
        config.get(Settings.REQUEST_MAX_BYTES),
        config.get(Settings.QUEUED_REQUEST_BYTES),
        config.get(Settings.CONNECTIONS_MAX_IDLE_MS),
        config.get(Settings.MAX_CONNECTIONS),
        config.get(Settings.PEER_QUEUE_BYTES));
  }

  private Listener bind(Endpoint listen, List<SocketLoop> sockets) throws BadConfig {
    try {
      return Listener.bind(listen, sockets, peers);
    } catch (IOException | RuntimeException e) {
      throw new BadConfig(
          "cannot listen on %s: %s; choose another address with --listen, or stop what uses this one"
              .formatted(listen, e.getMessage()));
    }
  }

  private Endpoint advertised(Endpoint listen, int port) {
    if (config.isGiven(Settings.ADVERTISED_LISTENERS)) {
      return config.get(Settings.ADVERTISED_LISTENERS);
    }
    return new Endpoint(OwnAddress.isEvery(listen) ? OwnAddress.find() : listen.host(), port);
  }

  /** Whether clients are told to stay with the address they came by. */
  private boolean anyAddress() {
    return !config.isGiven(Settings.ADVERTISED_LISTENERS)
        && OwnAddress.isEvery(config.get(Settings.LISTENERS));
  }

  // ---- coming up

  /** Runs the node until the process ends. */
  void run() throws BadConfig, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    log.info("node {} at {}, data in {}", meta.node().value(), hello.endpoint(), disk.root());
    if (!config.withoutEffect().isEmpty()) {
      log.warn("settings without effect here: {}", String.join(", ", config.withoutEffect()));
    }
    loops.forEach(EventLoop::start);
    listener.start();
    membership.addresses().forEach(peers::dial);
    if (membership.voters().isPresent()) {
      startNode(membership.voters().get());
    }
    // While the node's loops are busy coming up.
    consoleAt = ConsoleDoor.open(config, console, hello.endpoint().host());
    loops.getFirst().schedule(REPORT_EVERY_MS, this::report);
    while (true) {
      tasks.take().run();
    }
  }

  private void post(Task task) {
    if (!tasks.offer(task)) {
      log.warn("too much happens at once for the main thread");
    }
  }

  private void startNode(List<NodeId> voters) {
    remember(meta.withVoters(voters));
    var settings =
        new NodeSettings(
            meta.node(),
            hello.process(),
            hello.endpoint(),
            config.isGiven(Settings.RACK)
                ? Optional.of(config.get(Settings.RACK))
                : Optional.empty(),
            voters,
            config.topicDefaults(),
            config.get(Settings.WAITING_BYTES),
            config.get(Settings.SNAPSHOT_RECORDS),
            config.get(Settings.RETENTION_CHECK_MS),
            config.get(Settings.COMPACTION_CHECK_MS),
            config.get(Settings.PRODUCER_ID_EXPIRATION_MS),
            NodeSettings.REST_MS,
            NodeSettings.LOAD_ROUND_MS,
            config.get(Settings.DISK_RESERVE_BYTES));
    var ports =
        new NodePorts(
            disk, clock, rng, List.<Loop>copyOf(loops), flusher, chores, peers, this::onFatal);
    var fresh =
        new Node(
            settings,
            ports,
            QuorumSettings.DEFAULT,
            ReplicaSettings.DEFAULT,
            ControllerSettings.DEFAULTS
                .withTopicDefaults(
                    config.get(Settings.NUM_PARTITIONS),
                    config.get(Settings.DEFAULT_REPLICATION_FACTOR))
                .withBalance(
                    BalanceSettings.DEFAULTS.startedWith(
                        config.get(Settings.BALANCE),
                        config.get(Settings.BALANCE_GRACE_MS),
                        config.get(Settings.BALANCE_MOVES))));
    NodeCluster cluster = NodeCluster.of(meta.node(), fresh, clock, rng, anyAddress());
    consoleAsks.through(new NodeClient(cluster));
    handlers =
        Optional.of(
            Handlers.of(
                config,
                cluster,
                fresh,
                clock,
                rng,
                loops.getFirst(),
                new AuditFile(disk, clock),
                kafka -> consoleAsks.handler(console::answer, kafka)));
    fresh.onImage(console::onImage);
    fresh.onImage(image -> post(() -> onImage(image)));
    fresh.start();
    node = Optional.of(fresh);
    connected.forEach(fresh::peerConnected);
    loops.getFirst().schedule(OPEN_ANYWAY_MS, () -> post(this::openDoor));
    post(() -> onImage(fresh.image()));
  }

  private void onImage(ClusterImage image) {
    if (image.clusterId().isPresent() && meta.cluster().isEmpty()) {
      log.info("cluster {}", image.clusterId().get());
      remember(meta.withCluster(image.clusterId().get()));
    }
    rememberMembers(image);
    if (!serving && node.filter(Node::isServing).isPresent()) {
      serving = true;
      number.ifPresent(FreeNumber::release);
      openDoor();
      log.info("serving after {} ms", clock.nowMs() - startedMs);
      announce.accept(
          "ready node=%d listen=%s console=%s"
              .formatted(meta.node().value(), hello.endpoint(), consoleAt));
    }
  }

  /** The addresses of today, for dialling now and for a restart. */
  private void rememberMembers(ClusterImage image) {
    var members = new ArrayList<String>();
    for (BrokerImage broker : image.brokers()) {
      if (!broker.node().equals(meta.node())) {
        members.add(broker.endpoint().toString());
        peers.dial(broker.endpoint());
      }
    }
    if (!members.isEmpty() && !members.equals(meta.members())) {
      remember(meta.withMembers(members));
    }
  }

  private void remember(MetaFile now) {
    if (!now.equals(meta)) {
      meta = now;
      meta.write(disk);
    }
    hello = hello.with(meta.cluster(), meta.voters());
    peers.introduce(hello);
  }

  private void openDoor() {
    if (!open && handlers.isPresent()) {
      open = true;
      listener.open(handlers.get().requests());
    }
  }

  private void report() {
    post(() -> {
      if (node.isEmpty()) {
        log.info("waiting for {}", membership.waitsFor());
      } else if (!serving) {
        log.info("waiting for a majority of {}; connected to {}", meta.voters(), connected);
      }
    });
    loops.getFirst().schedule(REPORT_EVERY_MS, this::report);
  }

  // ---- peers

  @Override
  public void met(PeerHello peer) {
    post(() -> {
      if (node.isEmpty() && membership.onMet(peer)) {
        meta = peer.cluster().map(meta::withCluster).orElse(meta);
        startNode(membership.voters().orElseThrow());
      }
    });
  }

  @Override
  public void connected(NodeId peer) {
    connected.add(peer);
    node.ifPresent(here -> here.peerConnected(peer));
  }

  @Override
  public void gone(NodeId peer) {
    connected.remove(peer);
    node.ifPresent(here -> here.peerGone(peer));
  }

  @Override
  public void message(NodeId from, PeerMessage message) {
    node.ifPresent(here -> here.onPeerMessage(from, message));
  }

  @Override
  public Optional<String> objection(PeerHello peer) {
    ClusterImage image = node.map(Node::image).orElse(ClusterImage.EMPTY);
    return Admission.objection(meta, image, clock.wallMs(), peer);
  }

  /**
   * Fatal at a start, whoever is right. A node that serves is ended by nobody's start, unless it
   * was told just now to belong to others.
   */
  @Override
  public void refused(String reason) {
    boolean toldOfOthers = config.isGiven(Settings.CLUSTER) || config.isGiven(Settings.JOIN);
    post(() -> {
      if (!serving || toldOfOthers && clock.nowMs() - startedMs < STARTING_MS) {
        throw new BadConfig(reason);
      }
      log.warn("{}", reason);
    });
  }

  // ---- ends

  private void onFatal(String reason, Throwable cause) {
    if (!stopping) {
      if (cause instanceof DiskException) {
        log.error("this node stops: {}", reason); // the disk's fault: our stack says nothing more
        log.debug("where it was noticed", cause);
      } else {
        log.error("this node stops: {}", reason, cause);
      }
      Runtime.getRuntime().halt(1);
    }
  }

  /** Others lead before this node goes, so that nobody waits for its absence to be noticed. */
  private void handOver() {
    var done = new CountDownLatch(1);
    node.ifPresentOrElse(
        here -> here.handOver(HAND_OVER_WITHIN_MS, done::countDown), done::countDown);
    try {
      if (!done.await(HAND_OVER_WITHIN_MS + 1_000, TimeUnit.MILLISECONDS)) {
        log.warn("the leaderships of this node were not handed over in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * On SIGTERM and SIGINT: hands its leaderships over, closes everything in order and ends the
   * process with status 0.
   */
  private void stop() {
    log.info("node {} stops", meta.node().value());
    handOver();
    stopping = true;
    var closed = new CountDownLatch(1);
    node.ifPresentOrElse(here -> here.close(closed::countDown), closed::countDown);
    boolean clean = false;
    try {
      clean = closed.await(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    console.close();
    peers.close();
    loops.forEach(EventLoop::close);
    flusher.close();
    chores.close();
    disk.close();
    if (!clean) {
      log.warn("not everything could be closed within {} ms", CLOSE_WITHIN_MS);
    }
    Runtime.getRuntime().halt(clean ? 0 : 1);
  }
}
