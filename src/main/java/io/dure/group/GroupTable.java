package io.dure.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The groups of a shard and when each wants to be looked at. Confined to its shard. */
final class GroupTable {
  private record Alarm(long atMs, String groupId) {}

  private final Map<String, Group> groups = new TreeMap<>();
  private final Map<Long, Set<String>> groupsInTransactions = new HashMap<>();
  private final Map<String, Alarm> alarmOf = new TreeMap<>();
  private final NavigableSet<Alarm> alarms =
      new TreeSet<>(Comparator.comparingLong(Alarm::atMs).thenComparing(Alarm::groupId));
  private long applied;

  Optional<Group> find(String groupId) {
    return Optional.ofNullable(groups.get(groupId));
  }

  /** Makes a group that nothing has been written down of yet. */
  Group findOrMake(String groupId, long wallMs) {
    return groups.computeIfAbsent(groupId, id -> new Group(id, wallMs));
  }

  /** A group made for nothing leaves no trace. */
  void dropIfUnused(Group group) {
    if (group.isEmpty()
        && group.generation() == 0
        && group.consumer().isEmpty()
        && group.offsets().isEmpty()
        && group.pendingCount() == 0) {
      drop(group.id());
    }
  }

  Collection<Group> all() {
    return List.copyOf(groups.values());
  }

  int size() {
    return groups.size();
  }

  /**
   * The one place where durable state changes: live when a record is decided, and again in every
   * replay.
   */
  void apply(GroupRecord record) {
    applied++;
    switch (record) {
      case GroupRecord.OffsetStored r ->
          findOrMake(r.groupId(), r.offset().commitMs())
              .offsets()
              .store(applied, r.topic(), r.partition(), r.offset());
      case GroupRecord.OffsetPending r -> {
        GroupRecord.OffsetStored o = r.offset();
        findOrMake(o.groupId(), o.offset().commitMs())
            .offsets()
            .storePending(applied, r.producer().id(), o.topic(), o.partition(), o.offset());
        groupsInTransactions
            .computeIfAbsent(r.producer().id(), _ -> new TreeSet<>())
            .add(o.groupId());
      }
      case GroupRecord.OffsetForgotten r ->
          find(r.groupId()).ifPresent(g -> g.offsets().forget(r.topic(), r.partition()));
      case GroupRecord.GroupStored r -> findOrMake(r.groupId(), r.settledMs()).restore(r);
      case GroupRecord.GroupForgotten r -> {
        Optional<Group> group = find(r.groupId());
        drop(r.groupId());
        group
            .map(Group::withoutMembers)
            .filter(g -> !g.offsets().isEmpty() || g.consumer().isPresent())
            .ifPresent(g -> groups.put(r.groupId(), g));
      }
      case GroupRecord.OfConsumer r -> {
        Group group = findOrMake(r.groupId(), 0);
        group.apply(r.change());
        dropIfUnused(group);
      }
    }
  }

  /**
   * A producer's transaction has ended: what it has committed in it counts now, or is gone. As
   * durable, and as much part of the log, as a record.
   */
  void complete(long producerId, boolean commit) {
    Set<String> concerned = groupsInTransactions.remove(producerId);
    if (concerned != null) {
      for (String groupId : concerned) {
        find(groupId).ifPresent(g -> g.offsets().complete(producerId, commit));
      }
    }
  }

  private void drop(String groupId) {
    groups.remove(groupId);
    Alarm alarm = alarmOf.remove(groupId);
    if (alarm != null) {
      alarms.remove(alarm);
    }
  }

  /** Looks at the group at {@code atMs}, or before. */
  void arm(Group group, long atMs) {
    arm(group.id(), atMs);
  }

  void arm(String groupId, long atMs) {
    Alarm current = alarmOf.get(groupId);
    if (atMs == Long.MAX_VALUE || (current != null && current.atMs() <= atMs)) {
      return;
    }
    if (current != null) {
      alarms.remove(current);
    }
    Alarm next = new Alarm(atMs, groupId);
    alarmOf.put(groupId, next);
    alarms.add(next);
  }

  /** The groups whose time has come; they are to be armed again. */
  List<Group> due(long nowMs) {
    var due = new ArrayList<Group>();
    while (!alarms.isEmpty() && alarms.getFirst().atMs() <= nowMs) {
      Alarm alarm = alarms.removeFirst();
      alarmOf.remove(alarm.groupId());
      find(alarm.groupId()).ifPresent(due::add);
    }
    return due;
  }
}
