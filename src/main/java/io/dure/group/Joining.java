package io.dure.group;

import io.dure.group.consumer.ConsumerGroup;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** JoinGroup: a member comes in, or comes again for the next generation. */
final class Joining {
  /** A member id starts with what the client calls itself, up to this length. */
  private static final int NAME_CHARS = 1_000;

  private final GroupTable table;
  private final GroupSettings settings;
  private final Rebalance rebalance;

  private final ClassicBridge bridge;

  Joining(GroupTable table, GroupSettings settings, Rebalance rebalance, ClassicBridge bridge) {
    this.bridge = bridge;
    this.table = table;
    this.settings = settings;
    this.rebalance = rebalance;
  }

  void join(long ticket, GroupCommand.Join join, Turn turn) {
    WireError malformed = malformed(join);
    if (malformed != WireError.NONE) {
      refuse(ticket, malformed, join.member().memberId(), turn);
      return;
    }
    Optional<ConsumerGroup> served = bridge.serves(join.groupId());
    if (served.isPresent()) {
      bridge.join(ticket, served.get(), join, newId(join), turn);
      return;
    }
    bridge.giveWay(join.groupId(), turn);
    boolean unknown = join.member().memberId().isEmpty();
    Optional<Group> known = table.find(join.groupId());
    if (known.isEmpty() && !unknown) {
      refuse(ticket, WireError.UNKNOWN_MEMBER_ID, join.member().memberId(), turn);
    } else if (known.isEmpty() && table.size() >= settings.maxGroups()) {
      refuse(ticket, WireError.POLICY_VIOLATION, "", turn);
    } else {
      Group group = table.findOrMake(join.groupId(), turn.wallMs());
      if (!hasRoomFor(group, join.member())) {
        turnAway(ticket, group, join, turn);
      } else if (!group.accepts(join.protocolType(), join.protocols())) {
        refuse(ticket, WireError.INCONSISTENT_GROUP_PROTOCOL, join.member().memberId(), turn);
      } else if (unknown) {
        joinNew(ticket, group, join, turn);
      } else {
        joinAgain(ticket, group, join, turn);
      }
      table.dropIfUnused(group);
    }
  }

  private WireError malformed(GroupCommand.Join join) {
    if (join.groupId().isEmpty() || join.groupId().length() > RecordCodec.MAX_TEXT_CHARS) {
      return WireError.INVALID_GROUP_ID;
    }
    if (!texts(join).allMatch(text -> text.length() <= RecordCodec.MAX_TEXT_CHARS)) {
      return WireError.INVALID_REQUEST;
    }
    if (join.sessionTimeoutMs() < settings.minSessionMs()
        || join.sessionTimeoutMs() > settings.maxSessionMs()) {
      return WireError.INVALID_SESSION_TIMEOUT;
    }
    long bytes = join.protocols().stream().mapToLong(p -> p.metadata().sizeBytes()).sum();
    return bytes > settings.maxSubscriptionBytes() ? WireError.POLICY_VIOLATION : WireError.NONE;
  }

  private static Stream<String> texts(GroupCommand.Join join) {
    Stream<String> own = Stream.of(join.clientId(), join.clientHost(), join.protocolType());
    return Stream.concat(
        Stream.concat(own, join.member().instanceId().stream()),
        join.protocols().stream().map(Protocol::name));
  }

  /** While members rejoin, the first so many who come are in; otherwise those who are in are. */
  private boolean hasRoomFor(Group group, MemberRef ref) {
    Optional<Member> member =
        group.member(ref.memberId()).or(() -> ref.instanceId().flatMap(group::staticMember));
    boolean mayPend =
        group.isPending(ref.memberId()) || group.pendingCount() < settings.maxMembers();
    return switch (group.phase()) {
      case Phase.Empty _ -> mayPend;
      case Phase.Gathering _, Phase.Rejoining _ ->
          member.filter(Member::waitsForJoin).isPresent()
              || (mayPend && group.joinsWaiting() < settings.maxMembers());
      case Phase.Completing _, Phase.Stable _ ->
          member.isPresent() || (mayPend && group.size() < settings.maxMembers());
    };
  }

  private void turnAway(long ticket, Group group, GroupCommand.Join join, Turn turn) {
    group.forgetPending(join.member().memberId());
    group.member(join.member().memberId()).ifPresent(group::remove);
    refuse(ticket, WireError.GROUP_MAX_SIZE_REACHED, "", turn);
    rebalance.completeIfAllJoined(group, turn);
  }

  private void joinNew(long ticket, Group group, GroupCommand.Join join, Turn turn) {
    String memberId = newId(join);
    Optional<Member> before = join.member().instanceId().flatMap(group::staticMember);
    if (before.isPresent()) {
      replaceStatic(ticket, group, before.get(), memberId, join, turn);
    } else if (join.member().instanceId().isEmpty() && join.knownMembersOnly()) {
      turn.expectPending(group, memberId, join.sessionTimeoutMs());
      refuse(ticket, WireError.MEMBER_ID_REQUIRED, memberId, turn);
    } else {
      admit(ticket, group, memberId, join, turn);
    }
  }

  private static String newId(GroupCommand.Join join) {
    return shortened(join.member().instanceId().orElse(join.clientId())) + "-" + join.freshId();
  }

  /** Never half of a character that takes two. */
  private static String shortened(String name) {
    if (name.length() <= NAME_CHARS) {
      return name;
    }
    return name.substring(
        0, Character.isHighSurrogate(name.charAt(NAME_CHARS - 1)) ? NAME_CHARS - 1 : NAME_CHARS);
  }

  private void admit(long ticket, Group group, String memberId, GroupCommand.Join join, Turn turn) {
    if (group.phase() instanceof Phase.Gathering g) {
      group.enter(new Phase.Gathering(g.endsMs(), g.remainingMs(), true));
    }
    if (group.size() == 0) {
      group.adoptType(join.protocolType());
    }
    Member member = Member.joining(memberId, join);
    group.add(member);
    park(ticket, member, turn);
    turn.expect(group, member, settings.newMemberJoinMs());
    rebalance.onChange(group, turn);
  }

  private void joinAgain(long ticket, Group group, GroupCommand.Join join, Turn turn) {
    MemberRef ref = join.member();
    if (group.isPending(ref.memberId()) && ref.instanceId().isEmpty()) {
      admit(ticket, group, ref.memberId(), join, turn);
      return;
    }
    WireError refusal = group.refusal(ref);
    if (refusal != WireError.NONE) {
      refuse(ticket, refusal, ref.memberId(), turn);
      return;
    }
    Member member = group.member(ref.memberId()).orElseThrow();
    boolean changed = !member.offers(join.protocols());
    switch (group.phase()) {
      case Phase.Gathering _, Phase.Rejoining _ -> rejoin(ticket, group, member, join, turn);
      case Phase.Completing _ -> {
        if (changed) {
          rejoin(ticket, group, member, join, turn);
        } else {
          // It did not get our answer, it seems: say it again.
          tellGeneration(ticket, group, member, group.isLeader(member.id()), turn);
        }
      }
      case Phase.Stable _ -> {
        if (changed || group.isLeader(member.id())) {
          // A leader that joins again wants to assign anew, say, because its topics have grown.
          rejoin(ticket, group, member, join, turn);
        } else {
          tellGeneration(ticket, group, member, false, turn);
        }
      }
      case Phase.Empty _ -> refuse(ticket, WireError.UNKNOWN_MEMBER_ID, ref.memberId(), turn);
    }
  }

  private void rejoin(long ticket, Group group, Member member, GroupCommand.Join join, Turn turn) {
    member.takeTerms(join);
    park(ticket, member, turn);
    rebalance.onChange(group, turn);
  }

  private static void tellGeneration(
      long ticket, Group group, Member member, boolean tellMembers, Turn turn) {
    turn.reply(ticket, Rebalance.joined(group, member, tellMembers, group.leader(), false));
  }

  /**
   * A static member came back under the same name after a restart. Its former self is fenced. A
   * settled group goes on as it was, if the choice of protocol stays the same.
   */
  private void replaceStatic(
      long ticket, Group group, Member before, String memberId, GroupCommand.Join join, Turn turn) {
    String formerLeader = group.leader();
    fence(before, turn);
    Member member = before.replacedBy(memberId, join);
    group.replace(before, member);
    turn.expect(group, member, member.sessionTimeoutMs());
    switch (group.phase()) {
      case Phase.Stable _ -> {
        if (group.protocol().orElse("").equals(group.selectProtocol())) {
          turn.store(group.settled(assignments(group), turn.wallMs()));
          boolean skips = join.maySkipAssignment() && group.isLeader(memberId);
          String leader = join.maySkipAssignment() ? group.leader() : formerLeader;
          turn.reply(ticket, Rebalance.joined(group, member, skips, leader, skips));
        } else {
          park(ticket, member, turn);
          rebalance.onChange(group, turn);
        }
      }
      case Phase.Completing _ -> {
        // The leader may be assigning to the former id right now.
        park(ticket, member, turn);
        rebalance.prepare(group, turn);
      }
      case Phase.Empty _, Phase.Gathering _, Phase.Rejoining _ -> {
        park(ticket, member, turn);
        rebalance.completeIfAllJoined(group, turn);
      }
    }
  }

  private static Map<String, Blob> assignments(Group group) {
    var all = new HashMap<String, Blob>();
    group.members().forEach(m -> all.put(m.id(), m.assignment()));
    return all;
  }

  private static void fence(Member before, Turn turn) {
    switch (before.waiting()) {
      case Member.Waiting.ForJoin(long ticket) ->
          refuse(ticket, WireError.FENCED_INSTANCE_ID, before.id(), turn);
      case Member.Waiting.ForSync(long ticket) ->
          turn.reply(ticket, GroupAnswer.Synced.refused(WireError.FENCED_INSTANCE_ID));
      case Member.Waiting.Nothing _ -> {}
    }
  }

  /**
   * Its answer comes when the joining ends. One that waits already asks again over another
   * connection.
   */
  private static void park(long ticket, Member member, Turn turn) {
    switch (member.waiting()) {
      case Member.Waiting.ForJoin(long earlier) ->
          refuse(earlier, WireError.REBALANCE_IN_PROGRESS, member.id(), turn);
      case Member.Waiting.ForSync(long earlier) ->
          turn.reply(earlier, GroupAnswer.Synced.refused(WireError.REBALANCE_IN_PROGRESS));
      case Member.Waiting.Nothing _ -> {}
    }
    member.waitFor(new Member.Waiting.ForJoin(ticket));
  }

  private static void refuse(long ticket, WireError error, String memberId, Turn turn) {
    turn.reply(ticket, GroupAnswer.Joined.refused(error, memberId));
  }
}
