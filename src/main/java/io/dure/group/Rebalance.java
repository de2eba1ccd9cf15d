package io.dure.group;

import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes a group from one generation to the next: who joins again is in, who does not is out. */
final class Rebalance {
  private final GroupSettings settings;

  Rebalance(GroupSettings settings) {
    this.settings = settings;
  }

  /** After members came, left or changed their minds. */
  void onChange(Group group, Turn turn) {
    switch (group.phase()) {
      case Phase.Empty _, Phase.Completing _, Phase.Stable _ -> prepare(group, turn);
      case Phase.Rejoining _ -> completeIfAllJoined(group, turn);
      case Phase.Gathering _ -> {}
    }
  }

  /** After a member left. */
  void onDeparture(Group group, Turn turn) {
    if (!group.isEmpty()) {
      onChange(group, turn);
    }
  }

  /** Asks everybody to join again. */
  void prepare(Group group, Turn turn) {
    if (group.phase() instanceof Phase.Completing) {
      refuseSyncs(group, WireError.REBALANCE_IN_PROGRESS, turn);
    }
    if (group.isEmpty() && settings.initialDelayMs() > 0) {
      long remainingMs = Math.max(group.rebalanceTimeoutMs() - settings.initialDelayMs(), 0);
      gather(group, settings.initialDelayMs(), remainingMs, turn);
    } else {
      waitForRejoins(group, turn);
      completeIfAllJoined(group, turn);
    }
  }

  private static void gather(Group group, long waitMs, long remainingMs, Turn turn) {
    long endsMs = turn.nowMs() + waitMs;
    turn.enter(group, new Phase.Gathering(endsMs, remainingMs, false), endsMs);
  }

  private static void waitForRejoins(Group group, Turn turn) {
    long endsMs = turn.nowMs() + group.rebalanceTimeoutMs();
    turn.enter(group, new Phase.Rejoining(endsMs), endsMs);
  }

  /** All who wait for an assignment get an error instead, and lose the one they had. */
  void refuseSyncs(Group group, WireError error, Turn turn) {
    for (Member member : group.members()) {
      member.assign(Blob.EMPTY);
      if (member.waiting() instanceof Member.Waiting.ForSync(long ticket)) {
        turn.reply(ticket, GroupAnswer.Synced.refused(error));
        member.waitNoMore();
        turn.expect(group, member, member.sessionTimeoutMs());
      }
    }
  }

  void completeIfAllJoined(Group group, Turn turn) {
    if (group.phase() instanceof Phase.Rejoining && group.allJoined()) {
      complete(group, turn);
    }
  }

  /** The wait for the first members is over, unless more of them came lately. */
  void onGathered(Group group, Phase.Gathering phase, Turn turn) {
    if (phase.grew() && phase.remainingMs() > 0) {
      long waitMs = Math.min(settings.initialDelayMs(), phase.remainingMs());
      gather(group, waitMs, phase.remainingMs() - waitMs, turn);
    } else {
      complete(group, turn);
    }
  }

  /**
   * Ends the joining. Members that did not join again are out, except static ones: they keep their
   * place until their session ends, so that a restart does not move partitions (KIP-345).
   */
  void complete(Group group, Turn turn) {
    for (Member member : group.members()) {
      if (!member.waitsForJoin() && !member.isStatic()) {
        group.remove(member);
      }
    }
    if (group.size() == 0) {
      turn.store(group.emptied(turn.wallMs()));
    } else if (!group.electJoinedLeader()) {
      waitForRejoins(group, turn);
    } else {
      startGeneration(group, turn);
    }
  }

  private static void startGeneration(Group group, Turn turn) {
    group.startGeneration();
    Set<String> yetToSync = new LinkedHashSet<>();
    group.members().forEach(m -> yetToSync.add(m.id()));
    long endsMs = turn.nowMs() + group.rebalanceTimeoutMs();
    turn.enter(group, new Phase.Completing(endsMs, yetToSync), endsMs);
    for (Member member : group.members()) {
      if (member.waiting() instanceof Member.Waiting.ForJoin(long ticket)) {
        turn.reply(
            ticket, joined(group, member, group.isLeader(member.id()), group.leader(), false));
        member.waitNoMore();
      }
      member.settle();
      turn.expect(group, member, member.sessionTimeoutMs());
    }
  }

  /** Members that never asked for their assignment are out, and the others share anew. */
  void onSyncOverdue(Group group, Set<String> yetToSync, Turn turn) {
    group.members().stream().filter(m -> yetToSync.contains(m.id())).forEach(group::remove);
    prepare(group, turn);
  }

  /** The current generation, as a member is told of it. */
  static GroupAnswer.Joined joined(
      Group group, Member member, boolean tellMembers, String leader, boolean skipAssignment) {
    List<GroupAnswer.JoinedMember> all = new ArrayList<>();
    if (tellMembers) {
      String protocol = group.protocol().orElse("");
      group
          .members()
          .forEach(m ->
              all.add(
                  new GroupAnswer.JoinedMember(m.id(), m.instanceId(), m.metadataFor(protocol))));
    }
    return new GroupAnswer.Joined(
        WireError.NONE,
        member.id(),
        group.generation(),
        Optional.of(group.protocolType()),
        group.protocol(),
        leader,
        skipAssignment,
        all);
  }
}
