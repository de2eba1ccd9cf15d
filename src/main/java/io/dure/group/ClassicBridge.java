package io.dure.group;

import io.dure.group.consumer.ClassicMembers;
import io.dure.group.consumer.ClassicTerms;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.ConsumerProtocol;
import io.dure.group.consumer.Departures;
import io.dure.group.consumer.MemberTerms;
import io.dure.group.consumer.Rules;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * JoinGroup, SyncGroup, Heartbeat and LeaveGroup of members that speak the classic protocol within
 * a group of the new one: each is a follower whose leader is the coordinator itself, and is
 * answered at once.
 */
final class ClassicBridge {
  private final GroupTable table;
  private final Surroundings surroundings;
  private final Conversion conversion;

  ClassicBridge(GroupTable table, Surroundings surroundings, Conversion conversion) {
    this.table = table;
    this.surroundings = surroundings;
    this.conversion = conversion;
  }

  /**
   * The group that has to be served here; a group of the new protocol that nobody is in gives way.
   */
  Optional<ConsumerGroup> serves(String groupId) {
    return table.find(groupId).flatMap(Group::consumer).filter(g -> !g.isEmpty());
  }

  void giveWay(String groupId, Turn turn) {
    table
        .find(groupId)
        .flatMap(Group::consumer)
        .filter(ConsumerGroup::isEmpty)
        .ifPresent(g -> Conversion.forget(g, turn));
  }

  // ---- join

  void join(long ticket, ConsumerGroup group, GroupCommand.Join join, String newId, Turn turn) {
    Rules rules = surroundings.rules(group.id());
    MemberRef ref = join.member();
    Optional<ConsumerProtocol.Subscription> subscription =
        join.protocols().stream()
            .findFirst()
            .flatMap(p -> ConsumerProtocol.subscription(p.metadata()));
    List<String> names = join.protocols().stream().map(Protocol::name).toList();
    if (!join.protocolType().equals(ConsumerProtocol.TYPE)
        || subscription.isEmpty()
        || !ClassicMembers.accept(group, names)) {
      refuse(ticket, WireError.INCONSISTENT_GROUP_PROTOCOL, ref.memberId(), turn);
      return;
    }
    Optional<ConsumerMember> named = ref.instanceId().flatMap(group::staticMember);
    boolean unknown = ref.memberId().isEmpty();
    boolean member = named.isPresent() || group.member(ref.memberId()).isPresent();
    if (!member && group.size() >= rules.settings().maxMembers()) {
      refuse(ticket, WireError.GROUP_MAX_SIZE_REACHED, "", turn);
    } else if (unknown && ref.instanceId().isEmpty() && join.knownMembersOnly()) {
      refuse(ticket, WireError.MEMBER_ID_REQUIRED, newId, turn);
    } else if (!unknown && named.isPresent() && !named.get().id().equals(ref.memberId())) {
      refuse(ticket, WireError.FENCED_INSTANCE_ID, ref.memberId(), turn);
    } else {
      String memberId = unknown ? newId : ref.memberId();
      ConsumerMember joined =
          ClassicMembers.join(
              group,
              memberId,
              terms(join, subscription.get()),
              subscription.get(),
              rules,
              turn.journal());
      turn.reply(ticket, joined(joined));
      conversion.downIfOnlyClassicAreLeft(group.id(), turn);
    }
  }

  private static MemberTerms terms(
      GroupCommand.Join join, ConsumerProtocol.Subscription subscription) {
    var protocols = new ArrayList<ClassicTerms.Supported>();
    join.protocols()
        .forEach(p -> protocols.add(new ClassicTerms.Supported(p.name(), p.metadata())));
    return new MemberTerms(
        join.member().instanceId(),
        subscription.rack(),
        join.clientId(),
        join.clientHost(),
        join.rebalanceTimeoutMs(),
        subscription.topics(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new ClassicTerms(join.sessionTimeoutMs(), protocols)));
  }

  private static GroupAnswer.Joined joined(ConsumerMember member) {
    return new GroupAnswer.Joined(
        WireError.NONE,
        member.id(),
        member.epoch(),
        Optional.of(ConsumerProtocol.TYPE),
        Optional.of(ClassicMembers.protocol(member)),
        "",
        false,
        List.of());
  }

  private static void refuse(long ticket, WireError error, String memberId, Turn turn) {
    turn.reply(ticket, GroupAnswer.Joined.refused(error, memberId));
  }

  // ---- sync and heartbeat

  void sync(long ticket, ConsumerGroup group, GroupCommand.Sync sync, Turn turn) {
    turn.reply(ticket, synced(group, sync, turn));
  }

  private GroupAnswer.Synced synced(ConsumerGroup group, GroupCommand.Sync sync, Turn turn) {
    WireError refusal = refusal(group, sync.member(), sync.generation());
    if (refusal != WireError.NONE) {
      return GroupAnswer.Synced.refused(refusal);
    }
    ConsumerMember member = group.member(sync.member().memberId()).orElseThrow();
    String protocol = ClassicMembers.protocol(member);
    boolean otherType =
        sync.protocolType().filter(t -> !t.equals(ConsumerProtocol.TYPE)).isPresent();
    if (otherType || sync.protocol().filter(p -> !p.equals(protocol)).isPresent()) {
      return GroupAnswer.Synced.refused(WireError.INCONSISTENT_GROUP_PROTOCOL);
    }
    Rules rules = surroundings.rules(group.id());
    if (ClassicMembers.isLeftBehind(group, member)) {
      ClassicMembers.expectJoin(group, member, turn.journal());
      return GroupAnswer.Synced.refused(WireError.REBALANCE_IN_PROGRESS);
    }
    ClassicMembers.heard(group, member, rules, turn.journal());
    return new GroupAnswer.Synced(
        WireError.NONE,
        Optional.of(ConsumerProtocol.TYPE),
        Optional.of(protocol),
        ClassicMembers.assignment(member, surroundings.topics()));
  }

  void heartbeat(long ticket, ConsumerGroup group, GroupCommand.Heartbeat beat, Turn turn) {
    WireError refusal = refusal(group, beat.member(), beat.generation());
    if (refusal == WireError.NONE) {
      ConsumerMember member = group.member(beat.member().memberId()).orElseThrow();
      ClassicMembers.heard(group, member, surroundings.rules(group.id()), turn.journal());
      if (ClassicMembers.shouldJoinAgain(group, member)) {
        ClassicMembers.expectJoin(group, member, turn.journal());
        refusal = WireError.REBALANCE_IN_PROGRESS;
      }
    }
    turn.reply(ticket, new GroupAnswer.Heard(refusal));
  }

  /** Why this caller has no part in the group as a classic member; NONE if it has. */
  private static WireError refusal(ConsumerGroup group, MemberRef ref, int generation) {
    if (ref.instanceId().isPresent()) {
      Optional<ConsumerMember> named = group.staticMember(ref.instanceId().get());
      if (named.isEmpty()) {
        return WireError.UNKNOWN_MEMBER_ID;
      }
      if (!named.get().id().equals(ref.memberId())) {
        return WireError.FENCED_INSTANCE_ID;
      }
    }
    Optional<ConsumerMember> member =
        group.member(ref.memberId()).filter(ConsumerMember::isClassic);
    if (member.isEmpty()) {
      return WireError.UNKNOWN_MEMBER_ID;
    }
    return member.get().epoch() == generation ? WireError.NONE : WireError.ILLEGAL_GENERATION;
  }

  // ---- leave

  void leave(long ticket, ConsumerGroup group, GroupCommand.Leave leave, Turn turn) {
    var left = new ArrayList<GroupAnswer.LeftMember>();
    var gone = new ArrayList<ConsumerMember>();
    for (MemberRef ref : leave.members()) {
      Optional<ConsumerMember> named = ref.instanceId().flatMap(group::staticMember);
      boolean byName = ref.memberId().isEmpty();
      Optional<ConsumerMember> meant =
          ref.instanceId().isPresent() ? named : group.member(ref.memberId());
      WireError error = WireError.NONE;
      if (meant.isEmpty() || gone.contains(meant.get())) {
        error = WireError.UNKNOWN_MEMBER_ID;
      } else if (!byName && !meant.get().id().equals(ref.memberId())) {
        error = WireError.FENCED_INSTANCE_ID;
      } else {
        gone.add(meant.get());
      }
      left.add(new GroupAnswer.LeftMember(ref, error));
    }
    if (!gone.isEmpty()) {
      Departures.remove(group, gone, surroundings.rules(group.id()), turn.journal());
    }
    turn.reply(ticket, new GroupAnswer.Left(WireError.NONE, left));
    conversion.downIfOnlyClassicAreLeft(group.id(), turn);
  }
}
