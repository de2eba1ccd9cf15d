package io.dure.group;

import io.dure.base.TopicId;
import io.dure.group.consumer.Beat;
import io.dure.wire.Blob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What can be asked of a shard.
 *
 * @param <A> the answer it gets
 */
public sealed interface GroupCommand<A extends GroupAnswer> {

  /**
   * @param memberId empty text for a new member
   * @param freshId ends the member id that is given to a new member; drawn by the caller, never
   *     twice
   * @param knownMembersOnly a new dynamic member is told its id first and joins with it (KIP-394)
   * @param maySkipAssignment the caller understands that a leader need not assign (KIP-814)
   */
  record Join(
      String groupId,
      MemberRef member,
      String freshId,
      String clientId,
      String clientHost,
      int sessionTimeoutMs,
      int rebalanceTimeoutMs,
      String protocolType,
      List<Protocol> protocols,
      boolean knownMembersOnly,
      boolean maySkipAssignment)
      implements GroupCommand<GroupAnswer.Joined> {
    public Join {
      protocols = List.copyOf(protocols);
    }
  }

  /** Protocol type and name are empty for clients that do not tell (before v5). */
  record Sync(
      String groupId,
      MemberRef member,
      int generation,
      Optional<String> protocolType,
      Optional<String> protocol,
      Map<String, Blob> assignments)
      implements GroupCommand<GroupAnswer.Synced> {
    public Sync {
      assignments = Map.copyOf(assignments);
    }
  }

  record Heartbeat(String groupId, MemberRef member, int generation)
      implements GroupCommand<GroupAnswer.Heard> {}

  record Leave(String groupId, List<MemberRef> members) implements GroupCommand<GroupAnswer.Left> {
    public Leave {
      members = List.copyOf(members);
    }
  }

  /**
   * @param generation -1 from a caller that is no member
   * @param retentionMs how long to keep the offsets at least, or -1 for the cluster's rule
   * @param tellsNotFound the caller understands GROUP_ID_NOT_FOUND
   */
  record CommitOffsets(
      String groupId,
      MemberRef member,
      int generation,
      long retentionMs,
      boolean tellsNotFound,
      List<OffsetToCommit> offsets)
      implements GroupCommand<GroupAnswer.Committed> {
    public CommitOffsets {
      offsets = List.copyOf(offsets);
    }
  }

  /**
   * As {@link CommitOffsets}, to count from the moment the producer's transaction is committed.
   *
   * @param generation or member epoch; -1 from a caller that does not tell its membership
   * @param knowsEpochs the caller understands GROUP_ID_NOT_FOUND and STALE_MEMBER_EPOCH; others are
   *     told ILLEGAL_GENERATION (KIP-1319)
   */
  record CommitInTransaction(
      String groupId,
      ProducerRef producer,
      MemberRef member,
      int generation,
      boolean knowsEpochs,
      List<OffsetToCommit> offsets)
      implements GroupCommand<GroupAnswer.Committed> {
    public CommitInTransaction {
      offsets = List.copyOf(offsets);
    }
  }

  record OffsetToCommit(OffsetKey key, long offset, int leaderEpoch, String metadata) {}

  record FetchOffsets(String groupId, OffsetReader reader, List<OffsetKey> keys)
      implements GroupCommand<GroupAnswer.Fetched> {
    public FetchOffsets {
      keys = List.copyOf(keys);
    }
  }

  record FetchAllOffsets(String groupId, OffsetReader reader)
      implements GroupCommand<GroupAnswer.Fetched> {}

  record DeleteOffsets(String groupId, List<OffsetKey> keys)
      implements GroupCommand<GroupAnswer.OffsetsDeleted> {
    public DeleteOffsets {
      keys = List.copyOf(keys);
    }
  }

  record ConsumerHeartbeat(Beat beat) implements GroupCommand<GroupAnswer.ConsumerHeard> {
    String groupId() {
      return beat.groupId();
    }
  }

  /**
   * The connection by which a member of a consumer group was heard of is over: its process may be
   * dead. A hint only (decision 17).
   *
   * @param lastBeat {@link Beat#freshId} of the last heartbeat that came by that connection
   */
  record ConnectionLost(String groupId, String memberId, String lastBeat)
      implements GroupCommand<GroupAnswer.Noted> {}

  record ConsumerDescribe(String groupId) implements GroupCommand<GroupAnswer.ConsumerDescribed> {}

  record Describe(String groupId) implements GroupCommand<GroupAnswer.Described> {}

  /**
   * Of all groups of the shard those in one of these states and of one of these types (Kafka's
   * names, any case); none given: all.
   */
  record ListGroups(Set<String> states, Set<String> types)
      implements GroupCommand<GroupAnswer.Listed> {
    public ListGroups {
      states = Set.copyOf(states);
      types = Set.copyOf(types);
    }
  }

  record DeleteGroup(String groupId) implements GroupCommand<GroupAnswer.Deleted> {}

  /**
   * Forgets offsets of topics, or of incarnations of topics, that are not among the existing ones.
   */
  record ForgetMissingTopics(Map<String, TopicId> existing)
      implements GroupCommand<GroupAnswer.Forgotten> {
    public ForgetMissingTopics {
      existing = Map.copyOf(existing);
    }
  }
}
