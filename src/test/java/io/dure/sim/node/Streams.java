package io.dure.sim.node;

import io.dure.base.NodeId;
import io.dure.sim.SimRng;
import io.dure.sim.SimScheduler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The streams between nodes, one for each direction. A stream keeps order until it breaks; what was
 * under way then is lost, or comes late and among what the next stream brings, or comes twice. A
 * stream that is cut takes messages and delivers none.
 */
final class Streams {
  /** Where frames come out. */
  interface Receiver {
    void receive(NodeId from, NodeId to, byte[] frame);
  }

  private enum Fate {
    UNBROKEN,
    LOST,
    LATE,
    REPEATED
  }

  private record Link(NodeId from, NodeId to) {}

  /** A stream from its connection to its end. */
  private static final class Stream {
    private final int toLife;
    private Fate fate = Fate.UNBROKEN;
    private long lastArrivalUs;
    private long pausedUntilUs;

    Stream(int toLife) {
      this.toLife = toLife;
    }
  }

  private final SimScheduler scheduler;
  private final SimRng rng;
  private final Predicate<NodeId> alive;
  private final Receiver receiver;
  private final BiConsumer<NodeId, NodeId> onConnected;
  private final Map<Link, Stream> streams = new HashMap<>();
  private final Map<NodeId, Integer> lives = new HashMap<>();
  private final Set<Link> cuts = new HashSet<>();
  private long messages;

  Streams(
      SimScheduler scheduler,
      SimRng rng,
      Predicate<NodeId> alive,
      Receiver receiver,
      BiConsumer<NodeId, NodeId> onConnected) {
    this.scheduler = scheduler;
    this.rng = rng;
    this.alive = alive;
    this.receiver = receiver;
    this.onConnected = onConnected;
  }

  long messages() {
    return messages;
  }

  void send(NodeId from, NodeId to, byte[] frame) {
    Link link = new Link(from, to);
    Stream stream = streams.get(link);
    messages++;
    if (stream == null || cuts.contains(link)) {
      return;
    }
    long earliest = Math.max(stream.lastArrivalUs, stream.pausedUntilUs);
    stream.lastArrivalUs = Math.max(scheduler.nowUs() + rng.between(50, 400), earliest);
    scheduler.afterUs(stream.lastArrivalUs - scheduler.nowUs(), () -> arrive(link, stream, frame));
  }

  private void arrive(Link link, Stream stream, byte[] frame) {
    switch (stream.fate) {
      case UNBROKEN -> deliver(link, stream, frame);
      case LOST -> {}
      case LATE -> scheduler.afterUs(rng.between(1, 3_000), () -> deliver(link, stream, frame));
      case REPEATED -> {
        deliver(link, stream, frame);
        scheduler.afterUs(rng.between(1, 150_000), () -> deliver(link, stream, frame));
      }
    }
  }

  private void deliver(Link link, Stream stream, byte[] frame) {
    if (alive.test(link.to) && stream.toLife == lives.getOrDefault(link.to, 0)) {
      receiver.receive(link.from, link.to, frame);
    }
  }

  /** A new life of a node: it dials all others, and they dial it. */
  void started(NodeId node, List<NodeId> others) {
    lives.merge(node, 1, Integer::sum);
    for (NodeId other : others) {
      connectLater(new Link(node, other), 1, 20);
      connectLater(new Link(other, node), 1, 60);
    }
  }

  /** A node is gone: so are its streams. What it sent last may still arrive. */
  void ended(NodeId node) {
    for (Link link : List.copyOf(streams.keySet())) {
      if (link.from.equals(node) || link.to.equals(node)) {
        end(link, rng.below(2) == 0 ? Fate.LOST : Fate.LATE);
      }
    }
  }

  private void end(Link link, Fate fate) {
    Stream stream = streams.remove(link);
    if (stream != null) {
      stream.fate = fate;
    }
  }

  /** Breaks a stream, which is dialled anew. False when there was none. */
  boolean breakOff(NodeId from, NodeId to) {
    Link link = new Link(from, to);
    boolean there = streams.containsKey(link);
    end(
        link,
        switch (rng.below(5)) {
          case 0 -> Fate.LATE;
          case 1 -> Fate.REPEATED;
          default -> Fate.LOST;
        });
    connectLater(link, 1, 120);
    return there;
  }

  /** Nothing arrives for so long, then everything does. */
  void pause(NodeId from, NodeId to, long ms) {
    Stream stream = streams.get(new Link(from, to));
    if (stream != null) {
      stream.pausedUntilUs = scheduler.nowUs() + ms * 1000;
    }
  }

  /** Loses everything in this one direction until mended. */
  void cut(NodeId from, NodeId to) {
    cuts.add(new Link(from, to));
  }

  void mend(NodeId from, NodeId to) {
    if (cuts.remove(new Link(from, to))) {
      breakOff(from, to);
    }
  }

  void mendAll() {
    for (Link link : new ArrayList<>(cuts)) {
      mend(link.from, link.to);
    }
  }

  private void connectLater(Link link, long leastMs, long mostMs) {
    int life = lives.getOrDefault(link.from, 0);
    scheduler.afterMs(rng.between(leastMs, mostMs), () -> connect(link, life));
  }

  private void connect(Link link, int life) {
    if (!alive.test(link.from)
        || lives.getOrDefault(link.from, 0) != life
        || !alive.test(link.to)
        || streams.containsKey(link)) {
      return;
    }
    if (cuts.contains(link)) {
      connectLater(link, 50, 100);
      return;
    }
    streams.put(link, new Stream(lives.getOrDefault(link.to, 0)));
    onConnected.accept(link.from, link.to);
  }
}
