package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.replication.ReplicaEffect;
import io.dure.replication.ReplicaEvent;
import io.dure.replication.ReplicaMessage;
import io.dure.replication.ReplicaState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * One node: a log, a file of states, and while it runs a brain. Runs the effects of its cores at
 * once and in order, as a host in production does; its disk takes time and answers in order.
 */
final class SimNode {
  static final long TICK_MS = 20;

  /** Makes the brain of a node's next life. */
  interface Birth {
    Brain brain(SimNode node, Object state, boolean shapeKnownDurable);
  }

  private final CoreWorld world;
  private final NodeId id;
  private final Birth birth;
  private final SimLog log = new SimLog();
  private final Queue<Runnable> backlog = new ArrayDeque<>();
  private final List<Object> unflushedStates = new ArrayList<>();
  private Object durableState;
  private Brain brain;
  private int life;
  private boolean running;
  private boolean frozen;
  private boolean flushing;
  private int copy;
  private long stateReadyUs;

  SimNode(CoreWorld world, NodeId id, Object initialState, Birth birth) {
    this.world = world;
    this.id = id;
    this.birth = birth;
    this.durableState = initialState;
    this.brain = birth.brain(this, initialState, true);
  }

  NodeId id() {
    return id;
  }

  CoreWorld world() {
    return world;
  }

  SimLog log() {
    return log;
  }

  Brain brain() {
    return brain;
  }

  boolean running() {
    return running;
  }

  boolean frozen() {
    return frozen;
  }

  int life() {
    return life;
  }

  // ---- lives ----

  void start() {
    life++;
    running = true;
    frozen = false;
    flushing = false;
    stateReadyUs = 0;
    say(() -> "starts with " + durableState + " and " + log.history());
    brain = birth.brain(this, durableState, !log.dirty());
    world.tell(new Fact.Started(this));
    flushIfDirty();
    tickEver(life);
  }

  /**
   * The process dies; what it wrote is in the page cache, and its next life makes that durable
   * first.
   */
  void crash() {
    say(() -> "CRASHES");
    stop();
    log.crash();
    if (!unflushedStates.isEmpty()) {
      durableState = unflushedStates.getLast();
      unflushedStates.clear();
    }
  }

  void powerCut() {
    say(() -> "LOSES POWER");
    stop();
    log.powerCut(world.rng());
    if (!unflushedStates.isEmpty()) {
      int kept = world.rng().below(unflushedStates.size() + 1);
      durableState = kept == 0 ? durableState : unflushedStates.get(kept - 1);
      unflushedStates.clear();
    }
    world.tell(new Fact.DiskChanged(this));
  }

  private void stop() {
    running = false;
    frozen = false;
    backlog.clear();
  }

  void freeze() {
    say(() -> "FREEZES");
    frozen = true;
  }

  void thaw() {
    if (running && frozen) {
      say(() -> "wakes");
      frozen = false;
      while (!backlog.isEmpty() && running && !frozen) {
        backlog.poll().run();
      }
    }
  }

  /** Runs on this node's own thread: later while it is frozen, never when this life has ended. */
  void post(int ofLife, Runnable work) {
    if (!running || life != ofLife) {
      return;
    }
    if (frozen) {
      backlog.add(work);
    } else {
      work.run();
    }
  }

  private void tickEver(int ofLife) {
    if (running && life == ofLife) {
      if (!frozen) {
        brain.onTick(world.scheduler().nowMs());
      }
      world.scheduler().afterMs(TICK_MS, () -> tickEver(ofLife));
    }
  }

  // ---- what happens to it ----

  void receive(NodeId from, Object message) {
    post(
        life,
        () -> {
          say(() -> "<- " + from + " " + message);
          brain.onMessage(from, message);
        });
  }

  void connected(NodeId peer) {
    post(life, () -> local(new ReplicaEvent.PeerConnected(peer)));
  }

  void peerGone(NodeId peer) {
    post(life, () -> brain.onPeerGone(peer));
  }

  void local(ReplicaEvent event) {
    say(event::toString);
    brain.onLocal(event);
  }

  /** A client's records, if this node leads. */
  void append(int count) {
    if (running && !frozen && brain.replica().leads()) {
      int epoch = brain.replica().epoch();
      for (int i = 0; i < count; i++) {
        write(epoch, world.nextValue());
      }
      local(new ReplicaEvent.Appended(log.end()));
      flushIfDirty();
    }
  }

  /** A leader's record that names the voters. */
  void appendVoters(long value) {
    if (running && !frozen && brain instanceof QuorumBrain quorum) {
      say(() -> "makes the voters " + VoterValues.voters(value));
      write(brain.replica().epoch(), value);
      quorum.votersAppended(log.end() - 1, value);
      local(new ReplicaEvent.Appended(log.end()));
      flushIfDirty();
      world.changedVoters(this);
    }
  }

  void moveStart() {
    long newest = Math.min(brain.replica().highWatermark(), log.end());
    if (running && !frozen && newest > log.start()) {
      log.advanceStart(world.rng().between(log.start() + 1, newest));
      local(new ReplicaEvent.StartMoved(log.start()));
    }
  }

  // ---- what it does ----

  void run(List<ReplicaEffect> effects) {
    var sent = new ArrayList<ReplicaEvent.Sent>();
    for (ReplicaEffect effect : effects) {
      say(() -> "   " + effect);
      run(effect, sent);
    }
    flushIfDirty();
    sent.forEach(brain::onLocal);
  }

  private void run(ReplicaEffect effect, List<ReplicaEvent.Sent> sent) {
    switch (effect) {
      case ReplicaEffect.Truncate e -> log.truncateTo(e.end());
      case ReplicaEffect.Reset e -> {
        log.resetTo(e.start());
        world.wasReset(this);
      }
      case ReplicaEffect.Append e -> {
        log.append(e.records());
        for (long i = e.records().from(); i < e.records().end(); i++) {
          world.tell(new Fact.Wrote(this, i));
        }
      }
      case ReplicaEffect.Persist e -> persist(e.state());
      case ReplicaEffect.Send e -> send(e.to(), e.message());
      case ReplicaEffect.SendRecords e -> sent.add(sendRecords(e));
      case ReplicaEffect.AnswerFence e -> world.fenceAnswered(this, e);
      case ReplicaEffect.Committed e ->
          world.tell(new Fact.Committed(this, e.highWatermark(), brain.replica().leads()));
      case ReplicaEffect.Leads _ -> world.tell(new Fact.Led(this, brain.appointment()));
      case ReplicaEffect.Opened _ -> world.tell(new Fact.Opened(this, brain.appointment()));
      case ReplicaEffect.Resigned _, ReplicaEffect.InStep _ -> {}
    }
  }

  void send(NodeId to, Object message) {
    world.network().send(id, to, message);
  }

  private ReplicaEvent.Sent sendRecords(ReplicaEffect.SendRecords e) {
    long to = Math.min(log.end(), e.from() + 1 + world.rng().below(8));
    send(e.to(), new ReplicaMessage.Append(e.epoch(), log.span(e.from(), to), e.highWatermark()));
    return new ReplicaEvent.Sent(e.to(), e.epoch(), to);
  }

  /** The new copy begins with the log as it is. */
  void copyOpened() {
    say(() -> "opens a copy with " + log.history());
    world.tell(new Fact.Started(this));
    flushIfDirty();
  }

  /** Whether the log as it is, its shape included, is known to be durable. */
  boolean logIsDurable() {
    return !log.dirty() && !flushing;
  }

  /** As {@link #persist}, of a state that says nothing. */
  void forgetState(Runnable then) {
    say(() -> "forgets its copy");
    persist(ReplicaState.INITIAL, then);
  }

  /** A power cut may bring it back. */
  void deleteLog() {
    say(() -> "deletes its copy");
    copy++;
    log.delete();
    world.copyDeleted(this);
    flushIfDirty();
  }

  void persist(Object state) {
    persist(state, () -> brain.onPersisted(state));
  }

  private void persist(Object state, Runnable then) {
    unflushedStates.add(state);
    int ofLife = life;
    long nowUs = world.scheduler().nowUs();
    stateReadyUs = Math.max(stateReadyUs, nowUs + world.stateDelayUs());
    world
        .scheduler()
        .afterUs(
            stateReadyUs - nowUs,
            () -> {
              if (life != ofLife || !running) {
                return;
              }
              durableState = state;
              unflushedStates.removeFirst();
              post(
                  ofLife,
                  () -> {
                    say(() -> "persisted " + state);
                    then.run();
                  });
            });
  }

  private void write(int epoch, long value) {
    log.append(epoch, value);
    world.tell(new Fact.Wrote(this, log.end() - 1));
  }

  private void flushIfDirty() {
    if (flushing || !log.dirty() || !running) {
      return;
    }
    flushing = true;
    int ofLife = life;
    int ofCopy = copy;
    SimLog.Flush flush = log.beginFlush();
    world
        .scheduler()
        .afterUs(
            world.diskDelayUs(),
            () -> {
              if (life != ofLife || !running) {
                return;
              }
              log.flushed(flush);
              world.tell(new Fact.DiskChanged(this));
              post(
                  ofLife,
                  () -> {
                    flushing = false;
                    if (copy == ofCopy) {
                      local(new ReplicaEvent.Flushed(flush.generation(), flush.content().end()));
                    }
                    flushIfDirty();
                  });
            });
  }

  private void say(Supplier<String> what) {
    world.trace().say(id.toString(), what);
  }
}
