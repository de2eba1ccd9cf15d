package io.dure.sim.group;

import io.dure.group.GroupAnswer;
import io.dure.group.GroupCommand;
import io.dure.group.MemberRef;
import io.dure.group.Protocol;
import io.dure.group.consumer.ConsumerProtocol;
import io.dure.group.consumer.PartitionSet;
import io.dure.wire.Blob;
import io.dure.wire.RecordWriter;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A member of the classic protocol, eager or cooperative, that keeps to it; the leader assigns as
 * the sticky assignors do.
 */
final class OldMember implements GroupMember {
  private static final long ANSWER_WITHIN_MS = 2_000;
  private static final long JOIN_WITHIN_MS = GroupWorld.REBALANCE_MS + 3_000;
  private static final long NOTICED_WITHIN_MS = 500;
  private static final long HEARTBEAT_MS = 300;

  private enum Stage {
    REVOKING,
    JOINING,
    SYNCING,
    SETTLED
  }

  private final GroupWorld world;
  private final String name;
  private final Set<String> topics;
  private final boolean cooperative;
  private String memberId = "";
  private int generation = -1;
  private Stage stage = Stage.JOINING;
  private long waitsFor = -1;
  private long nextActMs;
  private PartitionSet owned = PartitionSet.NONE;
  private Map<String, Blob> assignments = Map.of();
  private PartitionSet keeps = PartitionSet.NONE;

  OldMember(GroupWorld world, String name, Set<String> topics, boolean cooperative) {
    this.world = world;
    this.name = name;
    this.topics = topics;
    this.cooperative = cooperative;
    this.nextActMs = world.nowMs();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long nextActMs() {
    return nextActMs;
  }

  @Override
  public PartitionSet owned() {
    return owned;
  }

  @Override
  public MemberRef committer() {
    return MemberRef.dynamic(memberId);
  }

  @Override
  public int epoch() {
    return generation;
  }

  @Override
  public void act() {
    if (stage == Stage.REVOKING) {
      owned = keeps;
      stage = Stage.JOINING;
    }
    switch (stage) {
      case JOINING, REVOKING -> {
        waitsFor = world.ask(this, join());
        nextActMs = world.nowMs() + JOIN_WITHIN_MS;
      }
      case SYNCING -> {
        waitsFor =
            world.ask(
                this,
                new GroupCommand.Sync(
                    GroupWorld.GROUP,
                    MemberRef.dynamic(memberId),
                    generation,
                    Optional.empty(),
                    Optional.empty(),
                    assignments));
        nextActMs = world.nowMs() + JOIN_WITHIN_MS;
      }
      case SETTLED -> {
        waitsFor =
            world.ask(
                this,
                new GroupCommand.Heartbeat(
                    GroupWorld.GROUP, MemberRef.dynamic(memberId), generation));
        nextActMs = world.nowMs() + ANSWER_WITHIN_MS;
      }
    }
    if (world.broke(waitsFor)) {
      nextActMs = world.nowMs() + NOTICED_WITHIN_MS;
    }
  }

  /** Joins may be parked for long, but a broken connection is noticed. */
  @Override
  public void broken(long ticket) {
    if (ticket == waitsFor) {
      nextActMs = Math.min(nextActMs, world.nowMs() + NOTICED_WITHIN_MS);
    }
  }

  private GroupCommand.Join join() {
    return new GroupCommand.Join(
        GroupWorld.GROUP,
        MemberRef.dynamic(memberId),
        name + "-" + world.nextFresh(),
        "client",
        "/host",
        GroupWorld.SESSION_MS,
        GroupWorld.REBALANCE_MS,
        "consumer",
        List.of(new Protocol(cooperative ? "cooperative-sticky" : "range", subscription())),
        true,
        true);
  }

  private Blob subscription() {
    var out = new RecordWriter().int16(1).int32(topics.size());
    topics.forEach(out::string);
    out.int32(-1);
    Map<String, List<Integer>> byName = world.named(owned);
    out.int32(byName.size());
    byName.forEach((topic, partitions) -> {
      out.string(topic).int32(partitions.size());
      partitions.forEach(out::int32);
    });
    return Blob.of(out.toArray());
  }

  @Override
  public void answered(long ticket, GroupAnswer answer) {
    if (ticket != waitsFor) {
      return;
    }
    waitsFor = -1;
    nextActMs = world.nowMs();
    switch (answer) {
      case GroupAnswer.Joined joined -> onJoined(joined);
      case GroupAnswer.Synced synced -> onSynced(synced);
      case GroupAnswer.Heard heard -> onHeard(heard.error());
      default -> throw new IllegalStateException(answer.toString());
    }
  }

  private void onJoined(GroupAnswer.Joined joined) {
    switch (joined.error()) {
      case NONE -> {
        memberId = joined.memberId();
        generation = joined.generation();
        assignments =
            joined.leader().equals(memberId) && !joined.skipAssignment()
                ? assign(joined)
                : Map.of();
        stage = Stage.SYNCING;
      }
      case MEMBER_ID_REQUIRED -> memberId = joined.memberId();
      case REBALANCE_IN_PROGRESS -> {}
      default -> startOver();
    }
  }

  private void onSynced(GroupAnswer.Synced synced) {
    switch (synced.error()) {
      case NONE -> takeAssignment(synced.assignment());
      case REBALANCE_IN_PROGRESS -> rejoin();
      default -> startOver();
    }
  }

  private void takeAssignment(Blob assignment) {
    PartitionSet assigned = ConsumerProtocol.assignment(assignment, world.topics()).orElseThrow();
    PartitionSet gone = owned.minus(assigned);
    stage = Stage.SETTLED;
    nextActMs = world.nowMs() + HEARTBEAT_MS;
    if (cooperative && !gone.isEmpty()) {
      owned = owned.plus(assigned);
      world.checkOwners(this);
      keeps = assigned;
      stage = Stage.REVOKING;
      nextActMs = world.nowMs() + world.rng().between(1, 500);
    } else {
      owned = assigned;
      world.checkOwners(this);
    }
  }

  private void onHeard(WireError error) {
    switch (error) {
      case NONE -> nextActMs = world.nowMs() + HEARTBEAT_MS;
      case REBALANCE_IN_PROGRESS -> rejoin();
      default -> startOver();
    }
  }

  /** Eager members give everything up before they join. */
  private void rejoin() {
    keeps = cooperative ? owned : PartitionSet.NONE;
    stage = Stage.REVOKING;
    nextActMs = world.nowMs() + (cooperative ? 0 : world.rng().between(1, 500));
  }

  private void startOver() {
    owned = PartitionSet.NONE;
    memberId = "";
    generation = -1;
    stage = Stage.JOINING;
  }

  /**
   * Each partition to who has it if nobody else claims it, the rest in turn; none while another has
   * it.
   */
  private Map<String, Blob> assign(GroupAnswer.Joined joined) {
    var drafts = new TreeMap<String, PartitionSet.Draft>();
    var ownedBy = new HashMap<String, PartitionSet>();
    var reads = new HashMap<String, Set<String>>();
    for (GroupAnswer.JoinedMember m : joined.members()) {
      var its = ConsumerProtocol.subscription(m.metadata()).orElseThrow();
      drafts.put(m.memberId(), new PartitionSet.Draft());
      ownedBy.put(m.memberId(), its.ownedIn(world.topics()));
      reads.put(m.memberId(), its.topics());
    }
    List<String> order = List.copyOf(drafts.keySet());
    int[] turn = {0};
    world
        .partitionsOf(reads.values())
        .forEach((topic, partition) -> {
          List<String> readers =
              order.stream().filter(m -> reads.get(m).contains(world.nameOf(topic))).toList();
          String chosen = readers.get(turn[0]++ % readers.size());
          boolean held =
              order.stream()
                  .anyMatch(m -> !m.equals(chosen) && ownedBy.get(m).contains(topic, partition));
          if (!cooperative || !held) {
            drafts.get(chosen).add(topic, partition);
          }
        });
    var all = new HashMap<String, Blob>();
    drafts.forEach(
        (m, draft) -> all.put(m, ConsumerProtocol.assignment(1, draft.done(), world.topics())));
    return all;
  }

  @Override
  public void leave() {
    owned = PartitionSet.NONE;
    if (!memberId.isEmpty()) {
      world.ask(
          this, new GroupCommand.Leave(GroupWorld.GROUP, List.of(MemberRef.dynamic(memberId))));
    }
  }

  @Override
  public void forgetTopics(PartitionSet existing) {
    owned = owned.and(existing);
    keeps = keeps.and(existing);
  }
}
