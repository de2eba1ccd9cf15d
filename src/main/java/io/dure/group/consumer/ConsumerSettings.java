package io.dure.group.consumer;

import io.dure.base.Check;
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
 * @param assignmentIntervalMs how long partitions are not dealt out again, at least
 * @param migration whether groups in use may change between the protocols
 * @param bounds of what a group may have of its own
 */
public record ConsumerSettings(
    int sessionMs,
    int heartbeatMs,
    int settlingHeartbeatMs,
    int maxMembers,
    List<String> assignors,
    int maxRegexChars,
    int assignmentIntervalMs,
    MigrationPolicy migration,
    Bounds bounds) {

  /** All of them inclusive; what lies outside counts as the nearest of them. */
  public record Bounds(int minSessionMs, int maxSessionMs, int minHeartbeatMs, int maxHeartbeatMs) {
    static final Bounds NONE = new Bounds(0, Integer.MAX_VALUE, 0, Integer.MAX_VALUE);

    public Bounds {
      Check.that(minSessionMs <= maxSessionMs, "sessions of %d to %d", minSessionMs, maxSessionMs);
      Check.that(
          minHeartbeatMs <= maxHeartbeatMs,
          "heartbeats every %d to %d",
          minHeartbeatMs,
          maxHeartbeatMs);
    }
  }

  public static final ConsumerSettings DEFAULTS =
      new ConsumerSettings(
          45_000,
          1_500,
          300,
          Integer.MAX_VALUE,
          List.of("uniform", "range"),
          1_000,
          0,
          MigrationPolicy.BIDIRECTIONAL,
          Bounds.NONE);

  public ConsumerSettings {
    assignors = List.copyOf(assignors);
    Check.that(!assignors.isEmpty(), "no assignor is on offer");
    settlingHeartbeatMs = Math.min(settlingHeartbeatMs, heartbeatMs);
  }

  public ConsumerSettings withMaxMembers(int members) {
    return new ConsumerSettings(
        sessionMs,
        heartbeatMs,
        settlingHeartbeatMs,
        members,
        assignors,
        maxRegexChars,
        assignmentIntervalMs,
        migration,
        bounds);
  }

  public ConsumerSettings withMigration(MigrationPolicy policy) {
    return new ConsumerSettings(
        sessionMs,
        heartbeatMs,
        settlingHeartbeatMs,
        maxMembers,
        assignors,
        maxRegexChars,
        assignmentIntervalMs,
        policy,
        bounds);
  }

  /** As a group wants them that has some of its own. */
  public ConsumerSettings withTimes(int sessionTimeoutMs, int heartbeatIntervalMs) {
    return new ConsumerSettings(
        Math.clamp(sessionTimeoutMs, bounds.minSessionMs(), bounds.maxSessionMs()),
        Math.clamp(heartbeatIntervalMs, bounds.minHeartbeatMs(), bounds.maxHeartbeatMs()),
        settlingHeartbeatMs,
        maxMembers,
        assignors,
        maxRegexChars,
        assignmentIntervalMs,
        migration,
        bounds);
  }

  /** As a group wants it that is to be dealt out more seldom, or more often. */
  public ConsumerSettings withAssignmentInterval(int ms) {
    return new ConsumerSettings(
        sessionMs,
        heartbeatMs,
        settlingHeartbeatMs,
        maxMembers,
        assignors,
        maxRegexChars,
        ms,
        migration,
        bounds);
  }
}
