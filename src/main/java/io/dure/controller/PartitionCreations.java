package io.dure.controller;

import io.dure.base.NodeId;
import io.dure.base.PartitionId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.metadata.VotingSet;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Adds partitions to topics, with the checks and the words of Apache Kafka's controller. */
final class PartitionCreations {
  private final Ledger ledger;
  private final Assignments assignments;

  PartitionCreations(Ledger ledger, Assignments assignments) {
    this.ledger = ledger;
    this.assignments = assignments;
  }

  Answer.PartitionsCreated create(Command.CreatePartitions command) {
    Set<String> repeated =
        TopicNames.repeated(command.topics().stream().map(Command.Growth::topic).toList());
    List<Answer.TopicGrowth> results = new ArrayList<>();
    long added = 0;
    for (Command.Growth growth : command.topics()) {
      Optional<TopicImage> topic = ledger.image().topic(growth.topic());
      Answer.Result result;
      if (repeated.contains(growth.topic())) {
        result = Answer.Result.refused(WireError.INVALID_REQUEST, "Duplicate topic name.");
      } else if (topic.isEmpty()) {
        result =
            Answer.Result.refused(
                WireError.UNKNOWN_TOPIC_OR_PARTITION,
                "The topic '" + growth.topic() + "' does not exist.");
      } else {
        added += Math.max(0, growth.totalPartitions() - topic.get().partitions().size());
        result =
            added > ledger.settings().maxPartitionsPerRequest()
                ? Answer.Result.refused(
                    WireError.POLICY_VIOLATION,
                    "Excessively large number of partitions per request.")
                : grow(topic.get(), growth, command.validateOnly());
      }
      results.add(new Answer.TopicGrowth(growth.topic(), result));
    }
    return new Answer.PartitionsCreated(results);
  }

  private Answer.Result grow(TopicImage topic, Command.Growth growth, boolean validateOnly) {
    int has = topic.partitions().size();
    int more = growth.totalPartitions() - has;
    if (more == 0) {
      return Answer.Result.refused(
          WireError.INVALID_PARTITIONS, "Topic already has " + has + " partition(s).");
    }
    if (more < 0) {
      return Answer.Result.refused(
          WireError.INVALID_PARTITIONS,
          "The topic "
              + topic.name()
              + " currently has "
              + has
              + " partition(s); "
              + growth.totalPartitions()
              + " would not be an increase.");
    }
    Optional<Answer.Result> tooMany = assignments.refusalOfMore(more);
    if (tooMany.isPresent()) {
      return tooMany.get();
    }
    return switch (replicasOf(topic, growth, more)) {
      case Assignments.Outcome.Refused(Answer.Result result) -> result;
      case Assignments.Outcome.Placed(List<List<NodeId>> replicas) -> {
        if (!validateOnly) {
          append(topic, replicas, growth.assignments().isPresent());
        }
        yield Answer.Result.DONE;
      }
    };
  }

  private Assignments.Outcome replicasOf(TopicImage topic, Command.Growth growth, int more) {
    int copies = Assignments.copiesOf(topic);
    Optional<List<List<NodeId>>> assigned = growth.assignments();
    if (assigned.isEmpty()) {
      return assignments.place(more, copies, topic.partitions());
    }
    if (assigned.get().size() != more) {
      return new Assignments.Outcome.Refused(
          Answer.Result.refused(
              WireError.INVALID_REPLICA_ASSIGNMENT,
              "Attempted to add "
                  + more
                  + " additional partition(s), but only "
                  + assigned.get().size()
                  + " assignment(s) were specified."));
    }
    return assignments.check(assigned.get(), copies);
  }

  private void append(TopicImage topic, List<List<NodeId>> replicas, boolean byHand) {
    List<MetadataRecord> records = new ArrayList<>();
    for (int i = 0; i < replicas.size(); i++) {
      PartitionId id = new PartitionId(topic.id(), topic.partitions().size() + i);
      records.add(new MetadataRecord.PartitionCreated(id, replicas.get(i)));
      if (byHand) {
        records.add(new MetadataRecord.PlacedByHand(id, true));
      }
      VotingSet votingSet = ledger.votingSet(topic.configs(), replicas.get(i));
      records.addAll(Elections.firstLeader(ledger.image(), id, votingSet));
    }
    ledger.append(records);
  }
}
