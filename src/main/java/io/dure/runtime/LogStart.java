package io.dure.runtime;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.runtime.Partitions.DeleteOutcome;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Where one partition's log starts, and how its replicas agree on that. Belongs to the partition's
 * loop.
 *
 * <p>The leader decides: by the topic's retention, or for somebody who deletes records. The others
 * follow; none drops anything by its own clock. Every start ever decided lies at or below a high
 * watermark, so it is safe to take over the largest one heard of, from anybody, in any order and
 * any number of times, as soon as the own replica knows all before it as committed.
 *
 * <p>Somebody is told that records are deleted once that is durable on as many replicas as commit a
 * record. So every election hears of it, and its appointment says it to all: what was deleted stays
 * deleted when leaders and replicas change (decision 16).
 */
final class LogStart {
  /** How often followers that have not said that they are there are told again. */
  private static final long TELL_AGAIN_MS = 500;

  /** Deletions waiting for one partition's replicas; further ones are refused. */
  private static final int MAX_WAITING = 1_000;

  private final PartitionId id;
  private final LoopPorts ports;
  private final HostedLog hosted;
  private final Site site;
  private long wanted;
  private long nextCheckMs = Long.MIN_VALUE;
  private long lastToldMs = Long.MIN_VALUE / 2;
  private Map<NodeId, Long> durableStarts = Map.of();
  private long reportedDurable;
  private final List<Waiting> waiting = new ArrayList<>(0);

  /** What is asked of the host of the partition. */
  interface Site {
    boolean leads();

    boolean isOpened();

    long highWatermark();

    int epoch();

    Optional<NodeId> leader();

    Set<NodeId> inStep();

    /** Learners included. */
    List<NodeId> members();

    List<NodeId> voters();

    int commitQuorum();

    /** The log's first batch starts at {@code batchStart} now. */
    void startMoved(long batchStart);
  }

  private record Waiting(
      long offset, long deadlineMs, Executor caller, Consumer<DeleteOutcome> done) {}

  LogStart(PartitionId id, LoopPorts ports, HostedLog hosted, Site site) {
    this.id = id;
    this.ports = ports;
    this.hosted = hosted;
    this.site = site;
  }

  // ---- by age and size ----

  /** The settings have changed: what is due by the new ones is not waited for. */
  void settingsChanged() {
    nextCheckMs = Long.MIN_VALUE + 1;
  }

  /** Drops what the retention does not keep. Costs nothing where nothing can be due. */
  void onTick(long nowMs) {
    // Who is in step may have changed.
    answerDone();
    expire(nowMs);
    if (!site.leads()) {
      return;
    }
    tellAgain(nowMs);
    if (!site.isOpened() || nowMs < nextCheckMs) {
      return;
    }
    long everyMs = ports.settings().retentionCheckMs();
    if (nextCheckMs == Long.MIN_VALUE) {
      // Not all partitions at once after a start.
      nextCheckMs = nowMs + Math.floorMod(id.hashCode() * 0x9E3779B9 >>> 1, everyMs);
      return;
    }
    nextCheckMs = nowMs + everyMs;
    if (hosted.log().settings().retention().isLimited()) {
      move(hosted.log().keptFrom(site.highWatermark(), ports.clock().wallMs()));
    }
  }

  // ---- for somebody ----

  /**
   * Deletes the records before {@code offset}, -1: all committed ones; answers when every replica
   * in step has done so durably.
   */
  void delete(long offset, long deadlineMs, Executor caller, Consumer<DeleteOutcome> done) {
    long to = offset == -1 ? site.highWatermark() : offset;
    if (!site.isOpened()) {
      refuse(caller, done, WireError.NOT_LEADER_OR_FOLLOWER);
    } else if (to < 0 || to > site.highWatermark()) {
      refuse(caller, done, WireError.OFFSET_OUT_OF_RANGE);
    } else if (waiting.size() >= MAX_WAITING) {
      refuse(caller, done, WireError.REQUEST_TIMED_OUT);
    } else {
      waiting.add(new Waiting(to, deadlineMs, caller, done));
      move(to);
      if (hosted.log().durableStart() < to) {
        hosted.makeStartDurable();
      }
      tellAgain(ports.clock().nowMs());
      answerDone();
    }
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  private void answerDone() {
    if (waiting.isEmpty()) {
      return;
    }
    long low = lowWatermark();
    takeOut(each -> each.offset() <= low)
        .forEach(each ->
            WaitingAppends.answer(each.caller(), each.done(), new DeleteOutcome.Deleted(low)));
  }

  /** Every replica in step starts here or later, and cannot fall back; -1 where too few are. */
  private long lowWatermark() {
    if (site.inStep().stream().filter(site.voters()::contains).count() < site.commitQuorum()) {
      return -1;
    }
    long low = hosted.log().durableStart();
    for (NodeId replica : site.inStep()) {
      if (!replica.equals(ports.settings().self())) {
        low = Math.min(low, durableStarts.getOrDefault(replica, 0L));
      }
    }
    return low;
  }

  /** The time is for the others: what this disk has yet to do is never cut short. */
  private void expire(long nowMs) {
    if (!waiting.isEmpty()) {
      long durable = hosted.log().durableStart();
      takeOut(each -> each.deadlineMs() <= nowMs && each.offset() <= durable)
          .forEach(each -> refuse(each.caller(), each.done(), WireError.REQUEST_TIMED_OUT));
    }
  }

  private List<Waiting> takeOut(Predicate<Waiting> which) {
    List<Waiting> out = waiting.stream().filter(which).toList();
    waiting.removeAll(out);
    return out;
  }

  private void refuse(Executor caller, Consumer<DeleteOutcome> done, WireError error) {
    WaitingAppends.answer(
        caller, done, new DeleteOutcome.Refused(error, hosted.log().startOffset()));
  }

  // ---- among replicas ----

  /** Everything before {@code offset} may go, as soon as it is known here as committed. */
  private void move(long offset) {
    wanted = Math.max(wanted, offset);
    onCommitted();
  }

  void onCommitted() {
    long to = Math.min(wanted, site.highWatermark());
    if (to > hosted.log().startOffset()) {
      hosted.moveStart(to);
      site.startMoved(hosted.log().history().start());
      tellFollowers(_ -> true);
    }
  }

  void onTold(NodeId from, PeerMessage.LogStart told) {
    move(told.start());
    if (site.leads()) {
      if (told.epoch() == site.epoch()) {
        if (durableStarts.isEmpty()) {
          durableStarts = new HashMap<>(4);
        }
        durableStarts.merge(from, told.durableStart(), Math::max);
        answerDone();
      }
    } else if (site.leader().equals(Optional.of(from))) {
      if (hosted.log().durableStart() < told.start()) {
        hosted.makeStartDurable();
      }
      report(from);
    }
  }

  /**
   * Another epoch has begun, with this deleted. What was wanted before and is not done yet was told
   * to nobody; and where records were lost (decision 16: unsafe recovery) its offsets may be used
   * again.
   */
  void onEpoch(long deletedBefore) {
    wanted = deletedBefore;
    onCommitted();
  }

  /** A flush has ended. */
  void onFlushed() {
    if (hosted.log().durableStart() == reportedDurable) {
      return;
    }
    if (site.leads()) {
      answerDone();
    } else {
      site.leader().ifPresent(this::report);
    }
  }

  private void report(NodeId leader) {
    reportedDurable = hosted.log().durableStart();
    send(leader);
  }

  private void send(NodeId to) {
    ports
        .sender()
        .send(
            to,
            new PeerMessage.LogStart(
                id, site.epoch(), hosted.log().startOffset(), hosted.log().durableStart()));
  }

  /** What was said on the old stream may be lost. */
  void onPeerConnected(NodeId peer) {
    if (site.leads() && hosted.log().startOffset() > 0) {
      send(peer);
    }
  }

  void onLeads() {
    durableStarts = Map.of();
    if (hosted.log().startOffset() > 0) {
      tellFollowers(_ -> true);
    }
  }

  void onResigned() {
    durableStarts = Map.of();
    takeOut(_ -> true)
        .forEach(each -> refuse(each.caller(), each.done(), WireError.NOT_LEADER_OR_FOLLOWER));
  }

  private void tellAgain(long nowMs) {
    if (hosted.log().startOffset() > 0 && nowMs - lastToldMs >= TELL_AGAIN_MS) {
      tellFollowers(each ->
          durableStarts.getOrDefault(each, 0L) < hosted.log().startOffset()
              && ports.peers().reachable(each));
    }
  }

  private void tellFollowers(Predicate<NodeId> which) {
    if (site.leads()) {
      lastToldMs = ports.clock().nowMs();
      site.members().stream()
          .filter(each -> !each.equals(ports.settings().self()))
          .filter(which)
          .forEach(this::send);
    }
  }
}
