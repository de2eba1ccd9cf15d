package io.dure.sim.group;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.consumer.Beat;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.PartitionSet;
import io.dure.wire.WireError;
import java.util.Optional;
import java.util.Set;

/** A member of the new protocol that keeps to it (KIP-848), with its one request under way. */
final class NewMember implements GroupMember {
  private static final long ANSWER_WITHIN_MS = 1_000;

  private final GroupWorld world;
  private final String name;
  private final Optional<String> instanceId;
  private final Optional<String> rack;
  private Set<String> topics;
  private Optional<String> regex;
  private int epoch;
  private boolean saysAll = true;
  private long waitsFor = -1;
  private long nextActMs;
  private PartitionSet owned = PartitionSet.NONE;
  private PartitionSet told = PartitionSet.NONE;
  private PartitionSet assigned = PartitionSet.NONE;
  private boolean revoking;
  private boolean joined;

  NewMember(
      GroupWorld world,
      String name,
      Optional<String> instanceId,
      Optional<String> rack,
      Set<String> topics,
      Optional<String> regex) {
    this.world = world;
    this.name = name;
    this.instanceId = instanceId;
    this.rack = rack;
    this.topics = topics;
    this.regex = regex;
    this.nextActMs = world.nowMs();
  }

  @Override
  public String name() {
    return name;
  }

  Optional<String> instanceId() {
    return instanceId;
  }

  Set<String> topics() {
    return topics;
  }

  @Override
  public long nextActMs() {
    return nextActMs;
  }

  @Override
  public PartitionSet owned() {
    return owned;
  }

  void subscribe(Set<String> names, Optional<String> pattern) {
    topics = names;
    regex = pattern;
    saysAll = true;
    nextActMs = world.nowMs();
  }

  @Override
  public void act() {
    if (revoking) {
      revoking = false;
      owned = assigned;
      world.checkOwners(this);
    }
    if (waitsFor >= 0) {
      saysAll = true; // the answer is lost, it seems
    }
    waitsFor = beat(epoch);
    nextActMs = world.nowMs() + ANSWER_WITHIN_MS;
  }

  private long beat(int withEpoch) {
    boolean all = saysAll || epoch == 0;
    PartitionSet tells = epoch == 0 ? PartitionSet.NONE : owned;
    boolean tellsOwned = all || !tells.equals(told);
    told = tells;
    saysAll = false;
    return world.ask(
        this,
        new GroupCommand.ConsumerHeartbeat(
            new Beat(
                GroupWorld.GROUP,
                name,
                withEpoch,
                "",
                true,
                instanceId,
                all ? rack : Optional.empty(),
                "client",
                "/host",
                all ? GroupWorld.REBALANCE_MS : -1,
                all ? Optional.of(topics) : Optional.empty(),
                all ? Optional.of(regex.orElse("")) : Optional.empty(),
                Optional.empty(),
                tellsOwned ? Optional.of(world.existing(tells)) : Optional.empty())));
  }

  @Override
  public void answered(long ticket, GroupAnswer answer) {
    if (ticket != waitsFor) {
      return; // to a request that was given up
    }
    waitsFor = -1;
    BeatAnswer heard = ((GroupAnswer.ConsumerHeard) answer).answer();
    switch (heard.error()) {
      case NONE -> take(heard);
      case COORDINATOR_LOAD_IN_PROGRESS, UNRELEASED_INSTANCE_ID -> {
        saysAll = true;
        nextActMs = world.nowMs() + 100;
      }
      default -> {
        world.check(
            !joined || heard.error() == WireError.FENCED_INSTANCE_ID,
            name + " keeps to the rules and is fenced: " + heard);
        owned = PartitionSet.NONE;
        assigned = PartitionSet.NONE;
        revoking = false;
        epoch = 0;
        nextActMs = world.nowMs() + 50;
      }
    }
  }

  private void take(BeatAnswer heard) {
    world.check(heard.memberEpoch() >= epoch, name + "'s epoch falls to " + heard.memberEpoch());
    epoch = heard.memberEpoch();
    joined = true;
    nextActMs = world.nowMs() + heard.heartbeatIntervalMs();
    if (heard.assignment().isPresent() && !heard.assignment().get().equals(assigned)) {
      assigned = heard.assignment().get();
    }
    if (!owned.equals(assigned)) {
      boolean givesUp = !owned.minus(assigned).isEmpty();
      revoking = true;
      nextActMs = world.nowMs() + (givesUp ? world.rng().between(1, 700) : 0);
      if (!givesUp) {
        owned = assigned;
        revoking = false;
        world.checkOwners(this);
      }
    }
  }

  @Override
  public void leave() {
    owned = PartitionSet.NONE;
    beat(-1);
  }

  /** It says that it comes back. */
  void leaveForNow() {
    owned = PartitionSet.NONE;
    beat(-2);
  }

  @Override
  public void forgetTopics(PartitionSet existing) {
    // It learns so from the coordinator.
  }
}
