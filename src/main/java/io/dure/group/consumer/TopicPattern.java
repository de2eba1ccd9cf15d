package io.dure.group.consumer;

import io.dure.base.LinearPattern;
import java.util.Optional;

/** A pattern of topic names in RE2's syntax, as Kafka's coordinator takes it. */
final class TopicPattern {
  private TopicPattern() {}

  /** Why this is no pattern that we take; empty when it is one. */
  static Optional<String> complaint(String regex, int maxChars) {
    String what =
        regex.length() > maxChars ? "SubscribedTopicRegex" : "SubscribedTopicRegex `" + regex + "`";
    return LinearPattern.fault(regex, maxChars).map(fault -> what + " " + fault + ".");
  }
}
