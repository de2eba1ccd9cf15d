package io.dure.metadata;

import io.dure.base.Endpoint;
import io.dure.base.Incarnation;
import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.base.TopicId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One change of the cluster's metadata, as it stands in the metadata log. Applied by {@link
 * ClusterImage#apply}.
 */
public sealed interface MetadataRecord {
  /** The first record of every cluster. */
  record ClusterFormed(UUID clusterId) implements MetadataRecord {}

  /**
   * A node's process came up and may take part. It is live from here on until fenced.
   *
   * @param process made by the process itself at its start; by it the process recognizes its own
   *     registration
   */
  record BrokerRegistered(
      NodeId node, UUID process, Incarnation incarnation, Endpoint endpoint, Optional<String> rack)
      implements MetadataRecord {}

  /** The broker is dead or out of reach: it leads nothing until it is live again. */
  record BrokerFenced(NodeId node, Incarnation incarnation) implements MetadataRecord {}

  /** The same process is back within reach. */
  record BrokerUnfenced(NodeId node, Incarnation incarnation) implements MetadataRecord {}

  record BrokerRemoved(NodeId node) implements MetadataRecord {}

  /**
   * Who votes for the leader of the metadata log and commits its records, all of them. Alone among
   * all records it holds from when it stands in the log, be it committed or not (decision 23).
   */
  record VotersChanged(List<NodeId> voters) implements MetadataRecord {
    public VotersChanged {
      voters = List.copyOf(voters);
    }
  }

  record TopicCreated(TopicId topic, String name, boolean internal) implements MetadataRecord {}

  record TopicDeleted(TopicId topic) implements MetadataRecord {}

  /** A new partition with its replicas in preference order, without a leader yet (epoch -1). */
  record PartitionCreated(PartitionId partition, List<NodeId> replicas) implements MetadataRecord {
    public PartitionCreated {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * The appointment: {@code leader} leads {@code epoch}, in this one life of its process.
   *
   * @param replicas who votes in the epoch, the leader among them, in preference order; empty in
   *     records of version 0: the partition's replicas as they are
   * @param commitQuorum how many of them commit; 0 in records of version 0: as the topic's settings
   *     say
   * @param logStart records before this offset are deleted, wherever their copies may still be; 0
   *     in records of versions 0 and 1: nothing is known to be
   */
  record LeaderAppointed(
      PartitionId partition,
      int epoch,
      NodeId leader,
      Incarnation incarnation,
      List<NodeId> replicas,
      int commitQuorum,
      long logStart)
      implements MetadataRecord {
    public LeaderAppointed {
      replicas = List.copyOf(replicas);
    }

    /** As version 1 of the record says it. */
    public LeaderAppointed(
        PartitionId partition,
        int epoch,
        NodeId leader,
        Incarnation incarnation,
        List<NodeId> replicas,
        int commitQuorum) {
      this(partition, epoch, leader, incarnation, replicas, commitQuorum, 0);
    }

    /** As version 0 of the record says it. */
    public LeaderAppointed(
        PartitionId partition, int epoch, NodeId leader, Incarnation incarnation) {
      this(partition, epoch, leader, incarnation, List.of(), 0, 0);
    }
  }

  /**
   * The leader of {@code epoch} has it open: the voting sets of earlier epochs are of no more use.
   */
  record EpochOpened(PartitionId partition, int epoch) implements MetadataRecord {}

  /**
   * Other replicas are wanted, in preference order; empty: those that there are. They become the
   * partition's with an appointment that says so.
   */
  record TargetSet(PartitionId partition, List<NodeId> replicas) implements MetadataRecord {
    public TargetSet {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * Somebody chose the partition's replicas: they are not moved for evenness. Or, not {@code true},
   * nobody did.
   */
  record PlacedByHand(PartitionId partition, boolean byHand) implements MetadataRecord {}

  /**
   * The topic's partitions have as many copies as is the default, as far as there are brokers; or,
   * not {@code true}, as many as somebody chose.
   */
  record CopiesByDefault(TopicId topic, boolean byDefault) implements MetadataRecord {}

  /** The partition's leader died and no other could be appointed yet. */
  record LeaderLost(PartitionId partition, int epoch) implements MetadataRecord {}

  /**
   * Which replicas are in step with the leader of {@code epoch}; for people's eyes, no rule rests
   * on it.
   */
  record InStepChanged(PartitionId partition, int epoch, Set<NodeId> inStep)
      implements MetadataRecord {
    public InStepChanged {
      inStep = Set.copyOf(inStep);
    }
  }

  /** A topic's own setting; empty value: back to the default. */
  record TopicConfigured(TopicId topic, String key, Optional<String> value)
      implements MetadataRecord {}

  /** A setting of something other than a topic; empty value: back to what held without it. */
  record ConfigChanged(ConfigResource resource, String key, Optional<String> value)
      implements MetadataRecord {}

  /** From here on the cluster works at this level of a feature; 0: without it. */
  record FeatureLevelSet(String feature, int level) implements MetadataRecord {}

  /** Producer ids below {@code end} (exclusive) have been handed out in blocks. */
  record ProducerIdsAllocated(long end) implements MetadataRecord {}
}
