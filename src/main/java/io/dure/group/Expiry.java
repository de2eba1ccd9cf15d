package io.dure.group;

import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;

/**
 * Forgets offsets that nobody has used for the retention time, and empty groups that have none
 * left.
 */
final class Expiry {
  private final GroupTable table;
  private final GroupSettings settings;

  Expiry(GroupTable table, GroupSettings settings) {
    this.table = table;
    this.settings = settings;
  }

  void check(Turn turn) {
    for (Group group : table.all()) {
      var gone = new ArrayList<GroupRecord>();
      Optional<Set<String>> read = group.subscribedTopics();
      group
          .offsets()
          .forEach((topic, partition, offset) -> {
            if (!group.offsets().hasPending(topic, partition)
                && isPast(group, read, topic, offset, turn.wallMs())) {
              gone.add(new GroupRecord.OffsetForgotten(group.id(), topic, partition));
            }
          });
      gone.forEach(turn::store);
      boolean stillThere = table.find(group.id()).isPresent();
      if (stillThere && group.isEmpty() && group.offsets().isEmpty() && group.pendingCount() == 0) {
        Describing.forgetGroup(group, turn);
      }
    }
  }

  /**
   * The clock of an offset starts: when its group became empty; for a topic that a settled group
   * does not read any more, and for a group without members ever, when it was committed. An offset
   * committed to a group that has been empty for long (a reset) has its whole time. Whoever named a
   * time of its own (OffsetCommit up to v4) is kept to it.
   */
  private boolean isPast(
      Group group, Optional<Set<String>> read, String topic, StoredOffset offset, long wallMs) {
    if (group.consumer().isPresent()) {
      boolean isRead = read.isPresent() && read.get().contains(topic);
      return !isRead && isPast(offset, offset.commitMs(), wallMs);
    }
    return switch (group.phase()) {
      case Phase.Empty e -> {
        long sinceMs =
            group.protocolType().isEmpty()
                ? offset.commitMs()
                : Math.max(e.sinceWallMs(), offset.commitMs());
        yield isPast(offset, sinceMs, wallMs);
      }
      case Phase.Stable _ ->
          read.isPresent()
              && !read.get().contains(topic)
              && isPast(offset, offset.commitMs(), wallMs);
      case Phase.Gathering _, Phase.Rejoining _, Phase.Completing _ -> false;
    };
  }

  private boolean isPast(StoredOffset offset, long sinceMs, long wallMs) {
    return offset.expireMs() >= 0
        ? wallMs >= offset.expireMs()
        : wallMs - sinceMs >= settings.offsetRetentionMs();
  }
}
