package io.dure.controller;

import io.dure.base.TopicId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Deletes topics by name or id; who names one in both ways may mean two, and deletes none. */
final class TopicDeletions {
  private final Ledger ledger;

  TopicDeletions(Ledger ledger) {
    this.ledger = ledger;
  }

  Answer.TopicsDeleted delete(Command.DeleteTopics command) {
    Set<TopicId> ambiguous = namedInTwoWays(command);
    return new Answer.TopicsDeleted(
        command.topics().stream()
            .map(ref ->
                topic(ref)
                    .filter(topic -> ambiguous.contains(topic.id()))
                    .map(TopicDeletions::refuse)
                    .orElseGet(() -> delete(ref)))
            .toList());
  }

  private Set<TopicId> namedInTwoWays(Command.DeleteTopics command) {
    Set<TopicId> byName = new HashSet<>();
    Set<TopicId> byId = new HashSet<>();
    for (Command.TopicRef ref : command.topics()) {
      Set<TopicId> seen = ref instanceof Command.TopicRef.ByName ? byName : byId;
      topic(ref).map(TopicImage::id).ifPresent(seen::add);
    }
    byName.retainAll(byId);
    return byName;
  }

  private Optional<TopicImage> topic(Command.TopicRef ref) {
    return switch (ref) {
      case Command.TopicRef.ByName(String name) -> ledger.image().topic(name);
      case Command.TopicRef.ById(TopicId id) -> ledger.image().topic(id);
    };
  }

  private static Answer.TopicDeletion refuse(TopicImage topic) {
    return new Answer.TopicDeletion(
        Optional.of(topic.name()),
        topic.id(),
        Answer.Result.refused(
            WireError.INVALID_REQUEST,
            "The provided topic name maps to an ID that was already supplied."));
  }

  private Answer.TopicDeletion delete(Command.TopicRef ref) {
    return topic(ref).map(this::delete).orElseGet(() -> absent(ref));
  }

  private static Answer.TopicDeletion absent(Command.TopicRef ref) {
    return switch (ref) {
      case Command.TopicRef.ByName(String name) ->
          new Answer.TopicDeletion(
              Optional.of(name),
              TopicId.ZERO,
              Answer.Result.refused(
                  WireError.UNKNOWN_TOPIC_OR_PARTITION,
                  "This server does not host this topic-partition."));
      case Command.TopicRef.ById(TopicId id) ->
          new Answer.TopicDeletion(
              Optional.empty(),
              id,
              Answer.Result.refused(
                  WireError.UNKNOWN_TOPIC_ID, "This server does not host this topic ID."));
    };
  }

  private Answer.TopicDeletion delete(TopicImage topic) {
    ledger.append(List.of(new MetadataRecord.TopicDeleted(topic.id())));
    return new Answer.TopicDeletion(Optional.of(topic.name()), topic.id(), Answer.Result.DONE);
  }
}
