package io.dure.replication;

import io.dure.base.Check;
import io.dure.base.NodeId;
import io.dure.log.BatchSpan;
import io.dure.log.EpochHistory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What leading and following both stand on: the log's shape, the epochs remembered, what is
 * committed, the time, and the effects of the step under way. Mutable; owned by one {@link
 * Replica}.
 *
 * <p>What is durable and what is only decided are kept apart: {@code state} is what was decided,
 * {@code durable} what is known to be on disk, and only the latter is ever told to others.
 */
final class Ground {
  final NodeId self;
  final ReplicaSettings settings;

  private ReplicaState state;
  private ReplicaState durable;
  private EpochHistory history;
  private long generation;
  private boolean shapeDurable;
  private long flushedEnd;
  private long highWatermark;
  private long nowMs;
  private List<ReplicaEffect> effects = new ArrayList<>();

  Ground(
      NodeId self,
      ReplicaState restored,
      EpochHistory history,
      long flushedEnd,
      ReplicaSettings settings) {
    this.self = self;
    this.settings = settings;
    this.state = restored;
    this.durable = restored;
    this.history = history;
    this.shapeDurable = flushedEnd >= history.end();
    this.flushedEnd = Math.clamp(flushedEnd, 0, history.end());
    this.highWatermark = history.start();
    if (history.lastEpoch() > restored.epoch()) {
      // The power went when the records were on disk and the epoch that they came with was not yet.
      persist(new ReplicaState(history.lastEpoch(), restored.joinedEpoch()));
    }
  }

  // ---- epochs ----

  int epoch() {
    return state.epoch();
  }

  ReplicaState state() {
    return state;
  }

  ReplicaState durable() {
    return durable;
  }

  void adopt(int epoch) {
    if (epoch > state.epoch()) {
      persist(new ReplicaState(epoch, state.joinedEpoch()));
    }
  }

  private void persist(ReplicaState next) {
    state = next;
    emit(new ReplicaEffect.Persist(next));
  }

  /** Returns whether the own epoch is known as joined only now. */
  boolean onPersisted(ReplicaState written) {
    boolean before = hasJoined();
    durable =
        new ReplicaState(
            Math.max(durable.epoch(), written.epoch()),
            Math.max(durable.joinedEpoch(), written.joinedEpoch()));
    return hasJoined() && !before;
  }

  boolean hasJoined() {
    return durable.joinedEpoch() == state.epoch();
  }

  /**
   * Records the epoch as joined once all its leader started with is durable here, the cut before it
   * included.
   */
  void joinIfDurable(long startEnd) {
    if (state.joinedEpoch() < state.epoch() && shapeDurable && flushedEnd >= startEnd) {
      persist(new ReplicaState(state.epoch(), state.epoch()));
    }
  }

  // ---- the log ----

  EpochHistory history() {
    return history;
  }

  long flushedEnd() {
    return flushedEnd;
  }

  /** This leader's own records. */
  void appended(long end) {
    history = history.append(state.epoch(), end);
  }

  /** A leader's records, which begin where this log ends. */
  void append(BatchSpan records) {
    List<EpochHistory.Entry> epochs = records.epochs();
    for (int i = 0; i < epochs.size(); i++) {
      long end = i + 1 < epochs.size() ? epochs.get(i + 1).start() : records.end();
      history = history.append(epochs.get(i).epoch(), end);
    }
    emit(new ReplicaEffect.Append(records));
  }

  void cutTo(long end) {
    if (end < history.end()) {
      Check.that(end >= highWatermark, "cut to %d below the high watermark %d", end, highWatermark);
      history = history.truncateTo(end);
      reshaped(Math.min(flushedEnd, end));
      emit(new ReplicaEffect.Truncate(end));
    }
  }

  void resetTo(long start, ByteBuffer producers) {
    history = EpochHistory.emptyAt(start);
    reshaped(0);
    emit(new ReplicaEffect.Reset(start, producers));
  }

  private void reshaped(long newFlushedEnd) {
    generation++;
    shapeDurable = false;
    flushedEnd = newFlushedEnd;
  }

  void startAt(long start) {
    history = history.startAt(start);
  }

  /**
   * A flush of the log as it was before a cut says nothing about the log as it is.
   *
   * @return whether more is durable than was known
   */
  boolean onFlushed(long flushedGeneration, long end) {
    if (flushedGeneration != generation) {
      return false;
    }
    boolean news = end > flushedEnd || !shapeDurable;
    shapeDurable = true;
    flushedEnd = Math.max(flushedEnd, end);
    return news;
  }

  long highWatermark() {
    return highWatermark;
  }

  void commitTo(long committed) {
    if (committed > highWatermark) {
      highWatermark = committed;
      emit(new ReplicaEffect.Committed(committed));
    }
  }

  // ---- time, effects ----

  long nowMs() {
    return nowMs;
  }

  void timeIs(long now) {
    nowMs = now;
  }

  void emit(ReplicaEffect effect) {
    effects.add(effect);
  }

  void send(NodeId to, ReplicaMessage message) {
    effects.add(new ReplicaEffect.Send(to, message));
  }

  List<ReplicaEffect> takeEffects() {
    if (effects.isEmpty()) {
      return List.of();
    }
    List<ReplicaEffect> taken = effects;
    effects = new ArrayList<>(4);
    return taken;
  }

  void checkInvariants() {
    Check.that(
        highWatermark <= history.end(),
        "high watermark %d past log end %d",
        highWatermark,
        history.end());
    Check.that(
        flushedEnd <= history.end(), "flushed %d past log end %d", flushedEnd, history.end());
    Check.that(
        history.lastEpoch() <= state.epoch(),
        "log epoch %d past own %d",
        history.lastEpoch(),
        state.epoch());
    Check.that(
        state.joinedEpoch() <= state.epoch(),
        "joined %d past own %d",
        state.joinedEpoch(),
        state.epoch());
  }
}
