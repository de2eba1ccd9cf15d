package io.dure.group.consumer;

import java.util.List;

/**
 * The rules and bounds of consumer groups of the new protocol.
 *
 * @param sessionMs a member that is not heard of for so long is out
 * @param heartbeatMs how often a member of a settled group is to be heard of: it is how long the
 *     others wait at most until it hears that it has to give something up. Kafka tells 5 s
 * @param settlingHeartbeatMs how often while the group is not settled
 * @param maxMembers members of one group
 * @param assignors names of the assignors on offer; the first is taken where nobody asks for one
 * @param maxRegexChars longest pattern of topic names
 */
public record ConsumerSettings(
    int sessionMs,
    int heartbeatMs,
    int settlingHeartbeatMs,
    int maxMembers,
    List<String> assignors,
    int maxRegexChars) {
  public static final ConsumerSettings DEFAULTS =
      new ConsumerSettings(
          45_000, 1_500, 300, Integer.MAX_VALUE, List.of("uniform", "range"), 1_000);

  public ConsumerSettings {
    assignors = List.copyOf(assignors);
  }

  public ConsumerSettings withMaxMembers(int members) {
    return new ConsumerSettings(
        sessionMs, heartbeatMs, settlingHeartbeatMs, members, assignors, maxRegexChars);
  }

  public ConsumerSettings withTimes(int sessionTimeoutMs, int heartbeatIntervalMs) {
    return new ConsumerSettings(
        sessionTimeoutMs,
        heartbeatIntervalMs,
        Math.min(settlingHeartbeatMs, heartbeatIntervalMs),
        maxMembers,
        assignors,
        maxRegexChars);
  }
}
