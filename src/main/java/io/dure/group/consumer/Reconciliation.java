package io.dure.group.consumer;

import io.dure.group.consumer.Holding.Stage;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Brings one member a step nearer to its target: first it gives up, then it gets. What it was given
 * and has not come to take yet is not taken away from it: whether it gave that up or is about to
 * take it nobody could tell.
 *
 * @param claimedEpoch the epoch that the member itself knows of: if our answers get lost, it goes
 *     on saying it, however often we move it on meanwhile
 * @param owned what the member says it owns right now; empty when it did not say
 * @param taken what it is known to have taken of what it was given; it may have given it up since
 * @param free of some partitions, those that no other member holds
 */
record Reconciliation(
    int claimedEpoch,
    int targetEpoch,
    PartitionSet target,
    Optional<PartitionSet> owned,
    Supplier<PartitionSet> taken,
    UnaryOperator<PartitionSet> free) {

  Holding next(Holding now) {
    return switch (now.stage()) {
      case STABLE -> now.epoch() == targetEpoch ? now : step(now);
      case UNREVOKED -> gaveUp(now.revoking()) ? step(now) : now;
      case UNRELEASED -> step(now);
    };
  }

  private boolean gaveUp(PartitionSet revoking) {
    return owned.isPresent() && !owned.get().overlaps(revoking);
  }

  private Holding step(Holding now) {
    PartitionSet kept = now.assigned().and(target);
    PartitionSet revoking = now.assigned().minus(target);
    if (!revoking.isEmpty() && !taken.get().containsAll(revoking)) {
      return now;
    }
    if (!revoking.isEmpty() && !gaveUp(revoking)) {
      return hasToGiveUp(now, kept, revoking);
    }
    PartitionSet wanted = target.minus(kept);
    PartitionSet obtained = free.apply(wanted);
    Stage stage = obtained.equals(wanted) ? Stage.STABLE : Stage.UNRELEASED;
    int previous = now.epoch() == targetEpoch ? now.previousEpoch() : claimedEpoch;
    // What it gave up a moment ago and gets again it has anew.
    Tenures tenures = now.tenures().over(kept, now.epoch()).over(kept.plus(obtained), targetEpoch);
    return new Holding(
        targetEpoch, previous, stage, kept.plus(obtained), PartitionSet.NONE, tenures);
  }

  /**
   * Where it has just given up something else, it goes on to an epoch of its own: by the one before
   * it may have sent a commit of that, which is still under way.
   */
  private Holding hasToGiveUp(Holding now, PartitionSet kept, PartitionSet revoking) {
    boolean gaveUpMore = now.stage() == Stage.UNREVOKED;
    return new Holding(
        gaveUpMore ? now.epoch() + 1 : now.epoch(),
        gaveUpMore ? claimedEpoch : now.previousEpoch(),
        Stage.UNREVOKED,
        kept,
        revoking,
        now.tenures().over(now.assigned(), now.epoch()));
  }
}
