package io.dure.sim;

import io.dure.base.NodeId;
import io.dure.runtime.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Whole nodes on one thread, their disks, and streams between them that keep order until they
 * break. Nothing goes wrong by itself: a test breaks what it wants broken.
 */
public final class SimCluster {
  private record Link(NodeId from, NodeId to) {}

  private final SimScheduler scheduler = new SimScheduler();
  private final SimRng rng;
  private final List<NodeId> voters;
  private List<NodeId> founders;
  private final int loops;
  private final Map<NodeId, SimDisk> disks = new HashMap<>();
  private final Map<NodeId, SimNode> nodes = new TreeMap<>();
  private final Set<Link> cuts = new HashSet<>();
  // When the last frame on a stream arrives: the next one may not overtake it.
  private final Map<Link, Long> lastArrivalUs = new HashMap<>();
  private SimNode.Tuning tuning = settings -> settings;
  private SimNode.Pace pace = SimNode.Pace.DEFAULT;

  public SimCluster(long seed, int nodeCount, int loops) {
    this.rng = new SimRng(seed);
    this.loops = loops;
    var ids = new ArrayList<NodeId>();
    for (int i = 1; i <= nodeCount; i++) {
      ids.add(new NodeId(i));
    }
    this.voters = List.copyOf(ids);
    this.founders = voters;
  }

  public SimCluster tuned(SimNode.Tuning wanted) {
    tuning = wanted;
    return this;
  }

  /** Nodes that start from now on are told that these founded the cluster. */
  public SimCluster foundedBy(List<NodeId> nodes) {
    founders = List.copyOf(nodes);
    return this;
  }

  public SimCluster paced(SimNode.Pace wanted) {
    pace = wanted;
    return this;
  }

  public SimScheduler scheduler() {
    return scheduler;
  }

  public SimRng rng() {
    return rng;
  }

  public List<NodeId> voters() {
    return voters;
  }

  public SimCluster startAll() {
    voters.forEach(this::start);
    return this;
  }

  /** Starts a node, a new life of it if it was there before. */
  public SimNode start(NodeId id) {
    SimDisk disk = disk(id);
    SimNode node =
        new SimNode(id, founders, loops, scheduler, rng.split(), disk, this::send, tuning, pace);
    nodes.put(id, node);
    node.start();
    for (SimNode other : alive()) {
      if (!other.id().equals(id)) {
        scheduler.afterMs(2, () -> connect(node, other));
        scheduler.afterMs(3, () -> connect(other, node));
      }
    }
    return node;
  }

  public SimDisk disk(NodeId id) {
    return disks.computeIfAbsent(id, _ -> new SimDisk(rng.split()));
  }

  private void connect(SimNode from, SimNode to) {
    if (!from.isDead() && !to.isDead() && !cuts.contains(new Link(from.id(), to.id()))) {
      from.node().peerConnected(to.id());
    }
  }

  private void send(NodeId from, NodeId to, byte[] frame) {
    Link link = new Link(from, to);
    SimNode life = nodes.get(to);
    if (cuts.contains(link) || life == null || life.isDead()) {
      return;
    }
    long atUs =
        Math.max(scheduler.nowUs() + rng.between(50, 400), lastArrivalUs.getOrDefault(link, 0L));
    lastArrivalUs.put(link, atUs);
    SimNode sender = nodes.get(from);
    scheduler.afterUs(
        atUs - scheduler.nowUs(),
        () -> {
          if (!life.isDead() && nodes.get(from) == sender) {
            life.receive(from, frame);
          }
        });
  }

  /** The process is killed; what it wrote stays in the page cache. */
  public void kill(NodeId id) {
    end(id);
    disk(id).crashProcess();
  }

  /** The machine loses power: what was not flushed may be lost. */
  public void powerOff(NodeId id) {
    end(id);
    disk(id).crash();
  }

  private void end(NodeId id) {
    nodes.get(id).die();
    for (SimNode other : alive()) {
      scheduler.afterMs(
          rng.between(1, 20),
          () -> {
            if (!other.isDead() && nodes.get(id).isDead()) {
              other.node().peerGone(id);
            }
          });
    }
  }

  /** Nothing goes between the two any more, in either direction. */
  public void cut(NodeId one, NodeId other) {
    cuts.add(new Link(one, other));
    cuts.add(new Link(other, one));
  }

  public void mendAll() {
    cuts.clear();
    for (SimNode one : alive()) {
      for (SimNode other : alive()) {
        if (one != other) {
          connect(one, other);
        }
      }
    }
  }

  public Collection<SimNode> alive() {
    return List.copyOf(nodes.values().stream().filter(node -> !node.isDead()).toList());
  }

  public Node node(NodeId id) {
    return nodes.get(id).node();
  }

  public SimNode sim(NodeId id) {
    return nodes.get(id);
  }

  public void runForMs(long ms) {
    scheduler.runForMs(ms);
  }

  /**
   * Runs until it is so; fails when that takes longer than {@code ms} of virtual time. Returns how
   * long it took.
   */
  public long runUntil(String what, long ms, BooleanSupplier condition) {
    long startUs = scheduler.nowUs();
    while (!condition.getAsBoolean()) {
      if (scheduler.nowUs() - startUs > ms * 1000) {
        throw new AssertionError("not within " + ms + " ms: " + what);
      }
      scheduler.step();
    }
    return (scheduler.nowUs() - startUs) / 1000;
  }
}
