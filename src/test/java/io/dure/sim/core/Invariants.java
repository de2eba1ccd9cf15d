package io.dure.sim.core;

import io.dure.base.NodeId;
import io.dure.replication.Appointment;
import io.dure.sim.Invariant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that must hold at every moment, whatever the schedule and the faults. */
final class Invariants {
  private Invariants() {}

  static List<Invariant<Fact>> all(CommittedLog committed) {
    return List.of(
        new OneLeaderPerEpoch(),
        new LeaderHoldsAllCommitted(committed),
        new WrittenOnce(),
        new HighWatermarkNeverFalls(),
        new CommittedPrefixNeverChanges(committed),
        new CommittedIsDurableOnQuorum(committed));
  }

  /**
   * One leader, in one life of its process, for each epoch; and so a replica leads an epoch at most
   * once.
   */
  static final class OneLeaderPerEpoch implements Invariant<Fact> {
    private final Map<Integer, String> leaders = new HashMap<>();

    @Override
    public String name() {
      return "one leader per epoch, and once";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      if (!(fact instanceof Fact.Led(SimNode node, var appointment))) {
        return Optional.empty();
      }
      String who = node.id() + " in life " + node.life();
      String before = leaders.put(appointment.epoch(), who);
      return before == null
          ? Optional.empty()
          : Optional.of("epoch %d led by %s and by %s".formatted(appointment.epoch(), before, who));
    }
  }

  /** Whoever is made leader holds everything that was committed in earlier epochs. */
  static final class LeaderHoldsAllCommitted implements Invariant<Fact> {
    private final CommittedLog committed;

    LeaderHoldsAllCommitted(CommittedLog committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "a new leader holds all that was committed";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      if (!(fact instanceof Fact.Led(SimNode node, var appointment))) {
        return Optional.empty();
      }
      long end = committed.endBefore(appointment.epoch());
      long held = committed.heldBy(node.log(), node.log().start());
      return held >= end
          ? Optional.empty()
          : Optional.of(
              "%s leads epoch %d with %d of %d committed records"
                  .formatted(node.id(), appointment.epoch(), held, end));
    }
  }

  /**
   * An offset of an epoch is written once, always after the same record: so two logs with a record
   * of the same epoch at the same offset are equal up to there.
   */
  static final class WrittenOnce implements Invariant<Fact> {
    private record Place(int epoch, long offset) {}

    private record Writing(long value, int epochBefore) {}

    private static final int UNKNOWN = -2;
    private final Map<Place, Writing> written = new HashMap<>();

    @Override
    public String name() {
      return "logs are equal where their epochs are";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      if (!(fact instanceof Fact.Wrote(SimNode node, long offset))) {
        return Optional.empty();
      }
      SimLog log = node.log();
      int before = offset > log.start() ? log.epochAt(offset - 1) : UNKNOWN;
      var place = new Place(log.epochAt(offset), offset);
      var writing = new Writing(log.valueAt(offset), before);
      Writing known = written.putIfAbsent(place, writing);
      boolean same =
          known == null
              || (known.value == writing.value
                  && (known.epochBefore == before
                      || known.epochBefore == UNKNOWN
                      || before == UNKNOWN));
      return same
          ? Optional.empty()
          : Optional.of("%s at %s: %s, elsewhere %s".formatted(node.id(), place, writing, known));
    }
  }

  static final class HighWatermarkNeverFalls implements Invariant<Fact> {
    private final Map<NodeId, Long> highest = new HashMap<>();

    @Override
    public String name() {
      return "the high watermark never falls";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      return switch (fact) {
        case Fact.Started(SimNode node) -> {
          highest.put(node.id(), 0L);
          yield Optional.empty();
        }
        case Fact.Committed(SimNode node, long mark, boolean _) -> {
          long before = highest.put(node.id(), mark);
          yield mark >= before
              ? Optional.empty()
              : Optional.of("%s from %d to %d".formatted(node.id(), before, mark));
        }
        case Fact.Led _, Fact.Opened _, Fact.Wrote _, Fact.DiskChanged _ -> Optional.empty();
      };
    }
  }

  /**
   * What one replica once called committed, every replica that calls it committed holds alike, for
   * ever.
   */
  static final class CommittedPrefixNeverChanges implements Invariant<Fact> {
    private final CommittedLog committed;
    private final Map<NodeId, Long> checked = new HashMap<>();

    CommittedPrefixNeverChanges(CommittedLog committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "the committed prefix never changes";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      if (fact instanceof Fact.Started(SimNode node)) {
        checked.put(node.id(), 0L);
      }
      if (!(fact instanceof Fact.Committed(SimNode node, long mark, boolean leading))) {
        return Optional.empty();
      }
      SimLog log = node.log();
      long from = Math.max(log.start(), checked.put(node.id(), mark));
      if (mark > log.end()) {
        return Optional.of(
            "%s calls %d committed and ends at %d".formatted(node.id(), mark, log.end()));
      }
      for (long offset = from; offset < mark; offset++) {
        if (!committed.take(log, offset, node.brain().replica().epoch())) {
          return Optional.of(
              "%s at %d holds (%d, %d), committed was %s"
                  .formatted(
                      node.id(),
                      offset,
                      log.epochAt(offset),
                      log.valueAt(offset),
                      committed.at(offset)));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * What a leader has acknowledged is durable on a commit quorum of the newest open epoch, at once
   * and from then on.
   */
  static final class CommittedIsDurableOnQuorum implements Invariant<Fact> {
    private final CommittedLog committed;
    private final Map<NodeId, Long> held = new HashMap<>();
    private int epoch = -1;
    private List<NodeId> replicas = List.of();
    private int quorum;

    CommittedIsDurableOnQuorum(CommittedLog committed) {
      this.committed = committed;
    }

    @Override
    public String name() {
      return "acknowledged means durable on a quorum";
    }

    @Override
    public Optional<String> brokenBy(Fact fact) {
      switch (fact) {
        case Fact.Opened(SimNode node, var appointment) -> {
          opened(appointment);
          extend(node.world());
        }
        case Fact.DiskChanged(SimNode node) ->
            held.put(node.id(), committed.heldBy(node.log().durable()));
        case Fact.Committed(SimNode node, long _, boolean leading) -> {
          if (leading) {
            // What opens the epoch may be the very commit.
            opened(node.brain().appointment());
          }
          extend(node.world());
        }
        case Fact.Led _, Fact.Wrote _, Fact.Started _ -> {
          return Optional.empty();
        }
      }
      int holders = 0;
      for (NodeId replica : replicas) {
        if (held.getOrDefault(replica, 0L) >= committed.end()) {
          holders++;
        }
      }
      return holders >= quorum || replicas.isEmpty()
          ? Optional.empty()
          : Optional.of("%d is committed, durable at %s".formatted(committed.end(), held));
    }

    private void opened(Appointment appointment) {
      if (appointment.epoch() >= epoch) {
        epoch = appointment.epoch();
        replicas = appointment.replicas();
        quorum = appointment.commitQuorum();
      }
    }

    private void extend(CoreWorld world) {
      for (NodeId replica : replicas) {
        long before = held.getOrDefault(replica, 0L);
        if (before < committed.end()) {
          held.put(replica, committed.heldBy(world.node(replica).log().durable(), before));
        }
      }
    }
  }
}
