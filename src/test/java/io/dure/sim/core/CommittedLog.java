package io.dure.sim.core;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything any replica ever called committed, in order. Kept by the simulation, seen by no core.
 */
final class CommittedLog {
  /**
   * One record.
   *
   * @param committedIn the epoch in which it was first called committed
   */
  record Entry(int epoch, long value, int committedIn) {}

  private final List<Entry> entries = new ArrayList<>();

  long end() {
    return entries.size();
  }

  Entry at(long offset) {
    return entries.get((int) offset);
  }

  /** How much was committed before {@code epoch}. */
  long endBefore(int epoch) {
    int end = entries.size();
    while (end > 0 && entries.get(end - 1).committedIn() >= epoch) {
      end--;
    }
    return end;
  }

  /** Adds what stands at {@code offset}, or compares it; false where it differs. */
  boolean take(SimLog log, long offset, int committedIn) {
    if (offset < entries.size()) {
      return same(offset, log.epochAt(offset), log.valueAt(offset));
    }
    if (offset > entries.size()) {
      return false;
    }
    entries.add(new Entry(log.epochAt(offset), log.valueAt(offset), committedIn));
    return true;
  }

  /** Who votes as what is committed below {@code end} says; empty: as at the founding. */
  Optional<List<NodeId>> voters(long end) {
    for (long offset = Math.min(end, entries.size()) - 1; offset >= 0; offset--) {
      if (VoterValues.isOne(at(offset).value())) {
        return Optional.of(VoterValues.voters(at(offset).value()));
      }
    }
    return Optional.empty();
  }

  /** How far (exclusive) a log holds what is committed; what it has dropped counts as held. */
  long heldBy(SimLog log, long from) {
    long at = Math.max(log.start(), from);
    while (at < entries.size() && at < log.end() && same(at, log.epochAt(at), log.valueAt(at))) {
      at++;
    }
    return Math.min(at, entries.size());
  }

  long heldBy(SimLog.Content content) {
    return heldBy(content, 0);
  }

  long heldBy(SimLog.Content content, long from) {
    long at = Math.max(content.start(), from);
    while (at < entries.size()
        && at < content.end()
        && same(at, content.epochs()[(int) at], content.values()[(int) at])) {
      at++;
    }
    return Math.min(at, entries.size());
  }

  private boolean same(long offset, int epoch, long value) {
    Entry entry = entries.get((int) offset);
    return entry.epoch() == epoch && entry.value() == value;
  }
}
