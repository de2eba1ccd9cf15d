package io.dure.controller;

import io.dure.wire.WireError;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Which names a topic may have, as Apache Kafka rules it. */
final class TopicNames {
  private static final int MAX_LENGTH = 249;
  private static final Set<String> INTERNAL =
      Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

  private TopicNames() {}

  static boolean isInternal(String name) {
    return INTERNAL.contains(name);
  }

  /** Why there cannot be a new topic of that name; empty if there can. */
  static Optional<Answer.Result> refusal(String name, Ledger ledger) {
    Optional<String> illegal = illegality(name);
    if (illegal.isPresent()) {
      return Optional.of(
          Answer.Result.refused(
              WireError.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + illegal.get()));
    }
    if (ledger.image().topic(name).isPresent()) {
      return Optional.of(
          Answer.Result.refused(
              WireError.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists."));
    }
    // Topics that differ only in '.' and '_' cannot be told apart in the names of metrics.
    return ledger
        .similarTopic(name)
        .map(other ->
            Answer.Result.refused(
                WireError.INVALID_TOPIC_EXCEPTION,
                "Topic '" + name + "' collides with existing topic: " + other));
  }

  /** Why no topic can have that name. */
  static Optional<String> illegality(String name) {
    if (name.isEmpty()) {
      return Optional.of("the empty string is not allowed");
    }
    if (name.equals(".") || name.equals("..")) {
      return Optional.of("'" + name + "' is not allowed");
    }
    if (name.length() > MAX_LENGTH) {
      return Optional.of(
          "the length of '" + name + "' is longer than the max allowed length " + MAX_LENGTH);
    }
    if (!name.chars().allMatch(TopicNames::isLegal)) {
      return Optional.of(
          "'"
              + name
              + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'");
    }
    return Optional.empty();
  }

  private static boolean isLegal(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  static String canonical(String name) {
    return name.replace('.', '_');
  }

  /** The names that occur more than once. */
  static Set<String> repeated(Iterable<String> names) {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        repeated.add(name);
      }
    }
    return repeated;
  }
}
