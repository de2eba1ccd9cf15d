package io.dure.group.consumer;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a member told of itself.
 *
 * @param regex a pattern of topic names in RE2's syntax, beside the names
 * @param assignor the server's assignor it would like
 * @param classic there when it speaks the older protocol
 */
public record MemberTerms(
    Optional<String> instanceId,
    Optional<String> rackId,
    String clientId,
    String clientHost,
    int rebalanceTimeoutMs,
    Set<String> topics,
    Optional<String> regex,
    Optional<String> assignor,
    Optional<ClassicTerms> classic) {
  public static final MemberTerms UNKNOWN =
      new MemberTerms(
          Optional.empty(),
          Optional.empty(),
          "",
          "",
          -1,
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public MemberTerms {
    topics = Collections.unmodifiableSet(new TreeSet<>(topics));
  }

  /** Whether the partitions have to be dealt out anew when these take the place of others. */
  boolean wantOtherThan(MemberTerms before) {
    return !topics.equals(before.topics)
        || !regex.equals(before.regex)
        || !assignor.equals(before.assignor)
        || !rackId.equals(before.rackId);
  }
}
