package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.ClusterImage;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.PartitionImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes ceased to keep a copy of a partition while this controller decided. Such a node
 * deletes its copy and forgets its promises once it sees the record; should it become a member
 * again, an answer from before, perhaps still on its way, says nothing about the copy it has now.
 * Answers to other controllers do not count anyhow, so none of this needs to be in the log.
 */
final class Memberships {
  private record Member(PartitionId partition, NodeId node) {}

  private final BrokerLoads loads;
  private final Map<Member, Long> droppedAt = new HashMap<>();

  Memberships(BrokerLoads loads) {
    this.loads = loads;
  }

  /** End (exclusive) of the metadata that dropped the node last; 0: it never was dropped. */
  long since(PartitionId partition, NodeId node) {
    return droppedAt.isEmpty() ? 0 : droppedAt.getOrDefault(new Member(partition, node), 0L);
  }

  void changed(List<MetadataRecord> records, ClusterImage before, ClusterImage after) {
    Set<PartitionId> touched = new HashSet<>();
    for (MetadataRecord record : records) {
      if (record instanceof MetadataRecord.LeaderAppointed r) {
        touched.add(r.partition());
      } else if (record instanceof MetadataRecord.EpochOpened r) {
        touched.add(r.partition());
      } else if (record instanceof MetadataRecord.TargetSet r) {
        touched.add(r.partition());
      } else if (record instanceof MetadataRecord.TopicDeleted r && !droppedAt.isEmpty()) {
        droppedAt.keySet().removeIf(member -> member.partition().topic().equals(r.topic()));
      }
    }
    for (PartitionId id : touched) {
      Optional<PartitionImage> now = after.partition(id);
      before
          .partition(id)
          .filter(old -> now.isPresent() && !old.members().equals(now.get().members()))
          .ifPresent(old -> changed(old, now.orElseThrow(), after.endOffset()));
    }
  }

  private void changed(PartitionImage before, PartitionImage after, long endOffset) {
    loads.remove(before);
    loads.add(after);
    for (NodeId node : before.members()) {
      if (!after.hasMember(node)) {
        droppedAt.put(new Member(after.id(), node), endOffset);
      }
    }
  }
}
