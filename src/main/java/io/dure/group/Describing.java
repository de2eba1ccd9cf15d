package io.dure.group;

import io.dure.group.consumer.ConsumerProtocol;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** DescribeGroups, ListGroups and DeleteGroups: what administrators see and do. */
final class Describing {
  private static final String CLASSIC_TYPE = "classic";
  private static final String CONSUMER_TYPE = "consumer";

  private final GroupTable table;

  Describing(GroupTable table) {
    this.table = table;
  }

  void describe(long ticket, GroupCommand.Describe describe, Turn turn) {
    Optional<Group> found = table.find(describe.groupId());
    turn.reply(
        ticket,
        found
            .filter(g -> g.consumer().isEmpty())
            .map(Describing::described)
            .orElse(
                new GroupAnswer.Described(
                    WireError.GROUP_ID_NOT_FOUND,
                    found.isEmpty()
                        ? "Group " + describe.groupId() + " not found."
                        : "Group " + describe.groupId() + " is not a classic group.",
                    "Dead",
                    "",
                    "",
                    List.of())));
  }

  /** What members told of themselves is of interest once one of their protocols is chosen. */
  private static GroupAnswer.Described described(Group group) {
    boolean settled = group.phase() instanceof Phase.Stable;
    String protocol = settled ? group.protocol().orElse("") : "";
    var members = new ArrayList<GroupAnswer.DescribedMember>();
    for (Member m : group.members()) {
      members.add(
          new GroupAnswer.DescribedMember(
              m.id(),
              m.instanceId(),
              m.clientId(),
              m.clientHost(),
              settled ? m.metadataFor(protocol) : Blob.EMPTY,
              m.assignment()));
    }
    return new GroupAnswer.Described(
        WireError.NONE, "", group.phase().wireName(), group.protocolType(), protocol, members);
  }

  void list(long ticket, GroupCommand.ListGroups list, Turn turn) {
    var states =
        list.states().stream().map(s -> s.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    var types =
        list.types().stream().map(s -> s.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    turn.reply(
        ticket,
        new GroupAnswer.Listed(
            table.all().stream()
                .map(Describing::listed)
                .filter(g -> types.isEmpty() || types.contains(g.type()))
                .filter(
                    g -> states.isEmpty() || states.contains(g.state().toLowerCase(Locale.ROOT)))
                .toList()));
  }

  private static GroupAnswer.ListedGroup listed(Group group) {
    return group
        .consumer()
        .map(g ->
            new GroupAnswer.ListedGroup(
                g.id(), ConsumerProtocol.TYPE, g.stateName(), CONSUMER_TYPE))
        .orElseGet(() ->
            new GroupAnswer.ListedGroup(
                group.id(), group.protocolType(), group.phase().wireName(), CLASSIC_TYPE));
  }

  void delete(long ticket, GroupCommand.DeleteGroup delete, Turn turn) {
    Optional<Group> found = table.find(delete.groupId());
    if (found.isEmpty() || !found.get().isEmpty()) {
      WireError error = found.isEmpty() ? WireError.GROUP_ID_NOT_FOUND : WireError.NON_EMPTY_GROUP;
      turn.reply(ticket, new GroupAnswer.Deleted(error));
      return;
    }
    forgetGroup(found.get(), turn);
    turn.reply(ticket, new GroupAnswer.Deleted(WireError.NONE));
  }

  static void forgetGroup(Group group, Turn turn) {
    var records = new ArrayList<GroupRecord>();
    group
        .offsets()
        .forEachPlace((topic, partition, _) ->
            records.add(new GroupRecord.OffsetForgotten(group.id(), topic, partition)));
    group
        .consumer()
        .ifPresent(g -> g.tombstones().forEach(r -> records.add(new GroupRecord.OfConsumer(r))));
    if (group.consumer().isEmpty()) {
      records.add(new GroupRecord.GroupForgotten(group.id()));
    }
    records.forEach(turn::store);
  }
}
