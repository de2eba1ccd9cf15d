package io.dure.group;

import io.dure.base.TopicId;
import io.dure.group.consumer.BeatAnswer;
import io.dure.group.consumer.ConsumerGroup;
import io.dure.group.consumer.ConsumerMember;
import io.dure.group.consumer.PartitionSet;
import io.dure.group.consumer.Topics;
import io.dure.wire.Blob;
import io.dure.wire.WireError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a shard answers. Lists are in the order of the question. */
public sealed interface GroupAnswer {

  /**
   * @param generation -1 with an error
   * @param members for the leader only: everybody, to assign to
   * @param skipAssignment the leader need not assign, its last assignment stands
   */
  record Joined(
      WireError error,
      String memberId,
      int generation,
      Optional<String> protocolType,
      Optional<String> protocol,
      String leader,
      boolean skipAssignment,
      List<JoinedMember> members)
      implements GroupAnswer {
    public Joined {
      members = List.copyOf(members);
    }

    static Joined refused(WireError error, String memberId) {
      return new Joined(
          error, memberId, -1, Optional.empty(), Optional.empty(), "", false, List.of());
    }
  }

  record JoinedMember(String memberId, Optional<String> instanceId, Blob metadata) {}

  record Synced(
      WireError error, Optional<String> protocolType, Optional<String> protocol, Blob assignment)
      implements GroupAnswer {
    static Synced refused(WireError error) {
      return new Synced(error, Optional.empty(), Optional.empty(), Blob.EMPTY);
    }
  }

  record Heard(WireError error) implements GroupAnswer {}

  /** {@code members} is empty when the whole request is refused. */
  record Left(WireError error, List<LeftMember> members) implements GroupAnswer {
    public Left {
      members = List.copyOf(members);
    }
  }

  record LeftMember(MemberRef member, WireError error) {}

  record Committed(List<WireError> errors) implements GroupAnswer {
    public Committed {
      errors = List.copyOf(errors);
    }
  }

  /** {@code offsets} is empty when the whole request is refused. */
  record Fetched(WireError error, List<FetchedOffset> offsets) implements GroupAnswer {
    public Fetched {
      offsets = List.copyOf(offsets);
    }
  }

  /** With UNSTABLE_OFFSET_COMMIT no offset is told; without an error empty means there is none. */
  record FetchedOffset(OffsetKey key, WireError error, Optional<StoredOffset> offset) {}

  /** {@code errors} is empty when the whole request is refused. */
  record OffsetsDeleted(WireError error, List<WireError> errors) implements GroupAnswer {
    public OffsetsDeleted {
      errors = List.copyOf(errors);
    }
  }

  record ConsumerHeard(BeatAnswer answer) implements GroupAnswer {}

  /** Names of topics that were deleted are empty. */
  record ConsumerDescribed(
      WireError error,
      String reason,
      String state,
      int epoch,
      int targetEpoch,
      String assignor,
      List<ConsumerMember> members,
      Map<String, PartitionSet> targets,
      Map<TopicId, String> topicNames)
      implements GroupAnswer {
    public ConsumerDescribed {
      members = List.copyOf(members);
      targets = Map.copyOf(targets);
      topicNames = Map.copyOf(topicNames);
    }

    static ConsumerDescribed refused(WireError error, String reason) {
      return new ConsumerDescribed(error, reason, "", 0, 0, "", List.of(), Map.of(), Map.of());
    }

    static ConsumerDescribed of(ConsumerGroup group, String assignor, Topics topics) {
      var targets = new HashMap<String, PartitionSet>();
      var names = new HashMap<TopicId, String>();
      for (ConsumerMember member : group.members()) {
        PartitionSet target = group.targetOf(member.id());
        targets.put(member.id(), target);
        for (PartitionSet partitions : List.of(target, member.holding().assigned())) {
          partitions.topics().forEach(t -> topics.nameOf(t).ifPresent(n -> names.put(t, n)));
        }
      }
      return new ConsumerDescribed(
          WireError.NONE,
          "",
          group.stateName(),
          group.epoch(),
          group.targetEpoch(),
          assignor,
          List.copyOf(group.members()),
          targets,
          names);
    }
  }

  /** With GROUP_ID_NOT_FOUND the state is "Dead". */
  record Described(
      WireError error,
      String reason,
      String state,
      String protocolType,
      String protocol,
      List<DescribedMember> members)
      implements GroupAnswer {
    public Described {
      members = List.copyOf(members);
    }
  }

  record DescribedMember(
      String memberId,
      Optional<String> instanceId,
      String clientId,
      String clientHost,
      Blob metadata,
      Blob assignment) {}

  record Listed(List<ListedGroup> groups) implements GroupAnswer {
    public Listed {
      groups = List.copyOf(groups);
    }
  }

  record ListedGroup(String groupId, String protocolType, String state, String type) {}

  record Deleted(WireError error) implements GroupAnswer {}

  /** A hint was taken. */
  record Noted() implements GroupAnswer {}

  record Forgotten(int offsets) implements GroupAnswer {}
}
