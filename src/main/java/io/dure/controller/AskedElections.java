package io.dure.controller;

import io.dure.metadata.PartitionImage;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Elections that somebody asks for: the preferred replica shall lead, or, in Kafka's other kind,
 * what is left of a partition goes on without the replicas that are lost. By itself a replica that
 * may lack committed records never leads; only people can know that the others will not come back.
 */
final class AskedElections {
  private final Ledger ledger;
  private final Elections elections;

  AskedElections(Ledger ledger, Elections elections) {
    this.ledger = ledger;
    this.elections = elections;
  }

  /** Of all partitions only those are told of where an election was needed. */
  Answer.PartitionsDecided elect(Command.ElectLeaders command) {
    List<Answer.PartitionDecision> decided = new ArrayList<>();
    if (command.partitions().isPresent()) {
      for (Command.PartitionRef each : command.partitions().get()) {
        decided.add(
            new Answer.PartitionDecision(
                each.topic(), each.partition(), elect(each, command.unclean())));
      }
      return new Answer.PartitionsDecided(decided);
    }
    for (TopicImage topic : ledger.image().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        Answer.Result result = elect(partition, command.unclean());
        if (result.error() != WireError.ELECTION_NOT_NEEDED) {
          decided.add(new Answer.PartitionDecision(topic.name(), partition.id().index(), result));
        }
      }
    }
    return new Answer.PartitionsDecided(decided);
  }

  private Answer.Result elect(Command.PartitionRef ref, boolean unclean) {
    Optional<TopicImage> topic = ledger.image().topic(ref.topic());
    if (topic.isEmpty()) {
      return Answer.Result.refused(
          WireError.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + ref.topic());
    }
    List<PartitionImage> partitions = topic.get().partitions();
    if (ref.partition() < 0 || ref.partition() >= partitions.size()) {
      return Answer.Result.refused(
          WireError.UNKNOWN_TOPIC_OR_PARTITION,
          "No such partition as " + ref.topic() + "-" + ref.partition());
    }
    return elect(partitions.get(ref.partition()), unclean);
  }

  private Answer.Result elect(PartitionImage partition, boolean unclean) {
    boolean led = partition.leader().filter(ledger.image()::isLive).isPresent();
    if (unclean) {
      return led ? notNeeded("The partition has a leader.") : recover(partition);
    }
    if (partition.leader().filter(partition.preferredLeader()::equals).isPresent() && led) {
      return notNeeded("Leader election not needed for topic partition.");
    }
    boolean ready =
        ledger.image().isLive(partition.preferredLeader())
            && partition.inStep().contains(partition.preferredLeader());
    if (!ready || !led) {
      return Answer.Result.refused(
          WireError.PREFERRED_LEADER_NOT_AVAILABLE, "The preferred leader was not available.");
    }
    if (!elections.isOpen(partition.id())) {
      elections.startPlanned(partition);
    }
    return Answer.Result.DONE;
  }

  private Answer.Result recover(PartitionImage partition) {
    return elections.recover(partition)
        ? Answer.Result.DONE
        : Answer.Result.refused(
            WireError.ELIGIBLE_LEADERS_NOT_AVAILABLE,
            "No replica that is left has said how far it is. If one lives, try again in a moment.");
  }

  private static Answer.Result notNeeded(String why) {
    return Answer.Result.refused(WireError.ELECTION_NOT_NEEDED, why);
  }
}
