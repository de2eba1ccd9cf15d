package io.dure.group;

import io.dure.base.TopicId;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.PartitionSet;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
    if (refusal == WireError.NONE) {
      table.find(commit.groupId()).ifPresent(g -> countAsHeartbeat(g, commit.member(), turn));
    }
    store(ticket, commit.offsets(), refusal, o -> turn.store(stored(commit, o, turn)), turn);
  }

  private static GroupRecord stored(
      GroupCommand.CommitOffsets commit, GroupCommand.OffsetToCommit o, Turn turn) {
    if (commit.retentionMs() < 0) {
      return stored(commit.groupId(), o, turn);
    }
    // The format has no room for an expiry beside the leader epoch and the topic's id.
    long expireMs = turn.wallMs() + commit.retentionMs();
    return new GroupRecord.OffsetStored(
        commit.groupId(),
        o.key().topic(),
        o.key().partition(),
        new StoredOffset(o.offset(), -1, o.metadata(), turn.wallMs(), expireMs, TopicId.ZERO));
  }

  private static GroupRecord.OffsetStored stored(
      String groupId, GroupCommand.OffsetToCommit o, Turn turn) {
    return new GroupRecord.OffsetStored(
        groupId,
        o.key().topic(),
        o.key().partition(),
        new StoredOffset(
            o.offset(), o.leaderEpoch(), o.metadata(), turn.wallMs(), -1, o.key().topicId()));
  }

  /** All records of this turn are the producer's, so that they can go into one batch of it. */
  void commitInTransaction(long ticket, GroupCommand.CommitInTransaction commit, Turn turn) {
    store(
        ticket,
        commit.offsets(),
        refusal(commit),
        o ->
            turn.store(
                new GroupRecord.OffsetPending(
                    commit.producer(), stored(commit.groupId(), o, turn))),
        turn);
  }

  private void store(
      long ticket,
      List<GroupCommand.OffsetToCommit> offsets,
      WireError refusal,
      Consumer<GroupCommand.OffsetToCommit> store,
      Turn turn) {
    var errors = new ArrayList<WireError>();
    int maxChars = Math.min(RecordCodec.MAX_TEXT_CHARS, settings.maxOffsetMetadataChars());
    for (GroupCommand.OffsetToCommit offset : offsets) {
      boolean tooLong = offset.metadata().length() > maxChars;
      if (refusal == WireError.NONE && !tooLong) {
        store.accept(offset);
      }
      errors.add(
          refusal == WireError.NONE && tooLong ? WireError.OFFSET_METADATA_TOO_LARGE : refusal);
    }
    turn.reply(ticket, new GroupAnswer.Committed(errors));
  }

  private WireError refusal(GroupCommand.CommitOffsets commit) {
    Optional<Group> found = table.find(commit.groupId());
    if (found.isEmpty()) {
      WireError unknown =
          commit.tellsNotFound() ? WireError.GROUP_ID_NOT_FOUND : WireError.ILLEGAL_GENERATION;
      return refusalOfNew(commit.groupId(), commit.generation(), unknown);
    }
    Group group = found.get();
    if (group.consumer().isPresent()) {
      // Before version 9 nobody knows what a member's epoch is.
      return group
          .consumer()
          .get()
          .commitRefusal(
              commit.member().memberId(),
              commit.generation(),
              commit.tellsNotFound(),
              partitions(commit.offsets()));
    }
    if (commit.generation() < 0 && group.isEmpty()) {
      return WireError.NONE;
    }
    if (commit.generation() < 0 && !tellsMember(commit.member())) {
      return WireError.UNKNOWN_MEMBER_ID;
    }
    WireError refusal = refusal(group, commit.member(), commit.generation());
    boolean assigning = group.phase() instanceof Phase.Completing;
    return refusal == WireError.NONE && assigning ? WireError.REBALANCE_IN_PROGRESS : refusal;
  }

  /**
   * A transactional producer may commit while the leader assigns, too: its transaction has to end
   * before the consumer gives its partitions up. Clients before KIP-447 tell no membership.
   */
  private WireError refusal(GroupCommand.CommitInTransaction commit) {
    Optional<Group> found = table.find(commit.groupId());
    if (found.isEmpty()) {
      WireError unknown =
          commit.knowsEpochs() ? WireError.GROUP_ID_NOT_FOUND : WireError.ILLEGAL_GENERATION;
      return refusalOfNew(commit.groupId(), commit.generation(), unknown);
    }
    boolean plain = commit.generation() < 0 && !tellsMember(commit.member());
    Optional<ConsumerGroup> consumer = found.get().consumer();
    if (consumer.isPresent() && !plain) {
      WireError refusal =
          consumer
              .get()
              .commitRefusal(
                  commit.member().memberId(),
                  commit.generation(),
                  true,
                  partitions(commit.offsets()));
      boolean stale = refusal == WireError.STALE_MEMBER_EPOCH;
      return stale && !commit.knowsEpochs() ? WireError.ILLEGAL_GENERATION : refusal;
    }
    if (plain || (commit.generation() < 0 && found.get().isEmpty())) {
      return WireError.NONE;
    }
    return refusal(found.get(), commit.member(), commit.generation());
  }

  /**
   * A consumer that manages its partitions itself, or an administrator, makes the group by
   * committing to it.
   */
  private WireError refusalOfNew(String groupId, int generation, WireError unknown) {
    if (groupId.length() > RecordCodec.MAX_TEXT_CHARS) {
      return WireError.INVALID_GROUP_ID;
    }
    if (generation >= 0) {
      return unknown;
    }
    return table.size() < settings.maxGroups() ? WireError.NONE : WireError.POLICY_VIOLATION;
  }

  private static PartitionSet partitions(List<GroupCommand.OffsetToCommit> offsets) {
    var draft = new PartitionSet.Draft();
    offsets.forEach(o -> draft.add(o.key().topicId(), o.key().partition()));
    return draft.done();
  }

  private static boolean tellsMember(MemberRef ref) {
    return !ref.memberId().isEmpty() || ref.instanceId().isPresent();
  }

  private static WireError refusal(Group group, MemberRef ref, int generation) {
    WireError refusal = group.refusal(ref);
    boolean stale = generation != group.generation();
    return refusal == WireError.NONE && stale ? WireError.ILLEGAL_GENERATION : refusal;
  }

  private static void countAsHeartbeat(Group group, MemberRef ref, Turn turn) {
    group.member(ref.memberId()).ifPresent(m -> turn.expect(group, m, m.sessionTimeoutMs()));
  }

  void fetch(long ticket, GroupCommand.FetchOffsets fetch, Turn turn) {
    WireError refusal = refusal(fetch.groupId(), fetch.reader());
    if (refusal != WireError.NONE) {
      turn.reply(ticket, new GroupAnswer.Fetched(refusal, List.of()));
      return;
    }
    Optional<GroupOffsets> offsets = table.find(fetch.groupId()).map(Group::offsets);
    var fetched = new ArrayList<GroupAnswer.FetchedOffset>();
    for (OffsetKey key : fetch.keys()) {
      boolean unstable =
          fetch.reader().requireStable()
              && offsets.filter(o -> o.hasPending(key.topic(), key.partition())).isPresent();
      fetched.add(
          unstable
              ? unstable(key)
              : new GroupAnswer.FetchedOffset(
                  key,
                  WireError.NONE,
                  offsets
                      .flatMap(o -> o.get(key.topic(), key.partition()))
                      .filter(o -> o.fits(key.topicId()))));
    }
    turn.reply(ticket, new GroupAnswer.Fetched(WireError.NONE, fetched));
  }

  private static GroupAnswer.FetchedOffset unstable(OffsetKey key) {
    return new GroupAnswer.FetchedOffset(key, WireError.UNSTABLE_OFFSET_COMMIT, Optional.empty());
  }

  /** Only members of the new protocol say who they are (KIP-848). */
  private WireError refusal(String groupId, OffsetReader reader) {
    return table
        .find(groupId)
        .flatMap(Group::consumer)
        .map(g -> g.fetchRefusal(reader.memberId(), reader.memberEpoch()))
        .orElse(WireError.NONE);
  }

  void fetchAll(long ticket, GroupCommand.FetchAllOffsets fetch, Turn turn) {
    WireError refusal = refusal(fetch.groupId(), fetch.reader());
    if (refusal != WireError.NONE) {
      turn.reply(ticket, new GroupAnswer.Fetched(refusal, List.of()));
      return;
    }
    var fetched = new ArrayList<GroupAnswer.FetchedOffset>();
    table
        .find(fetch.groupId())
        .map(Group::offsets)
        .ifPresent(offsets ->
            offsets.forEach((topic, partition, offset) -> {
              var key = new OffsetKey(topic, offset.topicId(), partition);
              boolean unstable =
                  fetch.reader().requireStable() && offsets.hasPending(topic, partition);
              fetched.add(
                  unstable
                      ? unstable(key)
                      : new GroupAnswer.FetchedOffset(key, WireError.NONE, Optional.of(offset)));
            }));
    turn.reply(ticket, new GroupAnswer.Fetched(WireError.NONE, fetched));
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
      if (!inUse && group.offsets().has(key.topic(), key.partition())) {
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
      group
          .offsets()
          .forEachPlace((topic, partition, offset) -> {
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
}
