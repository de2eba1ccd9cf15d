package io.dure.sim.group;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.MemberRef;
import io.dure.group.consumer.Beat;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.PartitionSet;
import io.dure.wire.WireError;
import java.util.Optional;
import java.util.Set;

/**
 * A member of the new protocol that keeps to it (KIP-848), as the well-known clients do: it works
 * off one assignment at a time, in its own time, while its heartbeats go on; of several told
 * meanwhile it takes up the last. What it reports is what it worked off last. One request is under
 * way at a time; when its answer stays out, the next says everything again.
 */
final class NewMember implements GroupMember {
  private static final long ANSWER_WITHIN_MS = 1_000;
  private static final long RETRY_MS = 100;

  /** Assignments are told apart by when they were told, also where they name the same. */
  private record Told(int number, PartitionSet partitions) {
    static final Told NOTHING = new Told(0, PartitionSet.NONE);
  }

  private enum Work {
    NONE,
    GIVING_UP,
    TAKING
  }

  private final GroupWorld world;
  private final String name;
  private final Optional<String> instanceId;
  private final Optional<String> rack;
  private Set<String> topics;
  private Optional<String> regex;
  private int epoch;
  private int lives;
  private boolean joined;
  private String lastBeat = "";
  private String beatBefore = "";
  private PartitionSet owned = PartitionSet.NONE;

  private boolean saysAll = true;
  private int reported = -1;
  private long waitsFor = -1;
  private long nextBeatMs;

  private Told target = Told.NOTHING;
  private Told current = Told.NOTHING;
  private Told working = Told.NOTHING;
  private Work work = Work.NONE;
  private long nextWorkMs = Long.MAX_VALUE;
  private boolean acknowledges;

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
    this.nextBeatMs = world.nowMs();
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
    return Math.min(nextBeatMs, nextWorkMs);
  }

  @Override
  public PartitionSet owned() {
    return owned;
  }

  @Override
  public MemberRef committer() {
    return new MemberRef(name, instanceId);
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public String life() {
    return name + "#" + lives;
  }

  void subscribe(Set<String> names, Optional<String> pattern) {
    topics = names;
    regex = pattern;
    saysAll = true;
    nextBeatMs = world.nowMs();
  }

  @Override
  public void act() {
    if (nextWorkMs <= world.nowMs()) {
      workOn();
    }
    if (nextBeatMs <= world.nowMs()) {
      if (waitsFor >= 0) {
        saysAll = true; // the answer is lost, it seems
      }
      waitsFor = beat(epoch);
      nextBeatMs = world.nowMs() + ANSWER_WITHIN_MS;
    }
  }

  // ---- assignments

  /** Takes up what was told last, unless it is at something already, or still has to report. */
  private void takeUp() {
    if (work == Work.NONE && !acknowledges && target.number() != current.number()) {
      working = target;
      work = Work.GIVING_UP;
      nextWorkMs = world.nowMs() + world.rng().between(0, 400);
    }
  }

  private void workOn() {
    switch (work) {
      case NONE -> {}
      case GIVING_UP -> {
        owned = owned.and(working.partitions());
        work = Work.TAKING;
        nextWorkMs = world.nowMs() + world.rng().between(0, 400);
      }
      case TAKING -> {
        owned = working.partitions();
        world.checkOwners(this);
        current = working;
        work = Work.NONE;
        nextWorkMs = Long.MAX_VALUE;
        acknowledges = true;
        if (waitsFor < 0) {
          nextBeatMs = world.nowMs();
        }
      }
    }
  }

  private void abandonAll() {
    lives++;
    owned = PartitionSet.NONE;
    target = Told.NOTHING;
    current = Told.NOTHING;
    work = Work.NONE;
    nextWorkMs = Long.MAX_VALUE;
    acknowledges = false;
    epoch = 0;
  }

  // ---- connections

  /** Its process died, and with it the connection that it was heard of by. */
  @Override
  public Optional<GroupCommand.ConnectionLost> deathNotice() {
    return Optional.of(new GroupCommand.ConnectionLost(GroupWorld.GROUP, name, lastBeat));
  }

  /** A former connection of it is over, and it was heard of by another since. */
  @Override
  public Optional<GroupCommand.ConnectionLost> lateNotice() {
    return Optional.of(new GroupCommand.ConnectionLost(GroupWorld.GROUP, name, beatBefore))
        .filter(_ -> waitsFor < 0 && !beatBefore.isEmpty());
  }

  // ---- heartbeats

  private long beat(int withEpoch) {
    boolean all = saysAll || epoch == 0;
    boolean tellsOwned = all || reported != current.number();
    PartitionSet tells = epoch == 0 ? PartitionSet.NONE : current.partitions();
    reported = current.number();
    saysAll = false;
    acknowledges = false;
    takeUp();
    beatBefore = lastBeat;
    lastBeat = "beat" + world.nextFresh();
    return world.ask(
        this,
        new GroupCommand.ConsumerHeartbeat(
            new Beat(
                GroupWorld.GROUP,
                name,
                withEpoch,
                lastBeat,
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
      case COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, UNRELEASED_INSTANCE_ID -> {
        saysAll = true;
        nextBeatMs = world.nowMs() + RETRY_MS;
      }
      default -> {
        world.check(
            !joined || heard.error() == WireError.FENCED_INSTANCE_ID,
            name + " keeps to the rules and is fenced: " + heard);
        abandonAll();
        nextBeatMs = world.nowMs() + RETRY_MS;
      }
    }
  }

  @Override
  public void broken(long ticket) {
    // It finds out when the answer stays out.
  }

  private void take(BeatAnswer heard) {
    world.check(heard.memberEpoch() >= epoch, name + "'s epoch falls to " + heard.memberEpoch());
    epoch = heard.memberEpoch();
    joined = true;
    nextBeatMs = world.nowMs() + (acknowledges ? 0 : heard.heartbeatIntervalMs());
    heard
        .assignment()
        .filter(told -> target.number() == 0 || !told.equals(target.partitions()))
        .ifPresent(told -> target = new Told(target.number() + 1, told));
    takeUp();
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
