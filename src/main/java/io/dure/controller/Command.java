package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.TopicId;
import io.dure.metadata.ConfigResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What only the controller can decide. */
public sealed interface Command {
  /** Makes topics; each succeeds or fails by itself. With {@code validateOnly} nothing is made. */
  record CreateTopics(List<NewTopic> topics, boolean validateOnly) implements Command {
    public CreateTopics {
      topics = List.copyOf(topics);
    }
  }

  /**
   * A topic to be made.
   *
   * @param id a fresh random id
   * @param partitions how many; -1: the default, or as many as {@code assignments} has
   * @param replicationFactor copies of each partition; -1: the default, or as {@code assignments}
   *     says
   * @param assignments replicas by partition, in preference order; empty: the controller places
   *     them
   * @param configs the topic's own settings; an empty value is what a client sends as null
   * @param internal made by the cluster for itself
   */
  record NewTopic(
      TopicId id,
      String name,
      int partitions,
      int replicationFactor,
      List<Assignment> assignments,
      Map<String, Optional<String>> configs,
      boolean internal) {
    public NewTopic {
      assignments = List.copyOf(assignments);
      configs = Map.copyOf(configs);
    }

    /** A topic with defaults throughout, as made when a client asks for one that is not there. */
    public static NewTopic withDefaults(TopicId id, String name) {
      return new NewTopic(id, name, -1, -1, List.of(), Map.of(), false);
    }
  }

  /** The replicas that a client wants for one partition. */
  record Assignment(int partition, List<NodeId> replicas) {
    public Assignment {
      replicas = List.copyOf(replicas);
    }
  }

  record DeleteTopics(List<TopicRef> topics) implements Command {
    public DeleteTopics {
      topics = List.copyOf(topics);
    }
  }

  /** A topic as a client names it. */
  sealed interface TopicRef {
    record ByName(String name) implements TopicRef {}

    record ById(TopicId id) implements TopicRef {}
  }

  /** Adds partitions to topics; each succeeds or fails by itself. */
  record CreatePartitions(List<Growth> topics, boolean validateOnly) implements Command {
    public CreatePartitions {
      topics = List.copyOf(topics);
    }
  }

  /**
   * @param totalPartitions how many the topic is to have afterwards
   * @param assignments replicas of the added partitions, in order; empty: the controller places
   *     them
   */
  record Growth(String topic, int totalPartitions, Optional<List<List<NodeId>>> assignments) {
    public Growth {
      assignments = assignments.map(List::copyOf);
    }
  }

  /** A partition as a client names it. */
  record PartitionRef(String topic, int partition) {}

  /** Wants other replicas; each partition succeeds or fails by itself. */
  record AlterReassignments(List<Reassignment> partitions, boolean allowReplicationFactorChange)
      implements Command {
    public AlterReassignments {
      partitions = List.copyOf(partitions);
    }
  }

  /**
   * @param replicas the wanted ones in preference order; empty: what was wanted before is not any
   *     more
   */
  record Reassignment(String topic, int partition, Optional<List<NodeId>> replicas) {
    public Reassignment {
      replicas = replicas.map(List::copyOf);
    }
  }

  /**
   * Wants the preferred replicas to lead, or (unclean) what is left to go on where nobody leads.
   *
   * @param partitions empty: all
   */
  record ElectLeaders(boolean unclean, Optional<List<PartitionRef>> partitions) implements Command {
    public ElectLeaders {
      partitions = partitions.map(List::copyOf);
    }
  }

  /** What would the balancer do, and why? */
  record DescribeBalance() implements Command {}

  /** Forgets a broker that is gone for good. */
  record UnregisterBroker(NodeId node) implements Command {}

  /** Changes settings; each resource succeeds or fails as a whole and by itself. */
  record AlterConfigs(List<Alteration> alterations, boolean validateOnly) implements Command {
    public AlterConfigs {
      alterations = List.copyOf(alterations);
    }
  }

  /**
   * What is to become of the settings of one resource.
   *
   * @param replace whether settings that no change names are taken away
   */
  record Alteration(ConfigTarget target, boolean replace, List<ConfigChange> changes) {
    public Alteration {
      changes = List.copyOf(changes);
    }
  }

  /** Something that has settings. */
  sealed interface ConfigTarget {
    record Topic(String name) implements ConfigTarget {}

    record Of(ConfigResource resource) implements ConfigTarget {}
  }

  /**
   * @param value for {@link Change#DELETE} without meaning
   */
  record ConfigChange(String key, Change change, String value) {}

  enum Change {
    SET,
    DELETE,
    APPEND,
    SUBTRACT
  }

  /** Moves levels of features; all of them or none. */
  record UpdateFeatures(List<FeatureUpdate> updates, boolean validateOnly) implements Command {
    public UpdateFeatures {
      updates = List.copyOf(updates);
    }
  }

  /**
   * @param level wanted; 0: without it
   * @param mayFall whether the level may become lower
   */
  record FeatureUpdate(String feature, int level, boolean mayFall) {}

  /** Takes a block of producer ids that nobody else gets. */
  record AllocateProducerIds() implements Command {}
}
