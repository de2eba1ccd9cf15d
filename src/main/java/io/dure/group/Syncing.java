package io.dure.group;

import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.Map;
import java.util.Optional;

/** SyncGroup and Heartbeat: members get their assignments, and show that they live. */
final class Syncing {
  private final GroupTable table;
  private final GroupSettings settings;
  private final Rebalance rebalance;

  Syncing(GroupTable table, GroupSettings settings, Rebalance rebalance) {
    this.table = table;
    this.settings = settings;
    this.rebalance = rebalance;
  }

  void sync(long ticket, GroupCommand.Sync sync, Turn turn) {
    Optional<Group> found = table.find(sync.groupId());
    WireError refusal =
        sync.groupId().isEmpty() ? WireError.INVALID_GROUP_ID : refusal(found, sync);
    if (refusal != WireError.NONE) {
      turn.reply(ticket, GroupAnswer.Synced.refused(refusal));
      return;
    }
    Group group = found.orElseThrow();
    Member member = group.member(sync.member().memberId()).orElseThrow();
    switch (group.phase()) {
      case Phase.Empty _ ->
          turn.reply(ticket, GroupAnswer.Synced.refused(WireError.UNKNOWN_MEMBER_ID));
      case Phase.Gathering _, Phase.Rejoining _ ->
          turn.reply(ticket, GroupAnswer.Synced.refused(WireError.REBALANCE_IN_PROGRESS));
      case Phase.Completing _ -> {
        park(ticket, member, turn);
        group.forgetSync(member.id());
        if (group.isLeader(member.id())) {
          settle(group, sync.assignments(), turn);
        }
      }
      case Phase.Stable _ -> {
        group.forgetSync(member.id());
        turn.reply(ticket, synced(group, member));
        turn.expect(group, member, member.sessionTimeoutMs());
      }
    }
  }

  private static WireError refusal(Optional<Group> group, GroupCommand.Sync sync) {
    WireError refusal = refusal(group, sync.member(), sync.generation());
    if (refusal != WireError.NONE) {
      return refusal;
    }
    Group known = group.orElseThrow();
    boolean otherType =
        sync.protocolType().filter(t -> !t.equals(known.protocolType())).isPresent();
    boolean otherProtocol =
        sync.protocol().filter(p -> !p.equals(known.protocol().orElse(""))).isPresent();
    return otherType || otherProtocol ? WireError.INCONSISTENT_GROUP_PROTOCOL : WireError.NONE;
  }

  /** Why this caller has no part in the group's current generation; NONE if it has. */
  private static WireError refusal(Optional<Group> group, MemberRef ref, int generation) {
    if (group.isEmpty()) {
      return WireError.UNKNOWN_MEMBER_ID;
    }
    WireError refusal = group.get().refusal(ref);
    if (refusal != WireError.NONE) {
      return refusal;
    }
    return generation == group.get().generation() ? WireError.NONE : WireError.ILLEGAL_GENERATION;
  }

  private static void park(long ticket, Member member, Turn turn) {
    if (member.waiting() instanceof Member.Waiting.ForSync(long earlier)) {
      turn.reply(earlier, GroupAnswer.Synced.refused(WireError.REBALANCE_IN_PROGRESS));
    }
    member.waitFor(new Member.Waiting.ForSync(ticket));
  }

  /** The leader has assigned: write it down, and tell everybody who waits. */
  private void settle(Group group, Map<String, Blob> assignments, Turn turn) {
    GroupRecord.GroupStored record = group.settled(assignments, turn.wallMs());
    if (sizeBytes(record) > settings.maxGroupRecordBytes()) {
      rebalance.refuseSyncs(group, WireError.POLICY_VIOLATION, turn);
      rebalance.onChange(group, turn);
      return;
    }
    turn.store(record);
    for (Member member : group.members()) {
      if (member.waiting() instanceof Member.Waiting.ForSync(long ticket)) {
        turn.reply(ticket, synced(group, member));
        member.waitNoMore();
        turn.expect(group, member, member.sessionTimeoutMs());
      }
    }
  }

  private static long sizeBytes(GroupRecord.GroupStored record) {
    return record.members().stream()
        .mapToLong(m ->
            (long) m.subscription().sizeBytes()
                + m.assignment().sizeBytes()
                + 2L * m.memberId().length())
        .sum();
  }

  private static GroupAnswer.Synced synced(Group group, Member member) {
    return new GroupAnswer.Synced(
        WireError.NONE, Optional.of(group.protocolType()), group.protocol(), member.assignment());
  }

  void heartbeat(long ticket, GroupCommand.Heartbeat beat, Turn turn) {
    Optional<Group> found = table.find(beat.groupId());
    WireError refusal =
        beat.groupId().isEmpty()
            ? WireError.INVALID_GROUP_ID
            : refusal(found, beat.member(), beat.generation());
    if (refusal != WireError.NONE) {
      turn.reply(ticket, new GroupAnswer.Heard(refusal));
      return;
    }
    Group group = found.orElseThrow();
    Member member = group.member(beat.member().memberId()).orElseThrow();
    turn.expect(group, member, member.sessionTimeoutMs());
    WireError answer =
        switch (group.phase()) {
          case Phase.Empty _ -> WireError.UNKNOWN_MEMBER_ID;
          case Phase.Gathering _, Phase.Rejoining _ -> WireError.REBALANCE_IN_PROGRESS;
          case Phase.Completing _, Phase.Stable _ -> WireError.NONE;
        };
    turn.reply(ticket, new GroupAnswer.Heard(answer));
  }
}
