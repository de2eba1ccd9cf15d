package io.dure.controller;

import io.dure.base.TopicId;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.wire.WireError;
import java.util.List;
import java.util.Optional;

/** Deletes topics by name or id. */
final class TopicDeletions {
  private final Ledger ledger;

  TopicDeletions(Ledger ledger) {
    this.ledger = ledger;
  }

  Answer.TopicsDeleted delete(Command.DeleteTopics command) {
    return new Answer.TopicsDeleted(command.topics().stream().map(this::delete).toList());
  }

  private Answer.TopicDeletion delete(Command.TopicRef ref) {
    return switch (ref) {
      case Command.TopicRef.ByName(String name) ->
          ledger
              .image()
              .topic(name)
              .map(this::delete)
              .orElseGet(() ->
                  new Answer.TopicDeletion(
                      Optional.of(name),
                      TopicId.ZERO,
                      Answer.Result.refused(
                          WireError.UNKNOWN_TOPIC_OR_PARTITION,
                          "This server does not host this topic-partition.")));
      case Command.TopicRef.ById(TopicId id) ->
          ledger
              .image()
              .topic(id)
              .map(this::delete)
              .orElseGet(() ->
                  new Answer.TopicDeletion(
                      Optional.empty(),
                      id,
                      Answer.Result.refused(
                          WireError.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.")));
    };
  }

  private Answer.TopicDeletion delete(TopicImage topic) {
    ledger.append(List.of(new MetadataRecord.TopicDeleted(topic.id())));
    return new Answer.TopicDeletion(Optional.of(topic.name()), topic.id(), Answer.Result.DONE);
  }
}
