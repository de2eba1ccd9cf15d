package io.dure.group;

import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Members go: because they say so (LeaveGroup), or because nothing was heard of them for too long.
 */
final class Leaving {
  private final GroupTable table;
  private final Rebalance rebalance;

  Leaving(GroupTable table, Rebalance rebalance) {
    this.table = table;
    this.rebalance = rebalance;
  }

  void leave(long ticket, GroupCommand.Leave leave, Turn turn) {
    Optional<Group> found = table.find(leave.groupId());
    if (leave.groupId().isEmpty()) {
      turn.reply(ticket, new GroupAnswer.Left(WireError.INVALID_GROUP_ID, List.of()));
      return;
    }
    if (found.isEmpty()) {
      List<GroupAnswer.LeftMember> unknown =
          leave.members().stream()
              .map(ref -> new GroupAnswer.LeftMember(ref, WireError.UNKNOWN_MEMBER_ID))
              .toList();
      turn.reply(ticket, new GroupAnswer.Left(WireError.NONE, unknown));
      return;
    }
    Group group = found.get();
    var left = new ArrayList<GroupAnswer.LeftMember>();
    boolean anyLeft = false;
    for (MemberRef ref : leave.members()) {
      WireError error = leave(group, ref, turn);
      anyLeft |= error == WireError.NONE;
      left.add(new GroupAnswer.LeftMember(ref, error));
    }
    if (anyLeft) {
      rebalance.onDeparture(group, turn);
    }
    turn.reply(ticket, new GroupAnswer.Left(WireError.NONE, left));
    table.dropIfUnused(group);
  }

  /** An administrator names a static member by its instance id alone. */
  private static WireError leave(Group group, MemberRef ref, Turn turn) {
    if (ref.memberId().isEmpty()) {
      Optional<Member> named = ref.instanceId().flatMap(group::staticMember);
      named.ifPresent(m -> remove(group, m, turn));
      return named.isPresent() ? WireError.NONE : WireError.UNKNOWN_MEMBER_ID;
    }
    if (group.isPending(ref.memberId())) {
      group.forgetPending(ref.memberId());
      return WireError.NONE;
    }
    WireError refusal = group.refusal(ref);
    if (refusal == WireError.NONE) {
      remove(group, group.member(ref.memberId()).orElseThrow(), turn);
    }
    return refusal;
  }

  /** Whatever it still waits for is answered so that a client that lives after all starts over. */
  private static void remove(Group group, Member member, Turn turn) {
    switch (member.waiting()) {
      case Member.Waiting.ForJoin(long ticket) ->
          turn.reply(ticket, GroupAnswer.Joined.refused(WireError.UNKNOWN_MEMBER_ID, ""));
      case Member.Waiting.ForSync(long ticket) ->
          turn.reply(ticket, GroupAnswer.Synced.refused(WireError.UNKNOWN_MEMBER_ID));
      case Member.Waiting.Nothing _ -> {}
    }
    member.waitNoMore();
    group.remove(member);
  }

  /**
   * Time has passed: whoever was not heard of is out, and phases end. Wants to be called again when
   * the next is due.
   */
  void onTime(Group group, Turn turn) {
    boolean departed = false;
    for (var pending : group.pendingDeadlines().entrySet()) {
      if (pending.getValue() <= turn.nowMs()) {
        group.forgetPending(pending.getKey());
        rebalance.completeIfAllJoined(group, turn);
      }
    }
    for (Member member : group.members()) {
      if (member.isOverdue(turn.nowMs())) {
        remove(group, member, turn);
        departed = true;
      }
    }
    if (departed) {
      rebalance.onDeparture(group, turn);
    }
    switch (group.phase()) {
      case Phase.Gathering g when g.endsMs() <= turn.nowMs() ->
          rebalance.onGathered(group, g, turn);
      case Phase.Rejoining r when r.endsMs() <= turn.nowMs() -> rebalance.complete(group, turn);
      case Phase.Completing c when c.endsMs() <= turn.nowMs() ->
          endSync(group, c.yetToSync(), turn);
      case Phase.Stable s when s.endsMs() <= turn.nowMs() -> endSync(group, s.yetToSync(), turn);
      case Phase.Empty _,
          Phase.Gathering _,
          Phase.Rejoining _,
          Phase.Completing _,
          Phase.Stable _ -> {}
    }
    table.arm(group, nextDeadlineMs(group));
    table.dropIfUnused(group);
  }

  private void endSync(Group group, Set<String> yetToSync, Turn turn) {
    if (!yetToSync.isEmpty()) {
      rebalance.onSyncOverdue(group, yetToSync, turn);
    } else if (group.phase() instanceof Phase.Stable) {
      group.enter(new Phase.Stable(Long.MAX_VALUE, Set.of()));
    }
  }

  private static long nextDeadlineMs(Group group) {
    long next =
        switch (group.phase()) {
          case Phase.Empty _ -> Long.MAX_VALUE;
          case Phase.Gathering g -> g.endsMs();
          case Phase.Rejoining r -> r.endsMs();
          case Phase.Completing c -> c.endsMs();
          case Phase.Stable s -> s.endsMs();
        };
    for (long deadlineMs : group.pendingDeadlines().values()) {
      next = Math.min(next, deadlineMs);
    }
    for (Member member : group.members()) {
      if (member.canBeOverdue()) {
        next = Math.min(next, member.deadlineMs());
      }
    }
    return next;
  }
}
