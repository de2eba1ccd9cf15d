package io.dure.replication;

import io.dure.base.NodeId;

/**
 * What a leader knows of one other replica or learner, for one epoch. Mutable; owned by the
 * leader's {@link Replica}.
 *
 * <p>{@code joined} and {@code durableEnd} are facts that stay true whatever is lost later; the
 * rest is about the stream and starts anew with every Begin.
 */
final class FollowerProgress {
  private static final long NOT_LAGGING = -1;

  /**
   * A learner is close behind when it takes no longer than this to hold what the log held: once it
   * votes, commits may have to wait for it.
   */
  private static final long LEARNER_LAG_MS = 1_000;

  final NodeId node;
  final Retry retry;

  private boolean voter;
  private boolean joined;
  private long durableEnd;

  private boolean begun;
  private boolean sending;
  private long nextOffset;
  private long toldHighWatermark = -1;
  private boolean tellAgain = true;
  private final long[] inFlightEnds;
  private int inFlightHead;
  private int inFlight;

  private long lagTarget;
  private long laggingSinceMs = NOT_LAGGING;
  private boolean closeBehind;
  private boolean reportedInStep;

  FollowerProgress(NodeId node, boolean voter, ReplicaSettings settings) {
    this.node = node;
    this.voter = voter;
    this.retry = new Retry(settings);
    this.inFlightEnds = new long[settings.windowMessages()];
  }

  boolean votes() {
    return voter;
  }

  /** What it has joined and holds stays true, whether that counts or not. */
  void votes(boolean now) {
    voter = now;
  }

  boolean joined() {
    return joined;
  }

  /** Everything below (exclusive) is durable there. */
  long durableEnd() {
    return durableEnd;
  }

  /** Whether it has told where its log ends since the last Begin. */
  boolean begun() {
    return begun;
  }

  boolean sending() {
    return sending;
  }

  long nextOffset() {
    return nextOffset;
  }

  boolean windowOpen() {
    return inFlight < inFlightEnds.length;
  }

  boolean anythingInFlight() {
    return inFlight > 0;
  }

  /** It has not begun, or not made durable what it was sent, or not joined though it has all. */
  boolean owesAnswer(long logEnd) {
    return !begun || inFlight > 0 || (!joined && nextOffset == logEnd);
  }

  boolean nothingInFlight() {
    return inFlight == 0 && !sending;
  }

  boolean knows(long highWatermark) {
    return toldHighWatermark >= highWatermark && !tellAgain;
  }

  /** With records, of which a follower in a gap takes nothing. */
  void toldWithRecords(long highWatermark) {
    toldHighWatermark = highWatermark;
  }

  void toldAlone(long highWatermark) {
    toldHighWatermark = highWatermark;
    tellAgain = false;
  }

  /** A Begin or a Restart is on its way: nothing is sent until it is answered. */
  void awaitBegan() {
    begun = false;
    forgetInFlight();
  }

  void onBegan(long end) {
    begun = true;
    nextOffset = end;
    tellAgain = true;
    forgetInFlight();
  }

  void startSending() {
    sending = true;
  }

  /** Returns whether anything was sent. */
  boolean onSent(long end) {
    sending = false;
    if (end <= nextOffset) {
      return false;
    }
    inFlightEnds[(inFlightHead + inFlight) % inFlightEnds.length] = end;
    inFlight++;
    nextOffset = end;
    return true;
  }

  /** The host never said what it sent: ask again. */
  void sendingGaveUp() {
    sending = false;
  }

  /** Takes note of an acknowledgement and returns whether it told anything new. */
  boolean onAcked(boolean nowJoined, long end) {
    boolean news = end > durableEnd || (nowJoined && !joined);
    joined |= nowJoined;
    durableEnd = Math.max(durableEnd, end);
    while (inFlight > 0 && inFlightEnds[inFlightHead] <= end) {
      inFlightHead = (inFlightHead + 1) % inFlightEnds.length;
      inFlight--;
    }
    return news;
  }

  /**
   * How long it has been behind is measured from one point of the log at a time, as the load never
   * ends.
   */
  void measureLag(long logEnd, long nowMs) {
    if (durableEnd < lagTarget) {
      return;
    }
    boolean all = durableEnd >= logEnd;
    closeBehind =
        all
            || (laggingSinceMs == NOT_LAGGING
                ? closeBehind
                : nowMs - laggingSinceMs <= LEARNER_LAG_MS);
    lagTarget = logEnd;
    laggingSinceMs = all ? NOT_LAGGING : nowMs;
  }

  boolean inStep(long nowMs, long lagMs) {
    return joined
        && begun
        && (voter || closeBehind)
        && (laggingSinceMs == NOT_LAGGING || nowMs - laggingSinceMs <= lagMs);
  }

  boolean reportedInStep() {
    return reportedInStep;
  }

  void reportInStep(boolean inStep) {
    reportedInStep = inStep;
  }

  private void forgetInFlight() {
    sending = false;
    inFlightHead = 0;
    inFlight = 0;
  }
}
