package io.dure.controller;

import io.dure.balance.Move;
import io.dure.balance.Reason;
import io.dure.balance.Slack;
import io.dure.balance.Weights;
import io.dure.base.NodeId;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * When disks and traffic are evened for their own sake. Sizes grow and traffic comes and goes, so
 * what is uneven must stay so for a while; then it is evened out in one go, by what was known when
 * that began, further than would be needed; and then all is left alone for long.
 *
 * <pre>
 *   Watching ── uneven, time and again ─▶ Evening ── nothing left, or too long ─▶ Resting
 *       ◀──────────────────────────── a while later ────────────────────────────────┘
 * </pre>
 */
final class ByWeight {
  /** So many looks in a row have to find the same, from one so long after the other. */
  private static final int CONFIRMING = 3;

  /** What is evened for longer, is looked at anew with what is known by then. */
  private static final int MAX_EVENING = 60;

  private final Ledger ledger;
  private final ToldLoads told = new ToldLoads();
  private boolean known;
  private long lookMs;
  private State state = new State.Watching(0);

  private sealed interface State {
    /**
     * @param found how many looks in a row have found something uneven
     */
    record Watching(int found) implements State {}

    record Evening(ToldLoads asOf, long endMs) implements State {}

    record Resting(long endMs) implements State {}
  }

  ByWeight(Ledger ledger) {
    this.ledger = ledger;
    lookMs = ledger.nowMs() + settings().weighEveryMs();
  }

  private BalanceSettings settings() {
    return ledger.settings().balance();
  }

  void told(ControllerEvent.LoadsTold report) {
    told.told(ledger, report);
  }

  /** How heavy partitions are, as far as the next plan is concerned. */
  Weights weights() {
    if (state instanceof State.Evening evening) {
      return evening.asOf;
    }
    return known ? told : Weights.UNKNOWN;
  }

  /** Whether sizes and traffic of nearly all partitions are known. */
  boolean isKnown() {
    return known;
  }

  Map<NodeId, Answer.Carried> carried() {
    return told.carried(ledger.image());
  }

  /** How the next plan is to be made. */
  Slack slack() {
    return state instanceof State.Evening ? settings().slack().half() : settings().slack().still();
  }

  /** How a plan is made for people: with what will be moved if it stays as it is. */
  Slack slackOfDryRun() {
    return state instanceof State.Watching ? settings().slack() : slack();
  }

  /**
   * Looks whether it is time for something else; returns whether the next plan may be another.
   *
   * @param plan what would be moved if it were by weight, too
   */
  boolean tick(Supplier<List<Move>> plan) {
    long nowMs = ledger.nowMs();
    if (nowMs < lookMs) {
      return false;
    }
    lookMs = nowMs + settings().weighEveryMs();
    known = told.areEnough(ledger);
    switch (state) {
      case State.Watching watching -> {
        int found = known && isByWeight(plan.get()) ? watching.found + 1 : 0;
        long endMs = nowMs + settings().weighEveryMs() * MAX_EVENING;
        state =
            found < CONFIRMING
                ? new State.Watching(found)
                : new State.Evening(told.asOfNow(), endMs);
        return found >= CONFIRMING;
      }
      case State.Evening evening -> {
        if (nowMs >= evening.endMs) {
          rest();
        }
      }
      case State.Resting resting -> {
        if (nowMs >= resting.endMs) {
          state = new State.Watching(0);
        }
      }
    }
    return false;
  }

  /** What was planned last; where nothing of it is by weight, all is even that can be. */
  void planned(List<Move> moves) {
    if (state instanceof State.Evening && !isByWeight(moves)) {
      rest();
    }
  }

  private void rest() {
    state = new State.Resting(ledger.nowMs() + settings().restMs());
  }

  private static boolean isByWeight(List<Move> moves) {
    return moves.stream()
        .flatMap(move -> move.reasons().stream())
        .map(Reason::kind)
        .anyMatch(kind -> kind == Reason.Kind.DISK_UNEVEN || kind == Reason.Kind.TRAFFIC_UNEVEN);
  }
}
