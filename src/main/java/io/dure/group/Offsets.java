package io.dure.group;

import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** OffsetCommit, OffsetFetch and OffsetDelete: how far a group has read. */
final class Offsets {
  private final GroupTable table;
  private final GroupSettings settings;

  Offsets(GroupTable table, GroupSettings settings) {
    this.table = table;
    this.settings = settings;
  }

  void commit(long ticket, GroupCommand.CommitOffsets commit, Turn turn) {
    WireError refusal = refusal(commit);
    if (refusal != WireError.NONE) {
      turn.reply(
          ticket, new GroupAnswer.Committed(commit.offsets().stream().map(_ -> refusal).toList()));
      return;
    }
    table.find(commit.groupId()).ifPresent(g -> countAsHeartbeat(g, commit.member(), turn));
    var errors = new ArrayList<WireError>();
    for (GroupCommand.OffsetToCommit offset : commit.offsets()) {
      if (offset.metadata().length()
          > Math.min(RecordCodec.MAX_TEXT_CHARS, settings.maxOffsetMetadataChars())) {
        errors.add(WireError.OFFSET_METADATA_TOO_LARGE);
      } else {
        store(commit, offset, turn);
        errors.add(WireError.NONE);
      }
    }
    turn.reply(ticket, new GroupAnswer.Committed(errors));
  }

  private static void store(
      GroupCommand.CommitOffsets commit, GroupCommand.OffsetToCommit o, Turn turn) {
    // The format has no room for an expiry beside the leader epoch and the topic's id.
    StoredOffset stored =
        commit.retentionMs() >= 0
            ? new StoredOffset(
                o.offset(),
                -1,
                o.metadata(),
                turn.wallMs(),
                turn.wallMs() + commit.retentionMs(),
                TopicId.ZERO)
            : new StoredOffset(
                o.offset(), o.leaderEpoch(), o.metadata(), turn.wallMs(), -1, o.key().topicId());
    turn.store(
        new GroupRecord.OffsetStored(
            commit.groupId(), o.key().topic(), o.key().partition(), stored));
  }

  private WireError refusal(GroupCommand.CommitOffsets commit) {
    if (commit.groupId().length() > RecordCodec.MAX_TEXT_CHARS) {
      return WireError.INVALID_GROUP_ID;
    }
    Optional<Group> found = table.find(commit.groupId());
    if (found.isEmpty()) {
      if (commit.generation() >= 0) {
        return commit.tellsNotFound() ? WireError.GROUP_ID_NOT_FOUND : WireError.ILLEGAL_GENERATION;
      }
      // A consumer that manages its partitions itself, or an administrator, makes the group by
      // committing to it.
      return table.size() < settings.maxGroups() ? WireError.NONE : WireError.POLICY_VIOLATION;
    }
    Group group = found.get();
    MemberRef ref = commit.member();
    if (commit.generation() < 0 && group.isEmpty()) {
      return WireError.NONE;
    }
    if (commit.generation() >= 0 || !ref.memberId().isEmpty() || ref.instanceId().isPresent()) {
      WireError refusal = group.refusal(ref);
      if (refusal != WireError.NONE) {
        return refusal;
      }
      if (commit.generation() != group.generation()) {
        return WireError.ILLEGAL_GENERATION;
      }
    } else if (!group.isEmpty()) {
      return WireError.UNKNOWN_MEMBER_ID;
    }
    return group.phase() instanceof Phase.Completing
        ? WireError.REBALANCE_IN_PROGRESS
        : WireError.NONE;
  }

  private static void countAsHeartbeat(Group group, MemberRef ref, Turn turn) {
    group.member(ref.memberId()).ifPresent(m -> turn.expect(group, m, m.sessionTimeoutMs()));
  }

  void fetch(long ticket, GroupCommand.FetchOffsets fetch, Turn turn) {
    Optional<Group> group = table.find(fetch.groupId());
    var fetched = new ArrayList<GroupAnswer.FetchedOffset>();
    for (OffsetKey key : fetch.keys()) {
      Optional<StoredOffset> offset =
          group
              .flatMap(g -> g.offset(key.topic(), key.partition()))
              .filter(o -> o.fits(key.topicId()));
      fetched.add(new GroupAnswer.FetchedOffset(key, offset));
    }
    turn.reply(ticket, new GroupAnswer.Fetched(fetched));
  }

  void fetchAll(long ticket, GroupCommand.FetchAllOffsets fetch, Turn turn) {
    var fetched = new ArrayList<GroupAnswer.FetchedOffset>();
    table
        .find(fetch.groupId())
        .ifPresent(g ->
            forEach(
                g,
                (topic, partition, offset) ->
                    fetched.add(
                        new GroupAnswer.FetchedOffset(
                            new OffsetKey(topic, offset.topicId(), partition),
                            Optional.of(offset)))));
    turn.reply(ticket, new GroupAnswer.Fetched(fetched));
  }

  void delete(long ticket, GroupCommand.DeleteOffsets delete, Turn turn) {
    Optional<Group> found = table.find(delete.groupId());
    if (found.isEmpty() || !(found.get().isEmpty() || found.get().isConsumerGroup())) {
      WireError error = found.isEmpty() ? WireError.GROUP_ID_NOT_FOUND : WireError.NON_EMPTY_GROUP;
      turn.reply(ticket, new GroupAnswer.OffsetsDeleted(error, List.of()));
      return;
    }
    Group group = found.get();
    Optional<Set<String>> read = group.subscribedTopics();
    var errors = new ArrayList<WireError>();
    for (OffsetKey key : delete.keys()) {
      boolean inUse =
          read.map(topics -> topics.contains(key.topic())).orElse(group.isConsumerGroup());
      if (!inUse && group.offset(key.topic(), key.partition()).isPresent()) {
        turn.store(new GroupRecord.OffsetForgotten(group.id(), key.topic(), key.partition()));
      }
      errors.add(inUse ? WireError.GROUP_SUBSCRIBED_TO_TOPIC : WireError.NONE);
    }
    turn.reply(ticket, new GroupAnswer.OffsetsDeleted(WireError.NONE, errors));
  }

  void forgetMissing(long ticket, GroupCommand.ForgetMissingTopics command, Turn turn) {
    int forgotten = 0;
    for (Group group : table.all()) {
      var gone = new ArrayList<GroupRecord>();
      forEach(
          group,
          (topic, partition, offset) -> {
            TopicId existing = command.existing().get(topic);
            if (existing == null || !offset.fits(existing)) {
              gone.add(new GroupRecord.OffsetForgotten(group.id(), topic, partition));
            }
          });
      gone.forEach(turn::store);
      forgotten += gone.size();
    }
    turn.reply(ticket, new GroupAnswer.Forgotten(forgotten));
  }

  /** Looks at one offset of a group. */
  interface Visitor {
    void visit(String topic, int partition, StoredOffset offset);
  }

  static void forEach(Group group, Visitor visitor) {
    for (Map.Entry<String, Map<Integer, StoredOffset>> topic : group.offsets().entrySet()) {
      topic
          .getValue()
          .forEach((partition, offset) -> visitor.visit(topic.getKey(), partition, offset));
    }
  }
}
