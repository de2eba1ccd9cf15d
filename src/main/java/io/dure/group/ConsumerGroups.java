package io.dure.group;

import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.Departures;
import io.dure.group.consumer.Heartbeats;
import io.dure.group.consumer.Rules;
import io.dure.group.consumer.Targets;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;

/**
 * Groups of the new protocol among those of the shard: finds the group that is meant, makes it,
 * turns one kind into the other, and lets its own rules decide.
 */
final class ConsumerGroups {
  private final GroupTable table;
  private final GroupSettings settings;
  private final Surroundings surroundings;
  private final Conversion conversion;

  ConsumerGroups(
      GroupTable table, GroupSettings settings, Surroundings surroundings, Conversion conversion) {
    this.table = table;
    this.settings = settings;
    this.surroundings = surroundings;
    this.conversion = conversion;
  }

  void beat(long ticket, GroupCommand.ConsumerHeartbeat command, Turn turn) {
    turn.reply(ticket, new GroupAnswer.ConsumerHeard(answer(command, turn)));
  }

  private BeatAnswer answer(GroupCommand.ConsumerHeartbeat command, Turn turn) {
    String groupId = command.groupId();
    Rules rules = surroundings.rules(groupId);
    Optional<BeatAnswer> malformed =
        Heartbeats.malformed(command.beat(), rules.settings(), RecordCodec.MAX_TEXT_CHARS);
    if (malformed.isPresent()) {
      return malformed.get();
    }
    Optional<Group> known = table.find(groupId);
    if (command.beat().memberEpoch() == 0) {
      Optional<BeatAnswer> refusal = makeRoom(groupId, known, rules, turn);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    } else if (known.flatMap(Group::consumer).isEmpty()) {
      return BeatAnswer.refused(
          WireError.GROUP_ID_NOT_FOUND,
          known.isPresent()
              ? "Group " + groupId + " is not a consumer group."
              : (command.beat().memberEpoch() > 0 ? "Consumer group " : "Group ")
                  + groupId
                  + " not found.");
    }
    Optional<ConsumerGroup> existing = table.find(groupId).flatMap(Group::consumer);
    ConsumerGroup group =
        existing.orElseGet(() -> table.findOrMake(groupId, turn.wallMs()).adopt());
    BeatAnswer answer = Heartbeats.beat(group, command.beat(), rules, turn.journal());
    table.find(groupId).ifPresent(table::dropIfUnused);
    conversion.downIfOnlyClassicAreLeft(groupId, turn);
    return answer;
  }

  /** Sees to it that a member of the new protocol can join. */
  private Optional<BeatAnswer> makeRoom(
      String groupId, Optional<Group> known, Rules rules, Turn turn) {
    if (known.isEmpty()) {
      return table.size() < settings.maxGroups()
          ? Optional.empty()
          : Optional.of(
              BeatAnswer.refused(
                  WireError.POLICY_VIOLATION,
                  "There are " + settings.maxGroups() + " groups already: delete some."));
    }
    Group group = known.get();
    if (group.consumer().isPresent()) {
      return Optional.empty();
    }
    return conversion.up(group, rules, turn);
  }

  void connectionLost(long ticket, GroupCommand.ConnectionLost hint, Turn turn) {
    table
        .find(hint.groupId())
        .flatMap(Group::consumer)
        .ifPresent(group ->
            Departures.connectionLost(
                group,
                hint.memberId(),
                hint.lastBeat(),
                surroundings.rules(hint.groupId()),
                turn.journal()));
    turn.reply(ticket, new GroupAnswer.Noted());
  }

  void describe(long ticket, GroupCommand.ConsumerDescribe describe, Turn turn) {
    Optional<Group> known = table.find(describe.groupId());
    Optional<ConsumerGroup> found = known.flatMap(Group::consumer);
    turn.reply(
        ticket,
        found
            .map(group ->
                GroupAnswer.ConsumerDescribed.of(
                    group,
                    Targets.assignorName(group, surroundings.rules(group.id()).settings()),
                    surroundings.topics()))
            .orElse(
                GroupAnswer.ConsumerDescribed.refused(
                    WireError.GROUP_ID_NOT_FOUND,
                    known.isEmpty()
                        ? "Group " + describe.groupId() + " not found."
                        : "Group " + describe.groupId() + " is not a consumer group.")));
  }

  /** Time has passed: who was not heard of or has not given up its partitions is out. */
  void onTime(ConsumerGroup group, Turn turn) {
    Rules rules = surroundings.rules(group.id());
    List<ConsumerMember> overdue = Departures.overdue(group, turn.nowMs());
    if (!overdue.isEmpty()) {
      Departures.remove(group, overdue, rules, turn.journal());
    }
    Departures.onTime(group, rules, turn.journal());
    conversion.downIfOnlyClassicAreLeft(group.id(), turn);
  }

  void onTopics(Turn turn) {
    for (Group group : table.all()) {
      group
          .consumer()
          .ifPresent(g -> Targets.onTopics(g, surroundings.rules(g.id()), turn.journal()));
    }
  }

  void onResume(Turn turn) {
    for (Group group : table.all()) {
      if (group.consumer().isPresent()) {
        conversion.finish(group, turn);
      }
      table
          .find(group.id())
          .flatMap(Group::consumer)
          .ifPresent(g -> Departures.onResume(g, surroundings.rules(g.id()), turn.journal()));
    }
  }
}
