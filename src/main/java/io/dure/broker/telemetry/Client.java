package io.dure.broker.telemetry;

import io.dure.broker.telemetry.Subscriptions.Wanted;
import io.dure.wire.WireError;

/**
 * One client and what it last did. Confined to the home loop.
 *
 * <p>Who comes too early is told so. A push may come at any time after the answer that asked for
 * it, since clients spread their first ones; later ones a tenth early, as clocks and networks are
 * not exact and a refused push is lost. What it was told to ask for, it may ask for at once.
 */
final class Client {
  private static final int TENTHS = 9;

  private final String name;
  private final String software;
  private String address;
  private Wanted wanted;
  private long askedMs = Long.MIN_VALUE / 2;
  private long pushedMs = Long.MIN_VALUE / 2;
  private boolean askedSincePush;
  private boolean mayAskAgain;
  private boolean left;
  private boolean told;

  Client(Asker asker, Wanted wanted) {
    this.name = Kept.shortened(asker.clientId());
    this.software = Kept.shortened(asker.software().name() + " " + asker.software().version());
    this.address = asker.address();
    this.wanted = wanted;
  }

  String name() {
    return name;
  }

  String software() {
    return software;
  }

  String address() {
    return address;
  }

  Wanted wanted() {
    return wanted;
  }

  /** Other wishes count from now on; the client may come for them at once. */
  void want(Wanted now, Asker asker) {
    address = asker.address();
    if (!now.equals(wanted)) {
      wanted = now;
      mayAskAgain = true;
    }
  }

  long lastSeenMs() {
    return Math.max(askedMs, pushedMs);
  }

  /** Whether it may hear what is wanted. */
  WireError ask(long nowMs) {
    boolean due = nowMs - lastSeenMs() >= patienceMs();
    if (!due && !mayAskAgain) {
      return WireError.THROTTLING_QUOTA_EXCEEDED;
    }
    askedMs = nowMs;
    askedSincePush = true;
    mayAskAgain = false;
    return WireError.NONE;
  }

  /** Whether it may push: first of all, in time. */
  WireError push(boolean isLast, long nowMs) {
    if (left) {
      return WireError.INVALID_REQUEST;
    }
    mayAskAgain = false;
    boolean due = askedSincePush || nowMs - pushedMs >= patienceMs();
    if (!due && !isLast) {
      return WireError.THROTTLING_QUOTA_EXCEEDED;
    }
    pushedMs = nowMs;
    askedSincePush = false;
    return WireError.NONE;
  }

  /** It was refused for a reason that asking again mends. */
  void isToAskAgain() {
    mayAskAgain = true;
  }

  void leave() {
    left = true;
  }

  /** True the first time only. */
  boolean tellsForTheFirstTime() {
    boolean first = !told;
    told = true;
    return first;
  }

  private long patienceMs() {
    return wanted.intervalMs() * (long) TENTHS / 10;
  }
}
