package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicSettings;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes topics, each in one atomic batch, with the checks and the words of Apache Kafka's
 * controller.
 */
final class TopicCreations {
  private final Ledger ledger;
  private final Assignments assignments;

  TopicCreations(Ledger ledger, Assignments assignments) {
    this.ledger = ledger;
    this.assignments = assignments;
  }

  Answer.TopicsCreated create(Command.CreateTopics command) {
    Set<String> repeated =
        TopicNames.repeated(command.topics().stream().map(Command.NewTopic::name).toList());
    long wanted =
        command.topics().stream()
            .mapToLong(
                topic -> Math.max(Math.max(1, topic.partitions()), topic.assignments().size()))
            .sum();
    List<Answer.TopicCreation> results = new ArrayList<>();
    for (Command.NewTopic topic : command.topics()) {
      if (repeated.contains(topic.name())) {
        results.add(refused(topic, WireError.INVALID_REQUEST, "Duplicate topic name."));
      } else if (wanted > ledger.settings().maxPartitionsPerRequest()) {
        results.add(
            refused(
                topic,
                WireError.POLICY_VIOLATION,
                "Excessively large number of partitions per request."));
      } else {
        results.add(create(topic, command.validateOnly()));
      }
    }
    return new Answer.TopicsCreated(results);
  }

  private static Answer.TopicCreation refused(
      Command.NewTopic topic, WireError error, String message) {
    return Answer.TopicCreation.refused(topic.name(), Answer.Result.refused(error, message));
  }

  private Answer.TopicCreation create(Command.NewTopic topic, boolean validateOnly) {
    Optional<Answer.Result> refusal = TopicNames.refusal(topic.name(), ledger);
    if (refusal.isPresent()) {
      return Answer.TopicCreation.refused(topic.name(), refusal.get());
    }
    if (ledger.image().topic(topic.id()).isPresent()) {
      return refused(
          topic, WireError.INVALID_REQUEST, "Topic id " + topic.id().value() + " is taken.");
    }
    return switch (replicasOf(topic)) {
      case Assignments.Outcome.Refused(Answer.Result result) ->
          Answer.TopicCreation.refused(topic.name(), result);
      case Assignments.Outcome.Placed(List<List<NodeId>> replicas) ->
          create(topic, replicas, validateOnly);
    };
  }

  private Answer.TopicCreation create(
      Command.NewTopic topic, List<List<NodeId>> replicas, boolean validateOnly) {
    int copies = replicas.getFirst().size();
    Optional<Answer.Result> refusal =
        TopicSettings.refusal(topic.configs(), copies)
            .map(reason -> Answer.Result.refused(WireError.INVALID_CONFIG, reason))
            .or(() -> assignments.refusalOfMore(replicas.size()));
    if (refusal.isPresent()) {
      return Answer.TopicCreation.refused(topic.name(), refusal.get());
    }
    if (!validateOnly) {
      ledger.append(records(topic, replicas));
    }
    Map<String, String> configs = new HashMap<>();
    topic.configs().forEach((key, value) -> value.ifPresent(text -> configs.put(key, text)));
    return new Answer.TopicCreation(
        topic.name(),
        Answer.Result.DONE,
        topic.id(),
        replicas.size(),
        copies,
        ledger.inForce(configs));
  }

  private Assignments.Outcome replicasOf(Command.NewTopic topic) {
    if (!topic.assignments().isEmpty()) {
      return manualReplicasOf(topic);
    }
    if (topic.replicationFactor() < -1 || topic.replicationFactor() == 0) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_REPLICATION_FACTOR,
              "Replication factor must be larger than 0, or -1 to use the default value."));
    }
    if (topic.partitions() < -1 || topic.partitions() == 0) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_PARTITIONS,
              "Number of partitions must be larger than 0, or -1 to use the default value."));
    }
    int partitions =
        topic.partitions() == -1 ? ledger.settings().defaultPartitions() : topic.partitions();
    int copies = topic.replicationFactor() == -1 ? defaultCopies() : topic.replicationFactor();
    return assignments.place(partitions, copies, List.of());
  }

  private int defaultCopies() {
    int known = ledger.knownBrokers().size();
    return Math.max(1, Math.min(ledger.settings().defaultReplicationFactor(), known));
  }

  private Assignments.Outcome manualReplicasOf(Command.NewTopic topic) {
    if (topic.replicationFactor() != -1) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_REQUEST,
              "A manual partition assignment was specified, but replication factor was not set to -1."));
    }
    if (topic.partitions() != -1) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_REQUEST,
              "A manual partition assignment was specified, but numPartitions was not set to -1."));
    }
    TreeMap<Integer, List<NodeId>> byPartition = new TreeMap<>();
    for (Command.Assignment assignment : topic.assignments()) {
      if (byPartition.put(assignment.partition(), assignment.replicas()) != null) {
        return new Assignments.Outcome.Refused(
            Answer.Result.refused(
                WireError.INVALID_REPLICA_ASSIGNMENT,
                "Found multiple manual partition assignments for partition "
                    + assignment.partition()));
      }
    }
    if (byPartition.firstKey() != 0 || byPartition.lastKey() != byPartition.size() - 1) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_REPLICA_ASSIGNMENT,
              "partitions should be a consecutive 0-based integer sequence"));
    }
    return assignments.check(List.copyOf(byPartition.values()), 0);
  }

  private List<MetadataRecord> records(Command.NewTopic topic, List<List<NodeId>> replicas) {
    List<MetadataRecord> records = new ArrayList<>();
    Map<String, String> own = new HashMap<>();
    topic.configs().forEach((key, value) -> value.ifPresent(text -> own.put(key, text)));
    boolean internal = topic.internal() || TopicNames.isInternal(topic.name());
    records.add(new MetadataRecord.TopicCreated(topic.id(), topic.name(), internal));
    boolean byHand = !topic.assignments().isEmpty();
    if (!byHand && (internal || topic.replicationFactor() == -1)) {
      records.add(new MetadataRecord.CopiesByDefault(topic.id(), true));
    }
    new TreeMap<>(topic.configs())
        .forEach((key, value) ->
            records.add(new MetadataRecord.TopicConfigured(topic.id(), key, value)));
    for (int i = 0; i < replicas.size(); i++) {
      PartitionId id = new PartitionId(topic.id(), i);
      records.add(new MetadataRecord.PartitionCreated(id, replicas.get(i)));
      if (byHand) {
        records.add(new MetadataRecord.PlacedByHand(id, true));
      }
      records.addAll(
          Elections.firstLeader(ledger.image(), id, ledger.votingSet(own, replicas.get(i))));
    }
    return records;
  }
}
