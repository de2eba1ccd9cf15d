package io.dure.sim;

import io.dure.base.Clock;
import io.dure.base.DiskException;
import io.dure.base.Endpoint;
import io.dure.base.NodeId;
import io.dure.controller.BalanceSettings;
import io.dure.controller.ControllerSettings;
import io.dure.quorum.QuorumSettings;
import io.dure.replication.ReplicaSettings;
import io.dure.runtime.FatalHandler;
import io.dure.runtime.MalformedFrame;
import io.dure.runtime.Node;
import io.dure.runtime.NodePorts;
import io.dure.runtime.NodeSettings;
import io.dure.runtime.Outbox;
import io.dure.runtime.PeerCodec;
import io.dure.runtime.PeerMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * One life of a whole node in the simulator: the same {@link Node} as in production, over a
 * simulated loop, disk and clock. What it says to peers goes through the codec as in production.
 */
public final class SimNode {
  /** How a life starts beyond the defaults. */
  public interface Tuning extends UnaryOperator<NodeSettings> {}

  /** How patient the cores of a node are. */
  public record Pace(
      QuorumSettings quorum, ReplicaSettings replica, ControllerSettings controller) {
    public static final Pace DEFAULT =
        new Pace(QuorumSettings.DEFAULT, ReplicaSettings.DEFAULT, ControllerSettings.DEFAULTS);

    /** Elections come several times as fast. */
    public static final Pace IMPATIENT =
        new Pace(
            new QuorumSettings(150, 80, 20, 60, 20, 15, 200, 30, 0),
            new ReplicaSettings(4, 40, 300, 200, 500, 30),
            new ControllerSettings(
                200,
                0,
                50,
                150,
                100,
                60,
                40,
                1,
                3,
                Map.of(),
                10_000,
                200_000,
                1_000,
                BalanceSettings.of(400, 2, 50)));
  }

  private final NodeId id;
  private final SimScheduler scheduler;
  private final SimRng rng;
  private final List<SimLoop> loops = new ArrayList<>();
  private final Node node;
  private boolean dead;
  private boolean frozen;
  private Optional<String> fatal = Optional.empty();
  private Runnable onFatal = () -> {};
  private long longestFlushUs = 2_000;
  private final List<Runnable> whenThawed = new ArrayList<>();

  /** Carries frames to other nodes. */
  public interface Wire {
    void send(NodeId from, NodeId to, byte[] frame);
  }

  public SimNode(
      NodeId id,
      List<NodeId> voters,
      int loopCount,
      SimScheduler scheduler,
      SimRng rng,
      SimDisk disk,
      Wire wire,
      Tuning tuning) {
    this(id, voters, loopCount, scheduler, rng, disk, wire, tuning, Pace.DEFAULT);
  }

  public SimNode(
      NodeId id,
      List<NodeId> voters,
      int loopCount,
      SimScheduler scheduler,
      SimRng rng,
      SimDisk disk,
      Wire wire,
      Tuning tuning,
      Pace pace) {
    this.id = id;
    this.scheduler = scheduler;
    this.rng = rng;
    for (int i = 0; i < loopCount; i++) {
      loops.add(new SimLoop(scheduler));
    }
    NodeSettings settings =
        tuning.apply(
            NodeSettings.of(
                id,
                new UUID(rng.nextLong(), rng.nextLong()),
                new Endpoint("node" + id.value(), 9092),
                voters));
    Outbox outbox = (to, messages) -> wire.send(id, to, frame(messages));
    FatalHandler stop = (reason, _) -> die(reason);
    node =
        new Node(
            settings,
            new NodePorts(
                disk, clock(), rng, List.copyOf(loops), this::flush, this::flush, outbox, stop),
            pace.quorum(),
            pace.replica(),
            pace.controller());
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public long nowMs() {
        return scheduler.nowMs();
      }

      @Override
      public long wallMs() {
        return 1_700_000_000_000L + scheduler.nowMs();
      }
    };
  }

  private static byte[] frame(List<PeerMessage> messages) {
    List<ByteBuffer> parts = PeerCodec.encode(messages);
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
    parts.forEach(all::put);
    return all.array();
  }

  private void flush(Runnable work, Executor owner, Runnable done) {
    scheduler.afterUs(rng.between(100, longestFlushUs), () -> finish(work, owner, done));
  }

  private void finish(Runnable work, Executor owner, Runnable done) {
    if (frozen) {
      whenThawed.add(() -> finish(work, owner, done));
    } else if (!dead) {
      try {
        work.run();
      } catch (DiskException e) {
        die("a flush failed: " + e.getMessage());
        return;
      }
      owner.execute(done);
    }
  }

  /** How long a flush takes at most. */
  public void longestFlushUs(long us) {
    longestFlushUs = us;
  }

  /** Runs {@code task} after every turn of a loop of this node, while it lives. */
  public void observed(Runnable task) {
    loops.forEach(loop -> {
      loop.observed(task);
      loop.onDiskFailure(e -> die(e.getMessage()));
    });
  }

  /** Told once when the node stops by itself. */
  public void onFatal(Runnable task) {
    onFatal = task;
  }

  public NodeId id() {
    return id;
  }

  public Node node() {
    return node;
  }

  public SimLoop loop() {
    return loops.getFirst();
  }

  public boolean isDead() {
    return dead;
  }

  /** Why the node stopped by itself, if it did. */
  public Optional<String> fatal() {
    return fatal;
  }

  public void start() {
    node.start();
  }

  public void receive(NodeId from, byte[] frame) {
    loop()
        .execute(() -> {
          try {
            for (PeerMessage message : PeerCodec.decode(ByteBuffer.wrap(frame))) {
              node.onPeerMessage(from, message);
            }
          } catch (MalformedFrame e) {
            throw new AssertionError(e);
          }
        });
  }

  public boolean isFrozen() {
    return frozen;
  }

  public void freeze() {
    frozen = true;
    loops.forEach(SimLoop::freeze);
  }

  public void thaw() {
    frozen = false;
    loops.forEach(SimLoop::thaw);
    List<Runnable> flushes = List.copyOf(whenThawed);
    whenThawed.clear();
    flushes.forEach(Runnable::run);
  }

  /** The process ends without warning. */
  public void die() {
    dead = true;
    loops.forEach(SimLoop::die);
  }

  private void die(String reason) {
    fatal = Optional.of(reason);
    die();
    onFatal.run();
  }
}
